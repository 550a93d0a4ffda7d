"""Traces: the calls of a network, and which values they read and make."""

from __future__ import annotations

from typing import Any

import numpy as np

import convolens as cl
from convolens import nn
from convolens.nn import functional as F
from planner.graphs import assert_same, computed, graph_of, operators


def test_values_are_inputs_constants_and_results() -> None:
    x, y = cl.randn(1, 2, 4, 4), cl.randn(3, 1, 1)
    graph = graph_of(lambda self, x, y: self.conv(x) + y, x, y, conv=nn.Conv2d(2, 3, 3))
    assert operators(graph) == ["conv", "add"]
    assert graph.inputs == 2
    assert set(graph.steps[0].args) == {0, *graph.constants}
    assert graph.steps[1].args == (graph.steps[0].output, 1)
    assert graph.outputs == graph.steps[1].output
    assert [graph.specs[value].shape for value in graph.constants] == [(3, 2, 3, 3), (3,)]


def test_a_change_in_place_is_a_new_value() -> None:
    def forward(self: Any, x: cl.Tensor) -> Any:
        y = x.relu()
        z = y * 3
        y += z
        return y - z, y

    x = cl.tensor([1.0, -2.0])
    graph = graph_of(forward, x)
    assert operators(graph) == ["relu", "mul", "add", "sub"]
    first, second = computed(graph, x)
    np.testing.assert_array_equal(first, [1, 0])
    np.testing.assert_array_equal(second, [4, 0])
    np.testing.assert_array_equal(x.numpy(), [1, -2])


def test_views_are_calls() -> None:
    x = cl.randn(2, 3, 4)
    graph = graph_of(lambda self, x: x.permute(0, 2, 1).reshape(2, 12)[:, 1:], x)
    (found,) = computed(graph, x)
    np.testing.assert_array_equal(found, x.numpy().transpose(0, 2, 1).reshape(2, 12)[:, 1:])


def test_layers_that_run_together_do_so_in_a_trace() -> None:
    x = cl.randn(1, 2, 5, 5)
    sequence = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU())
    graph = graph_of(lambda self, x: F.relu(self.sequence(x)), x, sequence=sequence)
    assert operators(graph) == ["conv_normalize", "relu"]
    assert_same(graph, graph, x)


def test_inputs_of_any_strides() -> None:
    x = cl.randn(5, 4).t()
    graph = graph_of(lambda self, x: x + 1, x)
    np.testing.assert_array_equal(computed(graph, x)[0], x.numpy() + 1)
