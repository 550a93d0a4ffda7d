"""Square brackets: integers, slices, None and ... as operator calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import EllipsisType
from typing import Any

import numpy as np

from convolens.errors import ArgumentError, DTypeError, IndexRangeError
from convolens.ops import Array
from convolens.ops.slice import Bounds

BASIC = (int, np.integer, slice, EllipsisType, type(None))


def is_basic(index: Any) -> bool:
    """Return whether an index has only integers, slices, None and an ellipsis."""
    items = index if isinstance(index, tuple) else (index,)
    return all(isinstance(item, BASIC) and not isinstance(item, bool) for item in items)


def view_of(array: Array, index: Any) -> Array:
    """Return the part of an array at a basic index, also a single number as an array.

    Example:
        >>> numbers = np.arange(3)
        >>> view_of(numbers, 1)[...] = 5
        >>> numbers.tolist()
        [0, 5, 2]
    """
    items = index if isinstance(index, tuple) else (index,)
    if not any(item is Ellipsis for item in items):
        items += (Ellipsis,)
    part: Array = array[items]
    return part


@contextmanager
def refusals(index: Any, shape: tuple[int, ...]) -> Iterator[None]:
    """Say what NumPy refuses of an index into an array of ``shape`` as an error of our own."""
    try:
        yield
    except (IndexError, ValueError, TypeError) as error:
        items = index if isinstance(index, tuple) else (index,)
        kind = DTypeError if any(isinstance(i, str) for i in items) else IndexRangeError
        raise kind(f"bad index: {error}.", [("shape", shape, "")]) from None


def resolve(index: Any, shape: tuple[int, ...]) -> tuple[Bounds, tuple[int, ...]]:
    """Return the bounds of a basic index, and the shape that its result has in the end.

    Raises:
        IndexRangeError: If an integer is out of range, or there are too many items.
        ArgumentError: If a slice has a step below 1.

    Example:
        >>> resolve((0, slice(1, 3)), (2, 5))
        (((0, 1, 1), (1, 3, 1)), (2,))
    """
    items = list(index) if isinstance(index, tuple) else [index]
    used = sum(item is not None and item is not Ellipsis for item in items)
    if used > len(shape):
        raise IndexRangeError(
            f"{used} indices for a tensor of {len(shape)} dimensions.", [("shape", shape, "")]
        )
    if items.count(Ellipsis) > 1:
        raise IndexRangeError("an index can have only one ellipsis (...).")
    if Ellipsis not in items:
        items.append(Ellipsis)
    at = items.index(Ellipsis)
    items[at : at + 1] = [slice(None)] * (len(shape) - used)

    bounds: list[tuple[int, int, int]] = []
    result: list[int] = []
    for item in items:
        if item is None:
            result.append(1)
            continue
        extent = shape[len(bounds)]
        if isinstance(item, slice):
            start, stop, step = _slice(item, extent)
            bounds.append((start, max(start, stop), step))
            result.append(len(range(start, stop, step)))
        else:
            if not -extent <= item < extent:
                raise IndexRangeError(
                    f"index {item} is out of bounds for axis {len(bounds)} with size {extent}.",
                    [("shape", shape, "")],
                )
            place = int(item) % extent
            bounds.append((place, place + 1, 1))
    return tuple(bounds), tuple(result)


def _slice(item: slice, extent: int) -> tuple[int, int, int]:
    if item.step is not None and item.step < 1:
        raise ArgumentError(
            f"a slice's step is {item.step}, but must be at least 1.",
            hint="flip the array with NumPy first.",
        )
    return item.indices(extent)
