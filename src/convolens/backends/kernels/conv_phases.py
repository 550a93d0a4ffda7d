"""Strided convolution as one with stride 1: the phases of the stride side by side, as channels.

With stride s, tap r = s a + b of output p reads pixel s (p + a) + b of the padded image: pixel
p + a of phase b. So each phase is an image of its own, whose taps are every s-th, and a kernel of
5x5 with stride 2 is one of 3x3 over four times the channels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import cast, final

import numpy as np

from convolens import _native
from convolens.backends.candidate import Specs
from convolens.backends.kernels.conv_geometry import images
from convolens.backends.kernels.conv_recast import Recast, Ways
from convolens.backends.layout import empty
from convolens.ops import Array, Conv, Op
from convolens.spec import TensorSpec


@final
@dataclass(frozen=True)
class Phases(Recast):
    """The phases of an image are channels (row of the phase, its column, channel)."""

    def image_shape(self) -> tuple[int, ...]:
        image, _, output = images(self.op, self.specs)
        cells = (places + self.side - 1 for places in output.shape[2:])
        return (image.shape[0], prod(self.op.stride) * image.shape[1], *cells)

    def weight_shape(self) -> tuple[int, ...]:
        _, weight, _ = images(self.op, self.specs)
        return (weight.shape[0], prod(self.op.stride) * weight.shape[1], self.side, self.side)

    def read_image(self, x: Array) -> Array:
        return self._spread(x, self.image_shape(), self._before())

    def read_weight(self, weight: Array) -> Array:
        return self._spread(weight, self.weight_shape(), (0, 0))

    def write_image(self, other: Array, dx: Array, bias: Array | None) -> None:
        self._collect(other, dx, self._before(), bias)

    def write_weight(self, other: Array, dweight: Array) -> None:
        self._collect(other, dweight, (0, 0), None)

    def bias_of_image(self, bias: Array) -> Array:
        return np.tile(bias, prod(self.op.stride))

    def _before(self) -> tuple[int, int]:
        (top, _), (left, _) = self.op.padding
        return top, left

    def _spread(self, array: Array, shape: tuple[int, ...], before: tuple[int, int]) -> Array:
        """Return the phases of an image or a weight, zeros around it."""
        phases = empty(TensorSpec(shape))
        if not self._fills(array.shape[2:], shape[2:], before):
            phases[...] = 0
        for pixels, cells in self._pieces(array, phases, before):
            _native.move(pixels, cells)
        return phases

    def _collect(
        self, phases: Array, array: Array, before: tuple[int, int], start: Array | None
    ) -> None:
        """Fill an image or a weight from its phases; ``start`` is what is in none of them."""
        if not self._covers(array.shape[2:], phases.shape[2:], before):
            array[...] = 0 if start is None else start[:, None, None]
        for pixels, cells in self._pieces(array, phases, before):
            _native.move(cells, pixels)

    def _fills(
        self, sizes: tuple[int, ...], cells: tuple[int, ...], before: tuple[int, int]
    ) -> bool:
        """Return whether there are no cells without a pixel."""
        axes = zip(sizes, cells, self.op.stride, before, strict=True)
        return all(pad == 0 and step * count <= size for size, count, step, pad in axes)

    def _covers(
        self, sizes: tuple[int, ...], cells: tuple[int, ...], before: tuple[int, int]
    ) -> bool:
        """Return whether there are no pixels without a cell."""
        axes = zip(sizes, cells, self.op.stride, before, strict=True)
        return all(size + pad <= step * count for size, count, step, pad in axes)

    def _pieces(
        self, array: Array, phases: Array, before: tuple[int, int]
    ) -> Iterator[tuple[Array, Array]]:
        """Yield parts of an image and the equal parts of its phases.

        They are [N, rows of cells, cells, rows of a cell, numbers]. The columns of a cell lie side
        by side in memory in both, so that whole cells are one part; those that the edges of the
        image cut are parts of their own.
        """
        n, channels, height, width = array.shape
        down, right = self.op.stride
        top, left = before
        rows, columns = phases.shape[2:]
        image = array.transpose(0, 2, 3, 1)
        cells = phases.transpose(0, 2, 3, 1).reshape(n, rows, columns, down, right * channels)
        per_image, line, pixel, number = image.strides
        strides = (per_image, down * line, right * pixel, line, number)
        for tall in _runs(height, top, rows, down):
            for wide in _runs(width, left, columns, right):
                of_cell = slice(wide.first * channels, wide.last * channels)
                part = cells[
                    :, tall.begin : tall.end, wide.begin : wide.end, tall.first : tall.last, of_cell
                ]
                row = tall.begin * down + tall.first - top
                column = wide.begin * right + wide.first - left
                corner = image[:, row:, column:]
                yield np.lib.stride_tricks.as_strided(corner, part.shape, strides), part


@final
@dataclass(frozen=True)
class _Run:
    """Neighbouring cells, [begin, end), and which of the places in each hold pixels."""

    begin: int
    end: int
    first: int
    last: int


@lru_cache(maxsize=1024)
def _runs(size: int, before: int, cells: int, step: int) -> tuple[_Run, ...]:
    """Return the cells of ``step`` places along an axis that hold pixels: whole ones, cut ones."""
    end_of_image = size + before
    begin, end = -(-before // step), min(cells, end_of_image // step)
    runs = []
    if before % step and before // step < cells:
        inside = min(step, end_of_image - before // step * step)
        runs.append(_Run(before // step, before // step + 1, before % step, inside))
    if begin < end:
        runs.append(_Run(begin, end, 0, step))
    rest = end_of_image - max(begin, end) * step
    if max(begin, end) < cells and rest > 0:
        runs.append(_Run(max(begin, end), max(begin, end) + 1, 0, rest))
    return tuple(runs)


@lru_cache(maxsize=4096)
def _find(op: Op, specs: Specs) -> Recast | str:
    conv = cast(Conv, op)
    if conv.rank != 2 or prod(conv.stride) == 1:
        return "only strided convolutions along two axes have phases"
    if conv.groups > 1 or prod(conv.dilation) > 1:
        return "only one group, and dilation 1"
    kernel = images(op, specs)[1].shape[2:]
    height, width = (-(-taps // step) for taps, step in zip(kernel, conv.stride, strict=True))
    if height != width:
        return f"the phases of a {kernel[0]}x{kernel[1]} kernel are not square"
    return Phases(conv, specs, height)


WAYS = Ways("phases", _find)
