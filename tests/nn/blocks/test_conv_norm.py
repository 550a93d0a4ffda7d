"""Convolution, normalisation, activation."""

from __future__ import annotations

from typing import Any

import pytest

import convolens as cl
from convolens import nn
from convolens.nn.blocks import ConvNorm


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (3, 2), (5, 2), (7, 3)])
def test_sizes(kernel: int, stride: int) -> None:
    layer = ConvNorm(2, 4, kernel, stride, groups=2)
    assert layer(cl.zeros(1, 2, 9, 8)).shape == (1, 4, -(-9 // stride), -(-8 // stride))


def test_names_are_torchvisions(keys: Any) -> None:
    assert set(ConvNorm(2, 4).state_dict()) == keys("0.weight", norms=("1",))


def test_its_parts() -> None:
    assert isinstance(ConvNorm(1, 1)[2], nn.ReLU)
    assert isinstance(ConvNorm(1, 1, activation_layer=nn.Tanh)[2], nn.Tanh)
    assert len(ConvNorm(1, 1, activation_layer=None)) == 2
    assert isinstance(ConvNorm(1, 1, norm_layer=lambda k: nn.Identity())[1], nn.Identity)
