"""An image cut into tiles, each with the border that its windows read; so memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from convolens.backends.pixels import read_pixels
from convolens.ops import Array
from convolens.ops._padding_taps import continued
from convolens.ops._taps import PAD

PADDINGS = ("reflect", "replicate", "circular", "zeros", "none")
#: About how many numbers a tile has: 4 MB. Smaller ones would fit a cache, but each takes 100 us.
_FLOATS = 2**20

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
Cells = NDArray[np.int64]


class Tile(NamedTuple):
    """A part of the result."""

    top: int
    left: int
    height: int
    width: int


@final
class Tiles:
    """The tiles of an image's result, and what their windows read.

    Args:
        pixels: uint8 or uint16 [H, W, C].
        kernel: R and S.
        padding: What lies beyond the border: one of PADDINGS. ``'none'``: the result has only the
            pixels whose windows lie inside the image.
        floats: About how many numbers a tile has.
    """

    def __init__(
        self, pixels: Pixels, kernel: tuple[int, int], padding: str, floats: int = _FLOATS
    ) -> None:
        height, width, channels = pixels.shape
        self._pixels = pixels
        #: The image [H, W C].
        self.flat = pixels.reshape(height, width * channels)
        self._kernel = kernel
        #: The row of the image, and the pixel of a row, of each cell of the padded axes.
        self.rows = cells(height, kernel[0], padding)
        self.columns = cells(width, kernel[1], padding)
        #: Rows and columns of the result.
        self.size = (len(self.rows) - kernel[0] + 1, len(self.columns) - kernel[1] + 1)
        self._tile = _tile_size(self.size, kernel, channels, floats)

    def __iter__(self) -> Iterator[Tile]:
        height, width = self.size
        for top in range(0, height, self._tile[0]):
            for left in range(0, width, self._tile[1]):
                yield Tile(
                    top, left, min(self._tile[0], height - top), min(self._tile[1], width - left)
                )

    def read(self, tile: Tile) -> Array:
        """Return what the windows of a tile read, float32 [h + R - 1, w + S - 1, C]."""
        rows = self.rows[tile.top : tile.top + tile.height + self._kernel[0] - 1]
        columns = self.columns[tile.left : tile.left + tile.width + self._kernel[1] - 1]
        channels = self._pixels.shape[2]
        x = np.empty((len(rows), len(columns), channels), np.float32)
        flat = x.reshape(len(rows), -1)
        start, stop = max(_runs(columns), key=lambda run: run[1] - run[0])
        first, last = int(columns[start]) * channels, int(columns[stop - 1] + 1) * channels
        for begin, end in _runs(rows):
            at = int(rows[begin])
            read_pixels(
                self.flat[at : at + end - begin, first:last],
                flat[begin:end, start * channels : stop * channels],
            )
        for side in (slice(0, start), slice(stop, len(columns))):
            if side.start < side.stop:
                x[:, side] = self._pixels[rows[:, None], columns[None, side]]
        x[rows < 0] = 0
        x[:, columns < 0] = 0
        return x


def cells(size: int, kernel: int, padding: str) -> Cells:
    """Return which pixel each cell of a padded axis is: -1 for a zero.

    As many windows as pixels fit into the padded axis; of an odd number of cells that a kernel of
    even size needs, the larger part comes behind.

    Example:
        >>> for padding in PADDINGS:
        ...     print(padding, cells(4, 4, padding).tolist())
        reflect [1, 0, 1, 2, 3, 2, 1]
        replicate [0, 0, 1, 2, 3, 3, 3]
        circular [3, 0, 1, 2, 3, 0, 1]
        zeros [-1, 0, 1, 2, 3, -1, -1]
        none [0, 1, 2, 3]
    """
    if padding == "none":
        return np.arange(size)
    before = (kernel - 1) // 2
    places = np.arange(-before, size + kernel - 1 - before)
    if padding == "zeros":
        return np.where((places < 0) | (places >= size), PAD, places)
    return continued(places, size, padding)


def _runs(axis: Cells) -> list[tuple[int, int]]:
    """Return [start, stop) of each run of neighbouring pixels; zeros are in none."""
    breaks = np.flatnonzero((np.diff(axis) != 1) | (axis[:-1] < 0)) + 1
    edges = [0, *breaks.tolist(), len(axis)]
    return [(a, b) for a, b in pairwise(edges) if axis[a] >= 0]


def _tile_size(
    size: tuple[int, int], kernel: tuple[int, int], channels: int, floats: int
) -> tuple[int, int]:
    """Return rows and columns of a tile: whole rows if they are not too long.

    A tile is at least twice as large as what it reads beyond itself.
    """
    height, width = size
    least = max(16, 2 * (kernel[0] - 1))
    columns = min(width, max(64, 2 * (kernel[1] - 1), floats // (least * channels)))
    return min(height, max(least, floats // (columns * channels))), columns


def empty_like(size: tuple[int, int], channels: int, dtype: Any) -> NDArray[Any]:
    """Return an array [H, W, C] for a result."""
    return np.empty((*size, channels), dtype)
