"""Pixels of images as floats, and floats as pixels: the definition, and its kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convolens import _native
from convolens.ops import Array


def read_pixels(pixels: Array, x: Array) -> None:
    """Write pixels into ``x`` as floats: 0 to 255, or 0 to 65,535.

    Args:
        pixels: uint8 or uint16 [rows, columns]; rows may lie apart.
        x: float32 [rows, columns], likewise.

    Raises:
        ValueError: If types or shapes are others, or a row has gaps.
    """
    _native.read_pixels(pixels, x)


def read_pixel_rows(pixels: Array, rows: Array, x: Array, scale: float = 1.0) -> None:
    """Write some rows of pixels into ``x`` as floats, divided by ``scale``.

    Args:
        pixels: uint8 or uint16 [all rows, columns].
        rows: Which, int64 [rows].
        x: float32 [rows, columns].
        scale: The pixel that becomes 1.

    Raises:
        ValueError: If types or shapes are others, or a row has gaps.
        IndexError: If there is no such row.
    """
    _native.read_pixel_rows(pixels, rows, x, scale)


def write_pixels(
    x: Array, pixels: Array, *, y: Array | None = None, absolute: bool = False, shift: float = 0.0
) -> None:
    """Write floats into ``pixels``; ``rounded`` says how.

    Args:
        x: float32 [rows, columns]; rows may lie apart.
        pixels: uint8 or uint16 [rows, columns], likewise.
        y: Like ``x``, for the length of the vector (x, y).
        absolute: Whether signs are dropped.
        shift: Added after that.

    Raises:
        ValueError: If types or shapes are others, a row has gaps, or rows of pixels overlap.
    """
    _native.write_pixels(x, y, pixels, absolute, shift)


def filter_pixels(
    pixels: Array,
    rows: Array,
    columns: Array,
    channels: int,
    directions: Sequence[Sequence[Sequence[Array]]],
    result: Array,
    *,
    absolute: bool = False,
    shift: float = 0.0,
) -> None:
    """Write an image through kernels: read, convolved and rounded tile by tile, within a cache.

    A tile is convolved by the kernels of a convolution with one channel, by which neighbouring
    numbers of a channel lie ``channels`` apart, so the numbers are those that it gives.

    Args:
        pixels: uint8 or uint16 [H, W C].
        rows: int64 [P + R - 1]: the row of the image of each cell of the padded axis, -1 for zeros.
        columns: int64 [Q + S - 1]: the same for the pixels of a row.
        channels: C.
        directions: One direction, or two for the length of the vector. Each is a sum of chains,
            each chain one grid of weights or two that run one after the other, float32.
        result: Like ``pixels``, [P, Q C].
        absolute: Whether signs are dropped; see ``rounded``.
        shift: Added after that.

    Raises:
        ValueError: If types, shapes or cells do not fit.
    """
    first, second = [[list(chain) for chain in chains] for chains in (*directions, [])][:2]
    _native.filter_pixels(pixels, rows, columns, channels, first, second, result, absolute, shift)


def rounded(
    x: Array,
    dtype: np.dtype[np.uint8] | np.dtype[np.uint16],
    *,
    y: Array | None = None,
    absolute: bool = False,
    shift: float = 0.0,
) -> Array:
    """Return the pixels of floats, by the definition that ``write_pixels`` follows.

    x, or sqrt(x^2 + y^2), without its sign where ``absolute``, plus ``shift``, goes to the nearest
    whole number, from the middle to the even one; below 0 and not a number to 0, beyond the largest
    pixel to that.

    Example:
        >>> x = np.array([-3.0, 0.5, 1.5, 254.6, 300.0, np.nan])
        >>> rounded(x, np.dtype(np.uint8)).tolist()
        [0, 0, 2, 255, 255, 0]
        >>> rounded(x, np.dtype(np.uint8), absolute=True).tolist()
        [3, 0, 2, 255, 255, 0]
    """
    values = x if y is None else np.sqrt(x * x + y * y)
    values = (np.abs(values) if absolute else values) + shift
    known = np.where(np.isnan(values), 0, values)
    whole: Array = np.rint(np.clip(known, 0, np.iinfo(dtype).max))
    return whole.astype(dtype)
