"""Graphs of networks in tests, and what they compute by the operators' definitions."""

from __future__ import annotations

from typing import Any

import numpy as np

import convolens as cl
from convolens import nn
from convolens.ops import Array
from convolens.planner.graph import Graph
from convolens.planner.structure import leaves
from convolens.planner.tracing import traced
from planner.networks import Function, trained


def graph_of(function: Any, *inputs: cl.Tensor, **parts: nn.Module) -> Graph:
    """Return the calls of ``function(network, *inputs)``."""
    return traced(trained(Function(function, **parts)), inputs)


def operators(graph: Graph) -> list[str]:
    return [step.op.name for step in graph.steps]


def computed(graph: Graph, *inputs: cl.Tensor) -> list[Array]:
    """Return the outputs, by the definitions."""
    values: dict[int, Any] = {place: x.numpy() for place, x in enumerate(inputs)}
    values.update(graph.constants)
    for step in graph.steps:
        arguments = [values[value] for value in step.args]
        assert [(a.shape, a.dtype) for a in arguments] == [tuple(s) for s in graph.specs_of(step)]
        values[step.output] = step.op.reference(*arguments)
    return [values[value] for value in leaves(graph.outputs, int)]


def assert_same(graph: Graph, changed: Graph, *inputs: cl.Tensor) -> None:
    """Check that two graphs compute the same, but for the rounding of float32."""
    for a, b in zip(computed(graph, *inputs), computed(changed, *inputs), strict=True):
        largest = float(np.abs(a).max(initial=0))
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * largest)
