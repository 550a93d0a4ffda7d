"""Turns arrays of any number type and layout into images [N, H, W, C]."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convolens.errors import DataError

_CHANNELS = (1, 3)


def as_pixels(values: NDArray[Any], where: str) -> NDArray[np.uint8] | NDArray[np.float32]:
    """Return images as uint8 (from whole numbers 0 to 255) or float32 (from floats 0 to 1).

    Args:
        values: [N, H, W], or with 1 or 3 channels [N, H, W, C] or [N, C, H, W].
        where: What holds the images, for the error: a file, an array of a file.

    Returns:
        uint8 or float32 [N, H, W, C]. Truth values become 0.0 and 1.0.

    Raises:
        DataError: If the shape, the type or the range is none of these.

    Example:
        >>> as_pixels(np.zeros((5, 3, 32, 32), np.int64), "x").shape
        (5, 32, 32, 3)
    """
    return _in_range(_channels_last(values, where), where)


def _channels_last(values: NDArray[Any], where: str) -> NDArray[Any]:
    if values.ndim == 3:
        return values[..., None]
    if values.ndim == 4:
        first, last = values.shape[1] in _CHANNELS, values.shape[3] in _CHANNELS
        if first and last:
            raise DataError(
                f"{where}: {list(values.shape)} can be read as [N, C, H, W] and as [N, H, W, C].",
                hint="images so narrow are not supported.",
            )
        if first or last:
            return values.transpose(0, 2, 3, 1) if first else values
    hint = "for flat rows of pixels: images.reshape(-1, height, width)." if values.ndim == 2 else ""
    raise DataError(
        f"{where}: images have the shape [N, H, W], [N, H, W, C] or [N, C, H, W] with 1 or 3 "
        f"channels, not {list(values.shape)}.",
        hint=hint,
    )


def _in_range(values: NDArray[Any], where: str) -> NDArray[np.uint8] | NDArray[np.float32]:
    kind = values.dtype.kind
    if kind not in "biuf":
        raise DataError(f"{where}: pixels are numbers, not {values.dtype}.")
    whole = kind in "iu"
    if values.dtype == np.uint8 or not values.size:
        return values.astype(np.uint8, copy=False) if whole else values.astype(np.float32)
    largest = 255 if whole else 1
    low, high = values.min(), values.max()
    # The comparison is written so that it fails for NaN, too.
    if not (low >= 0 and high <= largest):
        raise DataError(
            f"{where}: pixel values run from {low:g} to {high:g}.",
            [("allowed", "0 to 255", "whole numbers"), ("", "0 to 1", "floats")],
            "scale the pixels, or save them as uint8.",
        )
    return values.astype(np.uint8) if whole else values.astype(np.float32, copy=False)
