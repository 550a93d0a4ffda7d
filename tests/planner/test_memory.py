"""Places: values share one only if their lives do not meet."""

from __future__ import annotations

from typing import Any

import convolens as cl
from convolens.planner.graph import Graph
from convolens.planner.memory import places
from convolens.planner.structure import leaves
from planner.graphs import graph_of


def check(graph: Graph) -> int:
    """Return how many places there are, after checking that no value is overwritten too early."""
    place = places(graph)
    holds = {place[value]: value for value in (*range(graph.inputs), *graph.constants)}
    assert len(holds) == graph.inputs + len(graph.constants)
    for step in graph.steps:
        assert all(holds[place[value]] == value for value in step.args)
        assert step.output >= graph.inputs
        holds[place[step.output]] = step.output
    assert all(holds[place[value]] == value for value in leaves(graph.outputs, int))
    return len(holds)


def test_a_chain_needs_one_place() -> None:
    graph = graph_of(lambda self, x: x.exp().relu().sqrt().log().abs(), cl.randn(3))
    assert check(graph) == 2


def test_what_is_read_later_keeps_its_place() -> None:
    def forward(self: Any, x: cl.Tensor) -> Any:
        first, second = x.exp(), x.abs()
        third = first + second
        return third.relu() + first, second

    assert check(graph_of(forward, cl.randn(3))) <= 5


def test_inputs_and_constants_keep_theirs() -> None:
    ones = cl.ones(3)
    graph = graph_of(lambda self, x: (x + ones).relu() * (x + ones), cl.randn(3))
    assert check(graph) == 4


def test_a_result_that_nobody_reads() -> None:
    def forward(self: Any, x: cl.Tensor) -> cl.Tensor:
        x.exp()
        return x.abs() + 1

    check(graph_of(forward, cl.randn(3)))
