"""The cross-stage partial block."""

from __future__ import annotations

from typing import Any

import numpy as np

import convolens as cl
from convolens import nn
from convolens.nn import functional as F
from convolens.nn.blocks import CSPBlock


def layer(part: Any, x: cl.Tensor) -> cl.Tensor:
    return part.bn(F.conv2d(x, part.conv.weight, padding="same")).relu()


def test_the_formula(scrambled: Any) -> None:
    block = scrambled(CSPBlock(6, 8, 2))
    x = cl.randn(1, 6, 5, 6).double()
    y = layer(block.cv1, x)
    assert y.shape[1] == 4
    for part in block.m:
        y = y + layer(part.cv2, layer(part.cv1, y))
    expected = layer(block.cv3, cl.cat([y, layer(block.cv2, x)], 1))
    np.testing.assert_array_equal(block(x).detach().numpy(), expected.detach().numpy())


def test_names() -> None:
    convolutions = [name for name in CSPBlock(4, 4).state_dict() if name.endswith("conv.weight")]
    assert convolutions == [
        "cv1.conv.weight",
        "cv2.conv.weight",
        "cv3.conv.weight",
        "m.0.cv1.conv.weight",
        "m.0.cv2.conv.weight",
    ]


def test_layers_cost_less_than_on_all_channels(count: Any) -> None:
    whole = count(CSPBlock(64, 64, 8, expansion=1.0))
    assert count(CSPBlock(64, 64, 8)) < 0.3 * whole


def test_its_arguments() -> None:
    block = CSPBlock(4, 8, 0, 0.25, lambda k: nn.Identity(), nn.Tanh)
    assert len(block.m) == 0
    assert block.cv1.conv.out_channels == 2
    assert isinstance(block.cv3.act, nn.Tanh)
    assert block(cl.zeros(1, 4, 3, 3)).shape == (1, 8, 3, 3)
