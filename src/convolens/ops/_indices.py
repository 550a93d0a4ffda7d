"""Indices that come as data: whole numbers from 0, each below the size of the axis they name."""

from __future__ import annotations

import numpy as np

from convolens.errors import DTypeError, IndexRangeError
from convolens.ops._op import Array
from convolens.spec import TensorSpec, int64


def require_indices(operator: str, index: TensorSpec) -> None:
    """Refuse an index of another type than int64.

    Raises:
        DTypeError: If so.
    """
    if index.dtype != int64:
        raise DTypeError(
            f"{operator}: the index is {index.dtype.name}, but places are whole numbers in int64.",
            [("index", index, "")],
            "convert it: index.long().",
        )


def check_indices(operator: str, index: Array, size: int) -> None:
    """Refuse indices outside 0 .. size-1.

    Raises:
        IndexRangeError: If there is one; the text names the first.

    Example:
        >>> check_indices("gather", np.array([0, 2]), 3)
    """
    if index.size and (index.min() < 0 or index.max() >= size):
        wrong = np.argwhere((index < 0) | (index >= size))[0].tolist()
        raise IndexRangeError(
            f"{operator}: index {index[tuple(wrong)]} at position {wrong} is out of bounds for an "
            f"axis of size {size}.",
            hint=f"indices go from 0 to {size - 1}." if size else "the axis has no numbers.",
        )
