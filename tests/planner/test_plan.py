"""Plans: what they say of themselves, and the forms in which weights and views are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import _native, nn
from convolens.errors import ShapeError
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


def chain(layers: int) -> nn.Sequential:
    return nn.Sequential(*(nn.Conv2d(8, 8, 3, padding=1) for _ in range(layers))).eval()


def test_results_are_the_callers_own() -> None:
    net = chain(2)
    fast, x, other = cl.compile(net), cl.randn(1, 8, 9, 7), cl.randn(1, 8, 9, 7)
    with cl.no_grad():
        expected = net(x).numpy().copy()
        first = fast(x)
        fast(other)
        np.testing.assert_array_equal(first.numpy(), expected)
        first.fill_(0)
        x_before = x.numpy().copy()
        np.testing.assert_array_equal(fast(x).numpy(), expected)
        np.testing.assert_array_equal(x.numpy(), x_before)


def test_inputs_lie_as_they_like() -> None:
    net = chain(1)
    fast = cl.compile(net)
    turned = cl.randn(7, 9, 8, 1).permute(3, 2, 1, 0)
    rows = cl.tensor(np.random.default_rng(0).standard_normal((1, 8, 9, 7)).astype(np.float32))
    with cl.no_grad():
        for x in (
            turned,
            rows,
            cl.randn(1, 8, 18, 7)[:, :, ::2],
            cl.ones(1, 1, 1, 1).expand(1, 8, 9, 7),
        ):
            np.testing.assert_array_equal(fast(x).numpy(), net(x).numpy())


ONES = cl.ones(5)


def read_later(self: Any, x: cl.Tensor) -> Any:
    first, second = x.exp(), x.abs()
    third = first + second
    fourth = (third.relu() + first).sqrt().log()
    return fourth + third, second, x


def with_constants(self: Any, x: cl.Tensor) -> Any:
    return (x + ONES).relu() * (x + ONES), ONES


def with_one_that_nobody_reads(self: Any, x: cl.Tensor) -> Any:
    x.exp()
    return x.abs() + 1, x.relu()


@pytest.mark.parametrize("forward", [read_later, with_constants, with_one_that_nobody_reads])
def test_what_is_read_later_stays(forward: Any) -> None:
    x = cl.randn(3, 5)
    plan = Plan(graph_of(forward, x), [x])
    for each in (x, cl.randn(3, 5), x):
        for planned, expected in zip(plan(each), forward(None, each), strict=True):
            np.testing.assert_array_equal(planned.numpy(), expected.numpy())


def test_memory_is_used_again_along_the_way() -> None:
    x = cl.randn(1, 8, 64, 64)

    def taken(layers: int) -> int:
        net = chain(layers)
        before = _native.memory_statistics()["in_use"]
        fast = cl.compile(net)
        with cl.no_grad():
            plan = fast.plan(x)
        assert len(plan.steps) == layers
        return _native.memory_statistics()["in_use"] - before

    assert taken(24) - taken(4) < 20 * x.numpy().nbytes  # its weights, but no result of its own


def test_what_cannot_be_written_down_is_called_between() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.ReLU(),
        nn.Unflatten(1, (2, 2)),
        nn.Conv3d(2, 4, 3, padding=1),
        nn.AvgPool3d((1, 2, 2)),
        nn.Flatten(),
        nn.Linear(4 * 2 * 4 * 4, 5),
    ).eval()
    fast = cl.compile(net)
    with cl.no_grad():
        for _ in range(3):
            x = cl.randn(2, 3, 8, 8)
            np.testing.assert_array_equal(fast(x).numpy(), net(x).numpy())


def test_inputs_of_another_size_are_refused_in_words() -> None:
    net = chain(2)
    fast = cl.compile(net)
    with cl.no_grad():
        plan = fast.plan(cl.randn(1, 8, 9, 7))
        with pytest.raises(ShapeError, match=r"not of the size(.|\n)*2, 8, 9, 7(.|\n)*1, 8, 9, 7"):
            plan(cl.randn(2, 8, 9, 7))
        with pytest.raises(ShapeError, match="none"):
            plan()


def test_an_operator_without_kernels_whose_result_lies_otherwise() -> None:
    """What makes it dense is a kernel, which alone would be written down."""
    x, other = cl.randn(2, 3, 4, 5), cl.randn(2, 3, 4, 5)
    graph = graph_of(lambda self, x: x.norm(p=3, dim=1) + 1, x)
    plan = Plan(graph, [x])
    expected = (np.abs(other.numpy()) ** 3).sum(1) ** (1 / 3) + 1
    np.testing.assert_allclose(plan(other).numpy(), expected, rtol=1e-5)
