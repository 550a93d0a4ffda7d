"""Dropping: what nobody reads is left out."""

from __future__ import annotations

from typing import Any

import convolens as cl
from convolens import nn
from convolens.planner.passes import drop
from planner.graphs import assert_same, graph_of, operators


def test_unread_calls_and_their_constants() -> None:
    def forward(self: Any, x: cl.Tensor) -> cl.Tensor:
        self.other(x).relu()
        return self.linear(x)

    x = cl.randn(2, 4)
    graph = graph_of(forward, x, linear=nn.Linear(4, 3), other=nn.Linear(4, 5))
    dropped = drop(graph)
    assert operators(graph) == ["linear", "relu", "linear"]
    assert operators(dropped) == ["linear"]
    assert len(graph.constants) == 4
    assert len(dropped.constants) == 2
    assert_same(graph, dropped, x)


def test_what_is_returned_stays() -> None:
    x = cl.randn(3)
    graph = graph_of(lambda self, x: {"y": [x.exp(), x], "constant": cl.ones(2)}, x)
    assert drop(graph) == graph
