"""Computes some pixels of a filtered image a second time, from the definition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from convolens.lens.filters.apply import Signs
from convolens.lens.filters.kernel import Kernel
from convolens.lens.filters.plan import plan
from convolens.lens.filters.tiles import Cells, Pixels, cells
from convolens.lens.filters.words import filter_words

Numbers = NDArray[np.float64]
_PLACES = 48
_UNIT = 2.0**-24  # by how much of itself one rounding changes a float32


def check_pixels(
    source: Pixels,
    result: Pixels,
    kernel: Kernel,
    *,
    padding: str,
    mix: bool,
    signs: Signs,
    largest: int,
) -> int:
    """Compare pixels with the sum over r, s of kernel[r, s] source[y + r, x + s], in float64.

    They are the corners, the middles of the edges, and others drawn by a fixed seed.

    Args:
        source: The image [H, W, C].
        result: The filtered image.
        kernel: The kernel.
        padding: What lies beyond the border.
        mix: Whether the channels are mixed.
        signs: What was made of negative numbers.
        largest: The largest pixel.

    Returns:
        How many numbers were compared.

    Raises:
        CheckError: If one is not what the definition says, within what rounding explains.
    """
    columns = cells(source.shape[1], kernel.size[1], padding)
    rows = cells(source.shape[0], kernel.size[0], padding)
    compared = 0
    for row, column in _places(result.shape[0], result.shape[1]):
        window = _window(
            source,
            rows[row : row + kernel.size[0]],
            columns[column : column + kernel.size[1]],
        )
        value, allowed = _expected(window, kernel, mix)
        exact = _as_pixel(value, signs, largest)
        found = result[row, column].astype(np.float64)
        # Half a pixel is what rounding to pixels takes. Written so that NaN fails.
        if not (np.abs(found - exact) <= 0.5 + allowed).all():
            from convolens.lens.report.check import CheckError

            raise filter_words().problem(
                CheckError, "check.differs", row=row, column=column, found=found, exact=exact
            )
        compared += found.size
    return compared


def _places(height: int, width: int) -> Iterator[tuple[int, int]]:
    for row in (0, height // 2, height - 1):
        for column in (0, width // 2, width - 1):
            yield row, column
    random = np.random.default_rng(0)
    for _ in range(_PLACES):
        yield int(random.integers(height)), int(random.integers(width))


def _window(source: Pixels, rows: Cells, columns: Cells) -> Numbers:
    """Return float64 [R, S, C], zeros where a cell is none of the image."""
    window = source[rows[:, None], columns[None]].astype(np.float64)
    window[rows < 0] = 0
    window[:, columns < 0] = 0
    return window


def _expected(window: Numbers, kernel: Kernel, mix: bool) -> tuple[Numbers, Numbers]:
    """Return the numbers before they are made pixels, [C] or [1], and how far they may be off.

    A sum of n products is off by at most n roundings of the sum of their magnitudes; where a grid
    runs as columns and rows, by as much of the magnitudes of these.
    """
    channels = window.shape[2]
    axes = (0, 1, 2) if mix else (0, 1)
    values, bounds = [], []
    for grids in kernel.directions:
        share = channels if mix and len(grids) == 1 else 1
        weights = _each_channel(grids, channels) / share
        sizes = _each_channel([_magnitude(grid) for grid in grids], channels) / share
        roundings = grids[0].size * (channels if mix else 1) + 8
        values.append(np.atleast_1d((weights * window).sum(axes)))
        bounds.append(np.atleast_1d((sizes * window).sum(axes)) * roundings * _UNIT)
    if len(values) == 1:
        return values[0], bounds[0]
    # The length of a vector is off by no more than its parts, and by the rounding of 4 steps.
    length = np.hypot(values[0], values[1])
    return length, bounds[0] + bounds[1] + 4 * _UNIT * length


def _each_channel(grids: Sequence[Numbers], channels: int) -> Numbers:
    """Return [R, S, C], a single grid repeated."""
    return np.stack([grids[c % len(grids)] for c in range(channels)], axis=2)


def _magnitude(grid: Numbers) -> Numbers:
    """Return the sum of the magnitudes of the products that a grid runs as."""
    chains = [chain for chain in plan(grid).passes if len(chain) > 1]
    split = sum((np.abs(column) * np.abs(row) for column, row in chains), np.zeros(grid.shape))
    return np.maximum(np.abs(grid), split)


def _as_pixel(value: Numbers, signs: Signs, largest: int) -> Numbers:
    if signs == "abs":
        value = np.abs(value)
    elif signs == "shift":
        value = value + (largest + 1) // 2
    pixel: Numbers = np.clip(value, 0, largest)
    return pixel
