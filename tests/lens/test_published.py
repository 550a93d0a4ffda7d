"""Published networks: receptive fields as their papers and Araujo et al. give them, and costs."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import convolens as cl
from convolens import nn
from convolens.lens import summary

MOBILENET_V1 = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
RESNET_50 = [(3, 1), (4, 2), (6, 2), (3, 2)]


class Residual(nn.Module):
    """A bottleneck of ResNet-50 with the stride where the paper has it, in the first 1x1."""

    def __init__(self, stride: int, project: bool) -> None:
        super().__init__()
        self.way = nn.Sequential(
            nn.Conv2d(1, 1, 1, stride), nn.ReLU(), nn.Conv2d(1, 1, 3, 1, 1), nn.Conv2d(1, 1, 1)
        )
        self.shortcut = nn.Conv2d(1, 1, 1, stride) if project else nn.Identity()

    def forward(self, x):
        return nn.functional.relu(self.way(x) + self.shortcut(x))


def resnet50() -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(1, 1, 7, 2, 3), nn.MaxPool2d(3, 2, 1)]
    for blocks, stride in RESNET_50:
        layers += [Residual(stride if block == 0 else 1, block == 0) for block in range(blocks)]
    return nn.Sequential(*layers)


def mobilenet_v1() -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(3, 8, 3, 2, 1)]
    for stride in MOBILENET_V1:
        layers += [nn.Conv2d(8, 8, 3, stride, 1, groups=8), nn.Conv2d(8, 8, 1), nn.ReLU()]
    return nn.Sequential(*layers)


@pytest.mark.parametrize(
    ("network", "channels", "sees", "step"),
    [(resnet50, 1, 483, 32), (mobilenet_v1, 3, 315, 32)],
)
def test_receptive_fields(network: Any, channels: int, sees: int, step: int) -> None:
    last = summary(network(), (channels, 224, 224)).rows[-1]
    assert last.receptive_field == (sees, sees)
    assert last.stride == (step, step)


def test_a_unet_has_a_receptive_field_to_its_end() -> None:
    """Down twice, up twice with skips: 1 + 2 + 1 + 4 + 2 + 8 at the bottom, and on from there."""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 2, 3, padding=1)
            self.up = nn.ConvTranspose2d(2, 2, 2, stride=2)
            self.c = nn.Conv2d(4, 1, 3, padding=1)

        def forward(self, x):
            first = self.a(x)
            low = self.b(nn.functional.max_pool2d(first, 2))
            return self.c(cl.cat([first, self.up(low)], 1))

    rows = {row.path: row for row in summary(Net(), (1, 16, 16)).rows if row.path}
    assert rows["b"].receptive_field == (8, 8)
    assert rows["up"].receptive_field == (8, 8)
    # Two neighbours of one see what belongs to two windows of the smaller map.
    assert rows["c"].receptive_field == (10, 10)
    assert rows["c"].stride == (None, None)


def products(layer: nn.Module, shape: tuple[int, ...]) -> int:
    """Count the products of a layer one by one: with ones for all numbers each product is 1."""
    for name, parameter in layer.named_parameters():
        parameter.data = cl.zeros_like(parameter) if "bias" in name else cl.ones_like(parameter)
    return int(layer.double()(cl.ones(1, *shape).double()).sum().item())


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Conv1d(3, 4, 3, 2, 1), (3, 11)),
        (nn.Conv2d(3, 8, 3, padding=1), (3, 9, 8)),
        (nn.Conv2d(4, 8, (3, 5), (2, 1), (1, 2), groups=2), (4, 9, 8)),
        (nn.Conv2d(6, 6, 3, dilation=2, padding=2, groups=6), (6, 9, 9)),
        (nn.Conv3d(2, 3, 2, padding=1), (2, 4, 5, 3)),
        (nn.ConvTranspose2d(4, 6, 3, 2, 1, output_padding=1), (4, 5, 4)),
        (nn.ConvTranspose2d(4, 6, 4, 2, 1, groups=2), (4, 5, 4)),
        (nn.Linear(12, 5), (12,)),
    ],
    ids=lambda value: str(value),
)
def test_multiply_adds_are_the_products_that_there_are(
    layer: nn.Module, shape: tuple[int, ...]
) -> None:
    found = summary(layer, shape)
    assert found.multiply_adds == products(layer, shape)
    assert found.parameters == sum(parameter.numel() for parameter in layer.parameters())


def test_vgg16_and_alexnet_have_the_published_numbers_of_parameters() -> None:
    """138,357,544 and 61,100,840, as torchvision lists them; shapes alone are needed to count."""
    from convolens.lens import LayerSpec

    def dense(sizes: list[int]) -> int:
        return sum(a * b + b for a, b in itertools.pairwise(sizes))

    vgg, channels = 0, 3
    for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            spec = LayerSpec((channels, 8, 8), (3, 3), padding=((1, 1),) * 2, out_channels=width)
            vgg, channels = vgg + spec.parameters, width
    assert vgg + dense([512 * 49, 4096, 4096, 1000]) == 138_357_544
    alexnet = sum(
        LayerSpec((c, 15, 15), (r, r), out_channels=k).parameters
        for c, r, k in ((3, 11, 64), (64, 5, 192), (192, 3, 384), (384, 3, 256), (256, 3, 256))
    )
    assert alexnet + dense([256 * 36, 4096, 4096, 1000]) == 61_100_840
