"""Convolution along one axis as one along two: the line is cut into rows, as many as a side.

With side r, output p = r u + v and tap t = r a + b: x[p + t] is x[r (u + a) + (v + b)], the pixel
(u + a, v + b) of an image whose row i begins at x[r i] and reaches into the next. So 9 taps are a
kernel of 3x3, and Winograd's algorithm saves products along both axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import isqrt, prod
from typing import cast, final

import numpy as np

from convolens import _native
from convolens.backends.candidate import Specs
from convolens.backends.kernels.conv_geometry import images
from convolens.backends.kernels.conv_recast import Recast, Ways
from convolens.backends.layout import empty
from convolens.ops import Array, Conv, ConvInputGrad, ConvWeightGrad, Op
from convolens.spec import TensorSpec


@final
@dataclass(frozen=True)
class Rows(Recast):
    """Lines of pixels [lines, C, L] as images of rows; a batch of images has a line for each row.

    What is read for sums reaches into the next row, so its rows are 2 side - 1 long. What is
    written, and what a weight gradient multiplies with it, is not.
    """

    def image_shape(self) -> tuple[int, ...]:
        image, _, output = images(self.op, self.specs)
        lines, channels = prod((image.shape[0], *image.shape[2:-1])), image.shape[1]
        if isinstance(self.op, ConvInputGrad):
            return (lines, channels, -(-image.shape[-1] // self.side), self.side)
        rows = -(-output.shape[-1] // self.side) + self.side - 1
        return (lines, channels, rows, 2 * self.side - 1)

    def weight_shape(self) -> tuple[int, ...]:
        _, weight, _ = images(self.op, self.specs)
        return (*weight.shape[:2], self.side, self.side)

    def padding(self) -> int:
        return self.side - 1 if isinstance(self.op, ConvInputGrad) else 0

    def read_image(self, x: Array) -> Array:
        *_, rows, width = self.image_shape()
        return self._cut(x, rows, width, self.op.padding[-1][0])

    def read_weight(self, weight: Array) -> Array:
        return self._cut(weight, self.side, self.side, 0)

    def read_output(self, g: Array) -> Array:
        length = g.shape[-1]
        if isinstance(self.op, ConvWeightGrad):
            return self._cut(g, -(-length // self.side), self.side, 0)
        # Pixel i of dx takes g[i - t + before]: the taps run backwards from the last one.
        rows = self.image_shape()[2] + self.side - 1
        return self._cut(
            g, rows, 2 * self.side - 1, self.side * self.side - 1 - self.op.padding[-1][0]
        )

    def floats(self) -> int:
        *_, output = images(self.op, self.specs)
        return prod(self.image_shape()) + output.size

    def write_image(self, other: Array, dx: Array, bias: Array | None) -> None:
        self._join(other, dx)

    def write_weight(self, other: Array, dweight: Array) -> None:
        taps = other.transpose(0, 2, 3, 1).reshape(len(other), -1, other.shape[1])
        _native.move(taps[:, : dweight.shape[-1]], _lines(dweight).transpose(0, 2, 1))

    def other_output(self, y: Array) -> Array:
        lines, rows = _lines(y), -(-y.shape[-1] // self.side)
        if rows * self.side == y.shape[-1]:
            return _rows_of(lines, rows, self.side)
        return empty(TensorSpec((*lines.shape[:2], rows, self.side)))

    def write_output(self, other: Array, y: Array) -> None:
        if other.shape[2] * self.side != y.shape[-1]:
            self._join(other, y)

    def _cut(self, array: Array, rows: int, width: int, before: int) -> Array:
        """Return rows: row i begins ``before`` pixels before pixel ``side`` times i of a line."""
        lines = _lines(array).transpose(0, 2, 1)
        count, length, channels = lines.shape
        side = self.side
        if width == side and before == 0 and rows * side == length:
            return _rows_of(_lines(array), rows, side)
        cut = empty(TensorSpec((count, channels, rows, width)))
        to = cut.transpose(0, 2, 3, 1)
        first = min(rows, max(0, -(-before // side)))
        last = min(rows, (length + before - width) // side + 1)
        if first < last:
            whole = lines[:, first * side - before :]
            line, step, each = whole.strides
            _native.move(
                np.lib.stride_tricks.as_strided(
                    whole, (count, last - first, width, channels), (line, side * step, step, each)
                ),
                to[:, first:last],
            )
        for row in (*range(min(first, rows)), *range(max(first, last), rows)):
            start = row * side - before
            begin, end = min(width, max(0, -start)), max(0, min(width, length - start))
            to[:, row] = 0
            if begin < end:
                to[:, row, begin:end] = lines[:, start + begin : start + end]
        return cut

    def _join(self, rows: Array, array: Array) -> None:
        lines = _lines(array).transpose(0, 2, 1)
        joined = rows.transpose(0, 2, 3, 1).reshape(len(rows), -1, rows.shape[1])
        _native.move(joined[:, : lines.shape[1]], lines)


def _lines(array: Array) -> Array:
    """Return [N of all but the last axis, C, L] of a dense [N, C, *I, L], in the same memory."""
    channels, length = array.shape[1], array.shape[-1]
    order = (0, *range(2, array.ndim), 1)
    return array.transpose(order).reshape(-1, length, channels).transpose(0, 2, 1)


def _rows_of(lines: Array, rows: int, side: int) -> Array:
    """Return [N, C, rows, side] of lines whose rows fill them, in the same memory."""
    n, c, _ = lines.shape
    return lines.transpose(0, 2, 1).reshape(n, rows, side, c).transpose(0, 3, 1, 2)


@lru_cache(maxsize=4096)
def _find(op: Op, specs: Specs) -> Recast | str:
    conv = cast(Conv, op)
    if conv.rank > 2 or prod(conv.stride) > 1 or prod(conv.dilation) > 1 or conv.groups > 1:
        return "only stride 1, dilation 1, one group, along one axis or two"
    *others, taps = images(op, specs)[1].shape[2:]
    if prod(others) != 1 or any(map(any, conv.padding[:-1])):
        return "only kernels that reach along the last axis alone, and no padding along the other"
    side = isqrt(taps - 1) + 1
    if taps < 4:
        return f"{taps} taps are too few for rows"
    return Rows(conv, specs, side)


WAYS = Ways("rows", _find)
