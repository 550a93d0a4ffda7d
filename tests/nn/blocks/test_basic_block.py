"""The basic residual block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError
from convolens.nn import functional as F
from convolens.nn.blocks import BasicBlock, PaddedShortcut, projection


@pytest.mark.parametrize("stride", [1, 2])
def test_the_formula(stride: int, scrambled: Any) -> None:
    down = projection(3, 5, stride) if stride == 2 else None
    block = scrambled(BasicBlock(3 if down else 5, 5, stride, down))
    x = cl.randn(2, 3 if down else 5, 7, 6).double()
    way = x if down is None else down[1](F.conv2d(x, down[0].weight, None, stride))
    y = block.bn1(F.conv2d(x, block.conv1.weight, None, stride, 1)).relu()
    expected = (block.bn2(F.conv2d(y, block.conv2.weight, None, 1, 1)) + way).relu()
    np.testing.assert_array_equal(block(x).detach().numpy(), expected.detach().numpy())
    block(x).sum().backward()
    assert all(p.grad is not None for p in block.parameters())


def test_names_are_torchvisions(keys: Any) -> None:
    block = BasicBlock(64, 128, 2, projection(64, 128, 2))
    assert set(block.state_dict()) == keys(
        "conv1.weight", "conv2.weight", "downsample.0.weight", norms=("bn1", "bn2", "downsample.1")
    )
    assert BasicBlock.expansion == 1


def resnet(blocks: tuple[int, ...], block: Any) -> nn.Module:
    parts = [nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64))]
    channels = 64
    for stage, number in enumerate(blocks):
        planes, stride = 64 * 2**stage, 1 if stage == 0 else 2
        outputs = planes * block.expansion
        for place in range(number):
            step = stride if place == 0 else 1
            down = projection(channels, outputs, step) if channels != outputs else None
            parts.append(block(channels, planes, step, down))
            channels = outputs
    return nn.ModuleList([*parts, nn.Linear(channels, 1000)])


def test_resnets_of_it(count: Any) -> None:
    assert count(resnet((2, 2, 2, 2), BasicBlock)) == 11_689_512
    assert count(resnet((3, 4, 6, 3), BasicBlock)) == 21_797_672


def test_cifar_resnet_20_with_option_a(count: Any) -> None:
    """0.27 million, as the paper says: shortcuts have no parameters."""
    parts: list[nn.Module] = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)]
    channels = 16
    for planes in (16, 32, 64):
        for _ in range(3):
            step = 1 if channels == planes else 2
            down = PaddedShortcut(channels, planes, 2) if step == 2 else None
            parts.append(BasicBlock(channels, planes, step, down))
            channels = planes
    net = nn.Sequential(*parts)
    assert net(cl.zeros(1, 3, 32, 32)).shape == (1, 64, 8, 8)
    assert count(nn.ModuleList([net, nn.Linear(64, 10)])) == 269_722


@pytest.mark.parametrize("options", [{"groups": 2}, {"base_width": 32}, {"dilation": 2}])
def test_what_it_does_not_have(options: dict[str, int]) -> None:
    with pytest.raises(ArgumentError, match="BasicBlock only supports groups=1"):
        BasicBlock(64, 64, **options)  # type: ignore[arg-type]


def test_another_normalisation() -> None:
    block = BasicBlock(4, 4, norm_layer=lambda channels: nn.Identity())
    assert list(block.state_dict()) == ["conv1.weight", "conv2.weight"]
