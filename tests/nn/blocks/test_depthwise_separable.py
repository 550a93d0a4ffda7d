"""MobileNet v1's block."""

from __future__ import annotations

from typing import Any

import numpy as np

import convolens as cl
from convolens import nn
from convolens.nn import functional as F
from convolens.nn.blocks import ConvNorm, DepthwiseSeparable


def test_the_formula(scrambled: Any) -> None:
    block = scrambled(DepthwiseSeparable(4, 6, 2))
    x = cl.randn(1, 4, 7, 8).double()
    y = block[1](F.conv2d(x, block[0].weight, None, 2, 1, 1, 4)).relu()
    expected = block[4](F.conv2d(y, block[3].weight)).relu()
    np.testing.assert_array_equal(block(x).detach().numpy(), expected.detach().numpy())


def test_mobilenet_v1(count: Any) -> None:
    widths = (32, 64, 128, 128, 256, 256, *(512,) * 6, 1024, 1024)
    strides = (1, 2, 1, 2, 1, 2, *(1,) * 5, 2, 1)
    parts: list[nn.Module] = [ConvNorm(3, 32, 3, 2)]
    for before, after, stride in zip(widths[:-1], widths[1:], strides, strict=True):
        parts.append(DepthwiseSeparable(before, after, stride))
    assert count(nn.ModuleList([*parts, nn.Linear(1024, 1000)])) == 4_231_976
