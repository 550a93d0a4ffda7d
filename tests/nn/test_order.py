"""The order of a Sequential: max pooling before ReLU gives the same bits, forward and backward."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import nn
from convolens.nn.order import cheapest
from convolens.tensor.observe import observe


def names(modules: list[nn.Module]) -> list[str]:
    return [type(module).__name__ for module in modules]


def test_a_relu_moves_behind_all_poolings_that_follow_it() -> None:
    modules = [nn.ReLU(), nn.MaxPool2d(2), nn.MaxPool2d(2), nn.Flatten()]
    assert names(cheapest(modules)) == ["MaxPool2d", "MaxPool2d", "ReLU", "Flatten"]


@pytest.mark.parametrize("other", [nn.AvgPool2d(2), nn.Flatten(), nn.ReLU()])
def test_nothing_else_moves(other: nn.Module) -> None:
    assert names(cheapest([nn.ReLU(), other])) == ["ReLU", type(other).__name__]
    assert names(cheapest([nn.Sigmoid(), nn.MaxPool2d(2)])) == ["Sigmoid", "MaxPool2d"]


def test_nothing_moves_while_somebody_watches() -> None:
    net = nn.Sequential(nn.ReLU(), nn.MaxPool2d(2))
    seen: list[str] = []
    with observe(lambda op, inputs, output: seen.append(op.name)):
        net(cl.zeros(1, 1, 4, 4))
    assert seen == ["relu", "max_pool"]
    shapes: list[tuple[int, ...]] = []
    with net[0].register_forward_hook(lambda module, inputs, output: shapes.append(output.shape)):
        net(cl.zeros(1, 1, 4, 4))
    assert shapes == [(1, 1, 4, 4)]
    inputs: list[list[float]] = []
    with net[1].register_forward_pre_hook(lambda module, x: inputs.append(x[0].flatten().tolist())):
        net(cl.full((1, 1, 2, 2), -1.0))
    assert inputs == [[0.0] * 4]  # the pooling sees what the ReLU made
    assert names(cheapest(net)) == ["MaxPool2d", "ReLU"]


@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 1),
    st.booleans(),
    st.sampled_from([(2, 3, 7, 6), (1, 17, 5, 8)]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_the_same_bits(
    kernel: int, stride: int, padding: int, ceil: bool, shape: tuple[int, ...], seed: int
) -> None:
    """With ties, zeros of both signs, infinities and NaN among the numbers."""
    random = np.random.default_rng(seed)
    x = random.integers(-3, 3, shape).astype(np.float32)
    special = np.array([np.nan, np.inf, -np.inf, -0.0, 0.0], np.float32)
    places = random.integers(0, x.size, 6)
    x.flat[places] = random.choice(special, 6)
    pool = nn.MaxPool2d(kernel, stride, min(padding, kernel // 2), ceil_mode=ceil)
    relu = nn.ReLU()
    results = []
    for net in (lambda t: pool(relu(t)), nn.Sequential(relu, pool)):
        t = cl.tensor(x, requires_grad=True)
        y = net(t)
        y.backward(cl.full(y.shape, 1.5))
        assert t.grad is not None
        results.append((y.detach().numpy(), t.grad.numpy()))
    for ordered, written in zip(*results, strict=True):
        np.testing.assert_array_equal(ordered, written)


def test_an_error_names_the_layer() -> None:
    net = nn.Sequential({"relu": nn.ReLU(), "pool": nn.MaxPool2d(9)})
    with pytest.raises(ValueError, match="In layer pool"):
        net(cl.zeros(1, 1, 4, 4))
