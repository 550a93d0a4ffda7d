"""Normalisations: sets of numbers along channels, groups of channels, or rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from convolens import ops
from convolens.ops import Op, Sample
from convolens.ops.normalize import with_variances
from convolens.spec import TensorSpec

WIDTHS = range(1, 36)
Shape = tuple[int, ...]
Cases = Iterable[tuple[Shape, int]]
#: Operators whose moments may be constants.
_WITH_FIXED = (ops.Normalize, ops.NormalizeRelu, ops.NormalizeSums)

_BIG_IMAGES: tuple[tuple[Shape, int], ...] = (
    ((4, 70, 20, 21), 0),
    ((16, 3, 40, 40), 0),
    ((900, 130), 0),
    ((3, 72, 20, 21), 8),
    ((3, 72, 20, 21), 72),
    ((2, 1100, 7, 7), 1),
    ((2, 64, 900), 4),
)
_BIG_ROWS: tuple[tuple[Shape, int], ...] = (
    ((200, 601), 1),
    ((3, 70, 21, 20), 3),
    ((3, 70, 21, 20), 1),
    ((3, 20_001), 1),
    ((2000, 6), 1),
)


def _images() -> Iterator[tuple[Shape, int]]:
    """Every number of channels; every width of a group."""
    for channels in WIDTHS:
        yield (2, channels, 3, 2), 0
        yield (2, channels, 4), 1
        yield (3, channels, 2, 2), channels
        yield (17, channels), 0
        yield (2, 2 * channels, 3), 2
    yield from (((1, 1, 1, 2), 0), ((1, 4, 16, 16), 0), ((4, 3, 64), 3), ((2, 5, 2, 3, 2), 5))


def _rows() -> Iterator[tuple[Shape, int]]:
    """Every length of a row, in one piece of memory or not."""
    for length in range(1, 68):
        yield (3, length), 1
    for width in WIDTHS:
        yield (2, width, 3, 5), 3
        yield (2, 3, width), 1
        yield (2, 3, 2, width), 2
    yield from (((7,), 1), ((5, 7), 2), ((40, 2), 1), ((2, 3, 2, 3, 2), 4))


def _channel_samples(operator: type[Any], cases: Cases) -> Iterator[Sample]:
    for number, (shape, groups) in enumerate(cases):
        is_fixed = operator in _WITH_FIXED and number % 3 == 0
        if operator is ops.NormalizeFixedGrad and groups:
            continue
        if operator is ops.Moments:
            op = operator(groups)
        elif operator in _WITH_FIXED:
            op = operator(groups, 0.1, is_fixed and not groups)
            if operator is ops.NormalizeRelu and number % 4 == 0:
                op = replace(op, max_val=0.7)
        else:
            op = operator(groups, 0.1)
        x, c = TensorSpec(shape), TensorSpec(shape[1:2])
        m = TensorSpec((2, op.sets(shape)))
        s = TensorSpec((2 * op.sums(shape), shape[1]))
        is_plain = number % 2 == 0
        yield {
            ops.Moments: Sample(op, (x,)),
            ops.Normalize: Sample(op, (x, m) if is_plain else (x, m, c, c), prepare=with_variances),
            ops.NormalizeRelu: Sample(
                op, ((x, m), (x, m, c, c), (x, m, c, c, x))[number % 3], prepare=with_variances
            ),
            ops.NormalizeSums: Sample(op, (x, m, x), prepare=with_variances),
            ops.NormalizeGrad: Sample(op, (x, m, s, x) if is_plain else (x, m, s, x, c)),
            ops.NormalizeFixedGrad: Sample(
                op, (x, m) if is_plain else (x, m, c), prepare=with_variances
            ),
        }[operator]


def _row_samples(operator: type[Any], cases: Cases) -> Iterator[Sample]:
    for number, (shape, dims) in enumerate(cases):
        op = operator(dims) if operator is ops.RowMoments else operator(dims, 0.1)
        x, m = TensorSpec(shape), TensorSpec((2, op.sets(shape)))
        p = TensorSpec(op.parameter_shape(shape))
        is_plain = number % 2 == 0
        yield {
            ops.RowMoments: Sample(op, (x,)),
            ops.LayerNorm: Sample(op, (x, m) if is_plain else (x, m, p, p)),
            ops.LayerNormSums: Sample(op, (x, m, x)),
            ops.LayerNormGrad: Sample(op, (x, m, x) if is_plain else (x, m, x, p)),
        }[operator]


_CHANNELS = (
    ops.Moments,
    ops.Normalize,
    ops.NormalizeRelu,
    ops.NormalizeSums,
    ops.NormalizeGrad,
    ops.NormalizeFixedGrad,
)
_ROWS = (ops.RowMoments, ops.LayerNorm, ops.LayerNormSums, ops.LayerNormGrad)


def _calls(
    images: Callable[[], Iterable[tuple[Shape, int]]],
    rows: Callable[[], Iterable[tuple[Shape, int]]],
) -> dict[type[Op], Callable[[], Iterable[Sample]]]:
    return {
        **{op: lambda op=op: _channel_samples(op, images()) for op in _CHANNELS},  # type: ignore[misc]
        **{op: lambda op=op: _row_samples(op, rows()) for op in _ROWS},  # type: ignore[misc]
    }


SMALL = _calls(_images, _rows)
BIG = _calls(lambda: _BIG_IMAGES, lambda: _BIG_ROWS)
