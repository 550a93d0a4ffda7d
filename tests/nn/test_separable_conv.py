"""Convolutions in two steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_then_pointwise(multiplier: int) -> None:
    layer = nn.SeparableConv2d(
        3, 5, (3, 2), stride=2, padding=1, dilation=2, depth_multiplier=multiplier
    )
    assert count(layer) == 3 * multiplier * (6 + 5) + 5
    assert list(layer.state_dict()) == ["depthwise.weight", "pointwise.weight", "pointwise.bias"]
    x = cl.randn(2, 3, 9, 8)
    deep = nn.functional.conv2d(x, layer.depthwise.weight, None, 2, 1, 2, 3)
    expected = nn.functional.conv2d(deep, layer.pointwise.weight, layer.pointwise.bias)
    np.testing.assert_array_equal(layer(x).detach().numpy(), expected.detach().numpy())
    assert layer(x[0]).shape == expected.shape[1:]


def test_it_is_a_convolution_whose_kernels_are_products() -> None:
    layer = nn.SeparableConv2d(3, 4, 3, depth_multiplier=2, bias=False).double()
    deep, across = (
        layer.depthwise.weight.detach().numpy(),
        layer.pointwise.weight.detach().numpy()[:, :, 0, 0],
    )
    whole = np.einsum("kcm,cmrs->kcrs", across.reshape(4, 3, 2), deep.reshape(3, 2, 3, 3))
    x = cl.randn(1, 3, 6, 6).double()
    expected = nn.functional.conv2d(x, cl.tensor(whole)).numpy()
    np.testing.assert_allclose(layer(x).detach().numpy(), expected, rtol=1e-12, atol=1e-13)


def test_one_axis_then_the_other() -> None:
    layer = nn.SpatiallySeparableConv2d(
        2, 4, (5, 3), stride=(2, 1), padding=(2, 1), dilation=(1, 2), groups=2, mid_channels=6
    )
    assert [p.shape for p in layer.parameters()] == [(6, 1, 5, 1), (4, 3, 1, 3), (4,)]
    x = cl.randn(1, 2, 9, 9)
    tall = nn.functional.conv2d(x, layer.vertical.weight, None, (2, 1), (2, 0), 1, 2)
    weight, bias = layer.horizontal.weight, layer.horizontal.bias
    expected = nn.functional.conv2d(tall, weight, bias, 1, (0, 1), (1, 2), 2)
    np.testing.assert_array_equal(layer(x).detach().numpy(), expected.detach().numpy())


@pytest.mark.parametrize("padding", ["same", "full", 2, (2, 1), np.int64(1), ((0, 1), (2, 0))])
def test_paddings_of_both_steps_are_those_of_one(padding: Any) -> None:
    layer = nn.SpatiallySeparableConv2d(1, 1, 3, padding=padding, bias=False).double()
    column, row = layer.vertical.weight, layer.horizontal.weight
    kernel = column.detach().numpy() * row.detach().numpy()
    x = cl.randn(1, 1, 6, 5).double()
    expected = nn.functional.conv2d(x, cl.tensor(kernel), padding=padding).numpy()
    np.testing.assert_allclose(layer(x).detach().numpy(), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.SeparableConv2d(3, 4, 3, depth_multiplier=0),
        lambda: nn.SeparableConv2d(0, 4, 3),
        lambda: nn.SeparableConv2d(3, 0, 3),
        lambda: nn.SeparableConv2d(3, 4, 3, stride=2, padding="same"),
        lambda: nn.SpatiallySeparableConv2d(3, 4, (3, 3, 3)),
        lambda: nn.SpatiallySeparableConv2d(3, 4, 3, padding=(1, 1, 1)),
        lambda: nn.SpatiallySeparableConv2d(3, 4, 3, mid_channels=0),
    ],
    ids=range(7),
)
def test_bad_arguments(make: Any) -> None:
    with pytest.raises((ArgumentError, ValueError)):
        make()
