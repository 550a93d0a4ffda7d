"""U-Net's steps."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ShapeError
from convolens.nn.blocks import DoubleConv, Down, Up


class UNet(nn.Module):
    """The network of the paper, of any width."""

    def __init__(self, width: int = 64, padding: int = 0) -> None:
        super().__init__()
        widths = [width * 2**step for step in range(5)]
        pairs = list(itertools.pairwise(widths))
        self.first = DoubleConv(1, width, padding)
        self.down = nn.ModuleList(Down(a, b, padding) for a, b in pairs)
        self.up = nn.ModuleList(Up(b, a, padding) for a, b in reversed(pairs))
        self.last = nn.Conv2d(width, 2, 1)

    def forward(self, x: cl.Tensor) -> Any:
        maps = [self.first(x)]
        for step in self.down:
            maps.append(step(maps[-1]))
        y = maps.pop()
        for step in self.up:
            y = step(y, maps.pop())
        return self.last(y)


def test_it_has_the_papers_parameters(count: Any) -> None:
    assert count(UNet()) == 31_030_658


def test_sizes_of_the_paper() -> None:
    """572 pixels become 388: 188 here, 4 where the paper has 64 channels."""
    assert UNet(2)(cl.zeros(1, 1, 188, 188)).shape == (1, 2, 4, 4)
    assert UNet(2, padding=1)(cl.zeros(1, 1, 32, 48)).shape == (1, 2, 32, 48)


def test_up_takes_the_middle_of_the_larger_map() -> None:
    step = Up(4, 3)
    seen: list[cl.Tensor] = []
    step.conv.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    small, skip = cl.randn(1, 4, 3, 4), cl.randn(1, 2, 9, 8)
    assert step(small, skip).shape == (1, 3, 2, 4)
    np.testing.assert_array_equal(seen[0][:, :2].detach().numpy(), skip[:, :, 1:7].numpy())
    np.testing.assert_array_equal(seen[0][:, 2:].detach().numpy(), step.up(small).detach().numpy())


def test_gradients_reach_everything() -> None:
    net = UNet(1, padding=1)
    net(cl.randn(1, 1, 16, 16)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_a_map_that_is_too_small() -> None:
    with pytest.raises(ShapeError, match="skipped map is 5x6, but the enlarged one 6x6"):
        Up(4, 2)(cl.zeros(1, 4, 3, 3), cl.zeros(1, 2, 5, 6))


def test_a_normalisation_replaces_the_biases(keys: Any) -> None:
    block = DoubleConv(1, 2, 1, nn.BatchNorm2d)
    assert set(block.state_dict()) == keys(
        "double_conv.0.weight",
        "double_conv.3.weight",
        norms=("double_conv.1", "double_conv.4"),
    )
    assert set(Down(1, 2).state_dict()) == {
        f"maxpool_conv.1.double_conv.{place}.{name}"
        for place in (0, 2)
        for name in ("weight", "bias")
    }
