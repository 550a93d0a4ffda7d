"""MobileNet v2's block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError
from convolens.nn import functional as F
from convolens.nn.blocks import ConvNorm, InvertedResidual


def relu6(x: cl.Tensor) -> cl.Tensor:
    return x.relu() - (x - 6.0).relu()


@pytest.mark.parametrize(("outputs", "stride"), [(4, 1), (4, 2), (6, 1)])
def test_the_formula(outputs: int, stride: int, scrambled: Any) -> None:
    block = scrambled(InvertedResidual(4, outputs, stride, 6))
    (wide, deep), (narrow, norm) = block.conv[:2], block.conv[2:]
    x = cl.randn(2, 4, 7, 6).double() * 5
    y = relu6(wide[1](F.conv2d(x, wide[0].weight)))
    y = relu6(deep[1](F.conv2d(y, deep[0].weight, None, stride, 1, 1, 24)))
    y = norm(F.conv2d(y, narrow.weight))
    assert block.use_res_connect == (outputs == 4 and stride == 1)
    expected = x + y if block.use_res_connect else y
    np.testing.assert_allclose(
        block(x).detach().numpy(), expected.detach().numpy(), rtol=1e-12, atol=1e-12
    )


def test_names_are_torchvisions(keys: Any) -> None:
    assert set(InvertedResidual(4, 8, 2, 6).state_dict()) == keys(
        "conv.0.0.weight",
        "conv.1.0.weight",
        "conv.2.weight",
        norms=("conv.0.1", "conv.1.1", "conv.3"),
    )
    assert set(InvertedResidual(4, 8, 2, 1).state_dict()) == keys(
        "conv.0.0.weight", "conv.1.weight", norms=("conv.0.1", "conv.2")
    )


def test_mobilenet_v2(count: Any) -> None:
    parts: list[nn.Module] = [ConvNorm(3, 32, 3, 2)]
    channels = 32
    for ratio, outputs, number, stride in (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ):
        for place in range(number):
            step = stride if place == 0 else 1
            parts.append(InvertedResidual(channels, outputs, step, ratio))
            channels = outputs
    parts += [ConvNorm(320, 1280, 1), nn.Linear(1280, 1000)]
    assert count(nn.ModuleList(parts)) == 3_504_872


@pytest.mark.parametrize("stride", [0, 3])
def test_strides(stride: int) -> None:
    with pytest.raises(ArgumentError, match=f"stride should be 1 or 2 instead of {stride}"):
        InvertedResidual(4, 4, stride, 6)
