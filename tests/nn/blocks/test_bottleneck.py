"""The bottleneck residual block."""

from __future__ import annotations

from typing import Any

import numpy as np

import convolens as cl
from convolens.nn import functional as F
from convolens.nn.blocks import Bottleneck, projection

from .test_basic_block import resnet


def test_the_formula(scrambled: Any) -> None:
    down = projection(6, 16, 2)
    block = scrambled(Bottleneck(6, 4, 2, down, groups=2, base_width=32, dilation=2))
    x = cl.randn(2, 6, 9, 8).double()
    y = block.bn1(F.conv2d(x, block.conv1.weight)).relu()
    y = block.bn2(F.conv2d(y, block.conv2.weight, None, 2, 2, 2, 2)).relu()
    expected = (block.bn3(F.conv2d(y, block.conv3.weight)) + down(x)).relu()
    assert expected.shape == (2, 16, 5, 4)
    np.testing.assert_array_equal(block(x).detach().numpy(), expected.detach().numpy())


def test_names_are_torchvisions(keys: Any) -> None:
    block = Bottleneck(256, 64)
    assert set(block.state_dict()) == keys(
        "conv1.weight", "conv2.weight", "conv3.weight", norms=("bn1", "bn2", "bn3")
    )


def test_widths(count: Any) -> None:
    assert Bottleneck.expansion == 4
    assert count(Bottleneck(256, 64)) == 70_400
    assert Bottleneck(256, 64, groups=32, base_width=4).conv2.weight.shape == (128, 4, 3, 3)
    assert count(resnet((3, 4, 6, 3), Bottleneck)) == 25_557_032
