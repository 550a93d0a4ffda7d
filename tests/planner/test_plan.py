"""Plans: what they say of themselves, and the forms in which weights and views are read."""

from __future__ import annotations

import numpy as np

import convolens as cl
from convolens import nn
from convolens.planner import Plan
from planner.graphs import graph_of


def test_weights_are_laid_out_once() -> None:
    conv = nn.Conv2d(32, 32, 3, padding=1)
    x = cl.randn(1, 32, 12, 12)
    graph = graph_of(lambda self, x: self.conv(x), x, conv=conv)
    plan = Plan(graph, [x])
    with cl.no_grad():
        expected = conv(x).numpy()
    weight = graph.constants[graph.steps[0].args[1]]
    kept = weight.copy()
    weight[...] = 0  # the plan has its own
    results = [plan(x).numpy() for _ in range(2)]
    weight[...] = kept
    for result in results:
        np.testing.assert_array_equal(result, expected)


def test_each_step_is_named() -> None:
    x = cl.randn(1, 3, 8, 8)
    graph = graph_of(lambda self, x: self.conv(x).relu().flatten(1), x, conv=nn.Conv2d(3, 4, 3))
    plan = Plan(graph, [x])
    assert [(step.operator, step.output.shape) for step in plan.steps] == [
        ("conv", (1, 4, 6, 6)),
        ("relu", (1, 4, 6, 6)),
        ("reshape", (1, 144)),
    ]
    assert plan.steps[0].inputs[1].shape == (4, 3, 3, 3)
    assert [line.split()[:3] for line in str(plan).splitlines()[1:3]] == [
        ["1", "conv", plan.steps[0].algorithm],
        ["2", "relu", plan.steps[1].algorithm],
    ]


def test_views_of_other_orders_are_made_dense() -> None:
    x = cl.randn(2, 3, 4, 5)
    graph = graph_of(lambda self, x: x.permute(3, 2, 1, 0).sum(1) * 2, x)
    plan = Plan(graph, [x])
    expected = x.numpy().transpose(3, 2, 1, 0).sum(1) * 2
    np.testing.assert_allclose(plan(x).numpy(), expected, rtol=1e-5, atol=1e-5)
