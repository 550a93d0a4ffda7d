"""Calls of a convolution to try, and calls that it must refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import Mistake, Sample
from convolens.spec import TensorSpec, float32

Geometry = TypeVar("Geometry", bound=ConvGeometry)


def geometries(conv: type[Geometry]) -> Iterator[tuple[Geometry, TensorSpec, TensorSpec, bool]]:
    """Yield (operator, x, weight, has bias): ranks, strides, paddings, dilations, groups, edges."""
    for x, weight, stride, padding, dilation, groups, bias in (
        ((2, 3, 7, 6), (4, 3, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1, True),
        ((1, 1, 28, 28), (30, 1, 5, 5), (1, 1), ((0, 0), (0, 0)), (1, 1), 1, True),
        ((2, 4, 9, 8), (6, 2, 3, 2), (2, 3), ((1, 1), (0, 2)), (1, 1), 2, False),
        ((1, 6, 7, 7), (6, 1, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 6, True),
        ((1, 2, 11, 10), (3, 2, 3, 3), (2, 1), ((2, 2), (0, 1)), (3, 2), 1, False),
        ((1, 40, 5, 5), (33, 40, 1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1), 1, True),
        ((1, 2, 4, 4), (2, 2, 2, 2), (3, 3), ((3, 3), (2, 2)), (1, 1), 1, False),
        ((2, 3, 8, 7), (5, 3, 4, 4), (1, 1), ((2, 2), (1, 0)), (1, 1), 1, True),
        ((1, 3, 9, 8), (4, 3, 4, 4), (2, 2), ((1, 1), (1, 2)), (1, 1), 1, True),
        ((2, 2, 13, 11), (3, 2, 5, 5), (2, 2), ((2, 2), (2, 1)), (1, 1), 1, False),
        ((1, 2, 3, 12), (3, 2, 1, 9), (1, 1), ((0, 0), (4, 4)), (1, 1), 1, True),
        ((2, 3, 14, 2), (5, 3, 3, 1), (1, 1), ((2, 1), (0, 0)), (2, 1), 1, True),
        ((0, 2, 5, 5), (3, 2, 3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1), 1, True),
        ((3, 2, 11), (4, 2, 3), (2,), ((1, 1),), (2,), 1, True),
        ((2, 2, 19), (3, 2, 6), (2,), ((2, 1),), (1,), 1, True),
        ((2, 2, 20), (3, 2, 10), (1,), ((4, 5),), (1,), 1, True),
        ((1, 2, 26), (3, 2, 20), (1,), ((8, 3),), (1,), 1, False),
        ((1, 2, 5, 6, 4), (3, 2, 2, 3, 2), (1, 2, 1), ((1, 0), (1, 1), (0, 0)), (1, 1, 2), 1, True),
        ((2, 3, 4, 5, 6), (4, 3, 2, 3, 3), (2, 1, 1), ((1, 0), (1, 1), (0, 1)), (1, 1, 1), 1, True),
        ((1, 2, 4, 5, 6), (3, 2, 2, 4, 4), (1, 1, 1), ((1, 0), (1, 1), (0, 1)), (1, 1, 1), 1, True),
    ):
        op = conv(stride, padding, dilation, groups)
        yield op, TensorSpec(x), TensorSpec(weight, float32), bias


def samples(conv: type[ConvGeometry]) -> Iterable[Sample]:
    """Return calls of a convolution on images, with a bias or without."""
    return tuple(
        Sample(op, (x, weight, TensorSpec(weight.shape[:1])) if bias else (x, weight))
        for op, x, weight, bias in geometries(conv)
    )


def mistakes(conv: type[ConvGeometry]) -> Iterable[Mistake]:
    """Return calls that a convolution must refuse."""
    plain = conv((1, 1), ((0, 0), (0, 0)), (1, 1))
    image = TensorSpec((1, 3, 8, 8))
    weight = TensorSpec((8, 3, 3, 3))
    return (
        Mistake(
            lambda: plain.infer(image, TensorSpec((8, 4, 3, 3))),
            ("the input has 3 channels, but the weight expects 4", "weight.shape[1]"),
        ),
        Mistake(
            lambda: plain.infer(TensorSpec((3, 8, 8)), weight),
            ("x has 3 dimensions, but 4 are needed", "N, C, H, W"),
        ),
        Mistake(
            lambda: plain.infer(image, TensorSpec((8, 3, 9, 3))),
            ("along the height", "covers 9 inputs", "only 8"),
        ),
        Mistake(
            lambda: plain.infer(image, weight, TensorSpec((7,))),
            ("bias has shape [7]", "8 output channels"),
        ),
        Mistake(lambda: conv((0, 1), ((0, 0),) * 2, (1, 1)), ("stride is 0", "at least 1")),
        Mistake(lambda: conv((1, 1), ((0, -1),) * 2, (1, 1)), ("must not be negative",)),
        Mistake(lambda: conv((1, 1), ((0, 0),) * 2, (1, 0)), ("dilation is 0",)),
        Mistake(lambda: conv((1, 1), ((0, 0),) * 2, (1, 1), 0), ("groups is 0",)),
        Mistake(
            lambda: conv((1, 1), ((0, 0),) * 2, (1, 1), 3).infer(image, TensorSpec((8, 1, 3, 3))),
            ("8 output channels", "3 groups"),
        ),
        Mistake(
            lambda: conv((1,), ((2**62, 2**62),), (1,)).infer(
                TensorSpec((1, 1, 8)), TensorSpec((1, 1, 1))
            ),
            ("64 bits",),
        ),
    )
