"""Layers from text: what each item means, and what is refused."""

from __future__ import annotations

import pytest

from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.lens.race.layer import layer_of


@pytest.mark.parametrize(
    ("text", "layer", "shape"),
    [
        ("28 k5", nn.Conv2d(1, 1, 5), (1, 28, 28)),
        ("5x7 k3x5 s2x1 p1", nn.Conv2d(1, 1, (3, 5), (2, 1), 1), (1, 5, 7)),
        ("3x32x32 k3 out8 nobias", nn.Conv2d(3, 8, 3, bias=False), (3, 32, 32)),
        ("8x9x9 k3 d2 g2 out4", nn.Conv2d(8, 4, 3, dilation=2, groups=2), (8, 9, 9)),
        ("16x9x9 k3 psame dw", nn.Conv2d(16, 16, 3, padding="same", groups=16), (16, 9, 9)),
        (
            "6x4x4 T k3 s2 p1 op1 out2",
            nn.ConvTranspose2d(6, 2, 3, stride=2, padding=1, output_padding=1),
            (6, 4, 4),
        ),
        ("16x100 1d k9", nn.Conv1d(16, 1, 9), (16, 100)),
        ("2x5x6x7 k3 out3", nn.Conv3d(2, 3, 3), (2, 5, 6, 7)),
    ],
)
def test_texts(text: str, layer: nn.Module, shape: tuple[int, ...]) -> None:
    found, image = layer_of(text)
    assert repr(found) == repr(layer)
    assert image == shape


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begins with the size"),
        ("k3", "begins with the size"),
        ("5x5", "the kernel is missing"),
        ("5x5 k3 k5", "'k5' is no part of a layer, or is said twice"),
        ("5x5 k3 q1", "'q1' is no part"),
        ("5x5 k", "'k' is no part"),
        ("1x2x3x4x5 k3", "an image along 3 axes has 4 numbers"),
        ("5x5 k3 1d 2d", "an image along"),
        ("5x5 k3 op1", "transposed convolutions"),
        ("5x5 k3 g2", "groups"),
    ],
)
def test_refusals(text: str, words: str) -> None:
    with pytest.raises((ArgumentError, ShapeError), match=words):
        layer_of(text)
