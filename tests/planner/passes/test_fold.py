"""Folding: what is the same in each run is computed once."""

from __future__ import annotations

from typing import Any

import convolens as cl
from convolens import nn
from convolens.planner.passes import fold
from planner.graphs import assert_same, graph_of, operators


def test_calls_of_constants() -> None:
    def forward(self: Any, x: cl.Tensor) -> cl.Tensor:
        weight = self.linear.weight / self.linear.weight.norm()
        return x @ weight.t() + self.linear.bias

    x = cl.randn(2, 4)
    graph = graph_of(forward, x, linear=nn.Linear(4, 3))
    folded = fold(graph)
    assert operators(graph) == ["norm", "div", "permute", "matmul", "add"]
    assert operators(folded) == ["matmul", "add"]
    assert_same(graph, folded, x)


def test_what_reads_an_input_stays() -> None:
    x = cl.randn(3)
    graph = graph_of(lambda self, x: (x * 2).exp(), x)
    assert fold(graph) == graph
