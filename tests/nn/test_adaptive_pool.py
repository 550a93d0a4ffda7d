"""Layers of poolings to a given size, of power averages, and back: the same as their functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn

F = nn.functional


def same(found: Any, expected: Any) -> None:
    pairs = zip(found, expected, strict=True) if isinstance(found, tuple) else [(found, expected)]
    for one, other in pairs:
        np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_layer_is_its_function(rank: int) -> None:
    x = cl.randn(2, 3, *(8, 7, 6)[:rank])

    def of(kind: str) -> tuple[Any, Any]:
        name = {"AdaptiveAvg": "adaptive_avg", "AdaptiveMax": "adaptive_max", "LP": "lp"}[kind]
        return getattr(nn, f"{kind}Pool{rank}d"), getattr(F, f"{name}_pool{rank}d")

    layer, function = of("AdaptiveAvg")
    same(layer(3)(x), function(x, 3))
    same(layer(3)(x[0]), function(x, 3)[0])
    layer, function = of("AdaptiveMax")
    same(layer(3)(x), function(x, 3))
    same(layer(3, return_indices=True)(x), function(x, 3, return_indices=True))
    layer, function = of("LP")
    same(layer(2, 3, 2, ceil_mode=True)(x), function(x, 2, 3, 2, ceil_mode=True))
    largest = getattr(nn, f"MaxPool{rank}d")(3, 2, 1, return_indices=True)
    pooled = getattr(F, f"max_pool{rank}d")(x, 3, 2, 1, return_indices=True)
    same(largest(x), pooled)
    back = getattr(nn, f"MaxUnpool{rank}d")(3, 2, 1)
    same(
        back(*pooled, output_size=x.shape),
        getattr(F, f"max_unpool{rank}d")(*pooled, 3, 2, 1, x.shape),
    )


def test_a_divisor_of_averages() -> None:
    x = cl.ones(1, 1, 2, 2)
    assert nn.AvgPool2d(2, divisor_override=1)(x).item() == 4
    assert nn.AvgPool3d(2, divisor_override=2)(cl.ones(1, 1, 2, 2, 2)).item() == 4


def test_relu_does_not_move_behind_a_pooling_that_returns_places() -> None:
    """Among numbers that are all 0 after ReLU another one comes first."""
    x = cl.tensor([[[[-2.0, -1.0]]]])
    layers = nn.Sequential(nn.ReLU(), nn.MaxPool2d((1, 2), return_indices=True))
    largest, places = layers(x)
    assert (largest.item(), places.item()) == (0, 0)


def test_repr() -> None:
    for layer, text in (
        (nn.AdaptiveAvgPool2d((2, None)), "output_size=(2, None)"),
        (nn.AdaptiveMaxPool1d(3), "output_size=3"),
        (nn.LPPool2d(2, 3), "norm_type=2, kernel_size=3, stride=None, ceil_mode=False"),
        (nn.MaxUnpool2d(2), "kernel_size=(2, 2), stride=(2, 2), padding=(0, 0)"),
    ):
        assert repr(layer) == f"{type(layer).__name__}({text})"
