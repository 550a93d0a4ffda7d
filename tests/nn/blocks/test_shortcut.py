"""The ways around a block."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError
from convolens.nn.blocks import PaddedShortcut, projection


@pytest.mark.parametrize(("channels", "outputs", "stride"), [(16, 32, 2), (3, 6, 1), (3, 8, 3)])
def test_every_strideth_pixel_among_zeros(channels: int, outputs: int, stride: int) -> None:
    x = cl.randn(2, channels, 8, 7, requires_grad=True)
    shortcut = PaddedShortcut(channels, outputs, stride)
    y = shortcut(x)
    first = (outputs - channels) // 2
    expected = np.zeros((2, outputs, -(-8 // stride), -(-7 // stride)), np.float32)
    expected[:, first : first + channels] = x.detach().numpy()[:, :, ::stride, ::stride]
    np.testing.assert_array_equal(y.detach().numpy(), expected)
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.numpy().sum() == expected[:, :channels].size
    assert not list(shortcut.parameters())


def test_it_cannot_take_channels_away() -> None:
    with pytest.raises(ArgumentError, match="32 become 16"):
        PaddedShortcut(32, 16)


def test_what_it_shows() -> None:
    assert repr(PaddedShortcut(1, 2, 2)) == "PaddedShortcut(1, 2, stride=2)"


def test_a_projection() -> None:
    down = projection(16, 32, 2)
    assert down(cl.zeros(1, 16, 8, 8)).shape == (1, 32, 4, 4)
    assert down[0].bias is None
