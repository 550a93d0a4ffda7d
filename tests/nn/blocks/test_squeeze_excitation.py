"""Squeeze and excitation."""

from __future__ import annotations

from typing import Any

import numpy as np

import convolens as cl
from convolens import nn
from convolens.nn.blocks import SqueezeExcitation


def test_the_formula(scrambled: Any) -> None:
    block = scrambled(SqueezeExcitation(6, 2))
    x = cl.randn(3, 6, 4, 5).double()
    array = x.numpy()
    means = array.mean((2, 3))
    w1, b1, w2, b2 = (p.detach().numpy() for p in block.parameters())
    hidden = np.maximum(means @ w1[:, :, 0, 0].T + b1, 0)
    scale = 1 / (1 + np.exp(-(hidden @ w2[:, :, 0, 0].T + b2)))
    expected = array * scale[:, :, None, None]
    np.testing.assert_allclose(block(x).detach().numpy(), expected, rtol=1e-12, atol=1e-13)


def test_names_are_torchvisions() -> None:
    assert list(SqueezeExcitation(4, 2).state_dict()) == [
        "fc1.weight",
        "fc1.bias",
        "fc2.weight",
        "fc2.bias",
    ]


def test_other_activations() -> None:
    block = SqueezeExcitation(2, 1, nn.Tanh, nn.Tanh)
    assert isinstance(block.scale_activation, nn.Tanh)
    assert block(cl.ones(1, 2, 3, 3)).shape == (1, 2, 3, 3)
