"""Convolutions, transposed ones, and products of matrices."""

from __future__ import annotations

from .case import Case

CONVOLUTIONS: dict[str, Case] = {
    "conv2d 3x3, 64 channels": (
        lambda m, F, t: F.conv2d(*t, padding=1),
        [(2, 64, 28, 28), (64, 64, 3, 3), (64,)],
    ),
    "conv2d 3x3, 256 channels": (
        lambda m, F, t: F.conv2d(*t, padding=1),
        [(1, 256, 7, 7), (64, 256, 3, 3)],
    ),
    "conv2d 3x3 stride 2": (
        lambda m, F, t: F.conv2d(*t, stride=2, padding=1),
        [(2, 32, 28, 28), (64, 32, 3, 3)],
    ),
    "conv2d 3x3 dilation 2": (
        lambda m, F, t: F.conv2d(*t, padding=2, dilation=2),
        [(2, 32, 20, 20), (48, 32, 3, 3), (48,)],
    ),
    "conv2d 3x3, 4 groups": (
        lambda m, F, t: F.conv2d(*t, padding=1, groups=4),
        [(2, 64, 20, 20), (32, 16, 3, 3), (32,)],
    ),
    "conv2d 3x3, 8 groups, stride 2": (
        lambda m, F, t: F.conv2d(*t, padding=1, stride=2, groups=8),
        [(4, 64, 20, 20), (64, 8, 3, 3)],
    ),
    "conv2d 5x5, 1 channel": (lambda m, F, t: F.conv2d(*t), [(8, 1, 28, 28), (30, 1, 5, 5), (30,)]),
    "conv2d 5x5, 6 to 16": (lambda m, F, t: F.conv2d(*t), [(8, 6, 14, 14), (16, 6, 5, 5), (16,)]),
    "conv2d 3x3, to 1 channel": (
        lambda m, F, t: F.conv2d(*t, padding=1),
        [(2, 64, 28, 28), (1, 64, 3, 3), (1,)],
    ),
    "conv2d 3x3, 1 to 1": (
        lambda m, F, t: F.conv2d(*t, padding=1),
        [(4, 1, 40, 40), (1, 1, 3, 3)],
    ),
    "conv2d 7x7 stride 2": (
        lambda m, F, t: F.conv2d(*t, stride=2, padding=3),
        [(1, 3, 112, 112), (64, 3, 7, 7)],
    ),
    "conv2d 1x1, 512 channels": (
        lambda m, F, t: F.conv2d(*t),
        [(1, 512, 14, 14), (128, 512, 1, 1)],
    ),
    "conv2d 1x1 stride 2": (
        lambda m, F, t: F.conv2d(*t, stride=2),
        [(2, 64, 28, 28), (128, 64, 1, 1)],
    ),
    "conv2d depthwise": (
        lambda m, F, t: F.conv2d(*t, padding=1, groups=64),
        [(2, 64, 28, 28), (64, 1, 3, 3)],
    ),
    "conv2d depthwise 7x7": (
        lambda m, F, t: F.conv2d(*t, padding=3, groups=32),
        [(2, 32, 28, 28), (32, 1, 7, 7), (32,)],
    ),
    "conv2d depthwise stride 2": (
        lambda m, F, t: F.conv2d(*t, padding=1, stride=2, groups=32),
        [(2, 32, 28, 28), (32, 1, 3, 3)],
    ),
    "conv2d depthwise of two": (
        lambda m, F, t: F.conv2d(*t, padding=2, dilation=2, groups=24),
        [(2, 24, 20, 20), (48, 1, 3, 3)],
    ),
    "conv1d": (lambda m, F, t: F.conv1d(*t), [(4, 16, 200), (32, 16, 9)]),
    "conv1d dilation 4": (
        lambda m, F, t: F.conv1d(*t, dilation=4, padding=8),
        [(2, 32, 200), (32, 32, 5), (32,)],
    ),
    "conv3d": (lambda m, F, t: F.conv3d(*t), [(1, 8, 10, 12, 12), (16, 8, 3, 3, 3)]),
    "conv3d stride 2": (
        lambda m, F, t: F.conv3d(*t, stride=2, padding=1),
        [(1, 16, 10, 12, 12), (16, 16, 3, 3, 3), (16,)],
    ),
    "conv_transpose2d 2x2 stride 2": (
        lambda m, F, t: F.conv_transpose2d(*t, stride=2),
        [(2, 64, 14, 14), (64, 32, 2, 2), (32,)],
    ),
    "conv_transpose2d 3x3 stride 2": (
        lambda m, F, t: F.conv_transpose2d(*t, stride=2, padding=1, output_padding=1),
        [(2, 32, 14, 14), (32, 32, 3, 3), (32,)],
    ),
    "conv_transpose2d 4x4 stride 2": (
        lambda m, F, t: F.conv_transpose2d(*t, stride=2, padding=1),
        [(2, 64, 14, 14), (64, 32, 4, 4), (32,)],
    ),
    "conv_transpose2d 4x4 of a pixel": (
        lambda m, F, t: F.conv_transpose2d(*t),
        [(4, 100, 1, 1), (100, 64, 4, 4), (64,)],
    ),
    "conv_transpose2d 3x3, 4 groups": (
        lambda m, F, t: F.conv_transpose2d(*t, padding=1, groups=4),
        [(2, 32, 14, 14), (32, 8, 3, 3)],
    ),
    "conv_transpose1d": (
        lambda m, F, t: F.conv_transpose1d(*t, stride=2, padding=1),
        [(4, 32, 100), (32, 16, 4)],
    ),
    "conv_transpose3d": (
        lambda m, F, t: F.conv_transpose3d(*t, stride=2),
        [(1, 16, 6, 7, 7), (16, 8, 2, 2, 2), (8,)],
    ),
    "conv_transpose3d 3x3x3": (
        lambda m, F, t: F.conv_transpose3d(*t, padding=1),
        [(1, 16, 6, 8, 8), (16, 8, 3, 3, 3)],
    ),
}

PRODUCTS: dict[str, Case] = {
    "linear 4320": (lambda m, F, t: F.linear(*t), [(100, 4320), (100, 4320), (100,)]),
    "linear 512, one row": (lambda m, F, t: F.linear(*t), [(1, 512), (1000, 512), (1000,)]),
    "linear 256": (lambda m, F, t: F.linear(*t), [(64, 256), (128, 256), (128,)]),
    "linear 84": (lambda m, F, t: F.linear(*t), [(100, 84), (10, 84), (10,)]),
    "matmul 1000": (lambda m, F, t: t[0] @ t[1], [(64, 1000), (1000, 64)]),
    "matmul 100": (lambda m, F, t: t[0] @ t[1], [(100, 100), (100, 100)]),
    "bmm": (lambda m, F, t: m.bmm(*t), [(6, 40, 64), (6, 64, 50)]),
    "mv": (lambda m, F, t: m.mv(*t), [(200, 700), (700,)]),
    "dot": (lambda m, F, t: m.dot(*t), [(10_000,), (10_000,)]),
    "addmm": (lambda m, F, t: m.addmm(*t), [(40, 60), (40, 300), (300, 60)]),
}
