"""Convolutions and transposed convolutions in shapes that networks have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Shape = tuple[int, ...]
#: A call, as a function of the library, its functions and the inputs.
Call = Callable[[Any, Any, list[Any]], Any]

#: (name, the call, the shapes of its inputs).
CASES: list[tuple[str, Call, list[Shape]]] = [
    (
        "conv2d 3x3, 64 channels, 56x56",
        lambda m, F, t: F.conv2d(*t, padding=1),
        [(8, 64, 56, 56), (64, 64, 3, 3), (64,)],
    ),
    (
        "conv2d 3x3 stride 2, 64 to 128",
        lambda m, F, t: F.conv2d(*t, stride=2, padding=1),
        [(8, 64, 56, 56), (128, 64, 3, 3), (128,)],
    ),
    (
        "conv2d 1x1, 256 to 64",
        lambda m, F, t: F.conv2d(*t),
        [(8, 256, 56, 56), (64, 256, 1, 1), (64,)],
    ),
    (
        "conv2d 1x1 stride 2, 256 to 512",
        lambda m, F, t: F.conv2d(*t, stride=2),
        [(8, 256, 56, 56), (512, 256, 1, 1)],
    ),
    (
        "conv2d 7x7 stride 2, 3 channels, 224x224",
        lambda m, F, t: F.conv2d(*t, stride=2, padding=3),
        [(8, 3, 224, 224), (64, 3, 7, 7)],
    ),
    (
        "conv2d 5x5, 1 channel, 28x28",
        lambda m, F, t: F.conv2d(*t),
        [(100, 1, 28, 28), (30, 1, 5, 5), (30,)],
    ),
    (
        "conv2d 3x3 depthwise, 144 channels, 56x56",
        lambda m, F, t: F.conv2d(*t, padding=1, groups=144),
        [(8, 144, 56, 56), (144, 1, 3, 3)],
    ),
    (
        "conv2d 3x3 depthwise, multiplier 2",
        lambda m, F, t: F.conv2d(*t, padding=1, groups=64),
        [(8, 64, 56, 56), (128, 1, 3, 3)],
    ),
    (
        "conv2d 3x3, 32 groups of 4",
        lambda m, F, t: F.conv2d(*t, padding=1, groups=32),
        [(8, 128, 56, 56), (128, 4, 3, 3)],
    ),
    (
        "conv2d 3x3 dilation 2, 64 channels",
        lambda m, F, t: F.conv2d(*t, padding=2, dilation=2),
        [(8, 64, 56, 56), (64, 64, 3, 3)],
    ),
    (
        "conv2d separable 3x3, 64 to 128",
        lambda m, F, t: F.conv2d(F.conv2d(t[0], t[1], padding=1, groups=64), t[2]),
        [(8, 64, 56, 56), (64, 1, 3, 3), (128, 64, 1, 1)],
    ),
    (
        "conv2d 7x1 and 1x7, 64 channels",
        lambda m, F, t: F.conv2d(F.conv2d(t[0], t[1], padding=(3, 0)), t[2], padding=(0, 3)),
        [(8, 64, 28, 28), (64, 64, 7, 1), (64, 64, 1, 7)],
    ),
    (
        "conv1d 9, 64 channels",
        lambda m, F, t: F.conv1d(*t, padding=4),
        [(8, 64, 2000), (64, 64, 9), (64,)],
    ),
    (
        "conv3d 3x3x3, 32 channels",
        lambda m, F, t: F.conv3d(*t, padding=1),
        [(2, 32, 16, 28, 28), (32, 32, 3, 3, 3), (32,)],
    ),
    (
        "conv_transpose2d 2x2 stride 2, 128 to 64",
        lambda m, F, t: F.conv_transpose2d(*t, stride=2),
        [(8, 128, 28, 28), (128, 64, 2, 2), (64,)],
    ),
    (
        "conv_transpose2d 4x4 stride 2, 128 to 64",
        lambda m, F, t: F.conv_transpose2d(*t, stride=2, padding=1),
        [(8, 128, 28, 28), (128, 64, 4, 4), (64,)],
    ),
    (
        "conv_transpose2d 3x3 stride 2, 64 to 32",
        lambda m, F, t: F.conv_transpose2d(*t, stride=2, padding=1, output_padding=1),
        [(8, 64, 28, 28), (64, 32, 3, 3), (32,)],
    ),
    (
        "conv_transpose2d 3x3, 64 channels",
        lambda m, F, t: F.conv_transpose2d(*t, padding=1),
        [(8, 64, 56, 56), (64, 64, 3, 3), (64,)],
    ),
    (
        "conv_transpose2d 4x4 of one pixel, 100 to 256",
        lambda m, F, t: F.conv_transpose2d(*t),
        [(64, 100, 1, 1), (100, 256, 4, 4)],
    ),
    (
        "conv_transpose2d 4x4 stride 2 to 3 channels",
        lambda m, F, t: F.conv_transpose2d(*t, stride=2, padding=1),
        [(8, 64, 32, 32), (64, 3, 4, 4), (3,)],
    ),
    (
        "conv_transpose2d 4x4 stride 2 depthwise, 21 channels",
        lambda m, F, t: F.conv_transpose2d(*t, stride=2, padding=1, groups=21),
        [(8, 21, 28, 28), (21, 1, 4, 4)],
    ),
    (
        "conv_transpose1d 4 stride 2, 64 channels",
        lambda m, F, t: F.conv_transpose1d(*t, stride=2, padding=1),
        [(8, 64, 1000), (64, 64, 4), (64,)],
    ),
    (
        "conv_transpose3d 2x2x2 stride 2, 32 to 16",
        lambda m, F, t: F.conv_transpose3d(*t, stride=2),
        [(2, 32, 8, 14, 14), (32, 16, 2, 2, 2), (16,)],
    ),
]
