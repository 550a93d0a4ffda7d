"""Xception's module."""

from __future__ import annotations

from typing import Any

import numpy as np

import convolens as cl
from convolens import nn
from convolens.nn import functional as F
from convolens.nn.blocks import XceptionBlock


def separable(layer: Any, x: cl.Tensor) -> cl.Tensor:
    weight = layer.depthwise.weight
    return F.conv2d(F.conv2d(x, weight, None, 1, 1, 1, x.shape[1]), layer.pointwise.weight)


def test_a_module_of_the_entry_flow(scrambled: Any) -> None:
    block = scrambled(XceptionBlock(4, 6, 2, 2, start_with_relu=False))
    x = cl.randn(1, 4, 9, 8).double()
    first, norm1, _, second, norm2, _ = block.rep
    y = norm2(separable(second, norm1(separable(first, x)).relu()))
    y = F.max_pool2d(y, 3, 2, 1)
    expected = y + block.skipbn(F.conv2d(x, block.skip.weight, None, 2))
    assert expected.shape == (1, 6, 5, 4)
    np.testing.assert_array_equal(block(x).detach().numpy(), expected.detach().numpy())


def test_a_module_of_the_middle_flow_adds_its_input(scrambled: Any) -> None:
    block = scrambled(XceptionBlock(3, 3, 3))
    assert block.skip is None
    x = cl.randn(1, 3, 5, 5).double()
    y = x
    for place in range(0, 9, 3):
        y = block.rep[place + 2](separable(block.rep[place + 1], y.relu()))
    np.testing.assert_array_equal(block(x).detach().numpy(), (y + x).detach().numpy())


def test_where_channels_grow() -> None:
    widths = [
        part.pointwise.weight.shape[0]
        for part in XceptionBlock(4, 8, 3, grow_first=False).rep
        if isinstance(part, nn.SeparableConv2d)
    ]
    assert widths == [4, 4, 8]


def test_xception(count: Any) -> None:
    """22,855,952 weights to train; Keras counts what normalisations keep too: 22,910,480."""
    net = nn.ModuleList(
        [
            nn.Conv2d(3, 32, 3, 2, bias=False),
            nn.BatchNorm2d(32),
            nn.Conv2d(32, 64, 3, bias=False),
            nn.BatchNorm2d(64),
            XceptionBlock(64, 128, 2, 2, start_with_relu=False),
            XceptionBlock(128, 256, 2, 2),
            XceptionBlock(256, 728, 2, 2),
            *(XceptionBlock(728, 728, 3) for _ in range(8)),
            XceptionBlock(728, 1024, 2, 2, grow_first=False),
            nn.SeparableConv2d(1024, 1536, 3, padding=1, bias=False),
            nn.BatchNorm2d(1536),
            nn.SeparableConv2d(1536, 2048, 3, padding=1, bias=False),
            nn.BatchNorm2d(2048),
            nn.Linear(2048, 1000),
        ]
    )
    assert count(net) == 22_855_952
    kept = sum(b.numel() for name, b in net.named_buffers() if "running" in name)
    assert count(net) + kept == 22_910_480
