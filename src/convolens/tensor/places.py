"""Which places an index names that holds arrays or masks, by torch's rules."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np

from convolens.errors import DTypeError, IndexRangeError
from convolens.ops import Array
from convolens.spec import bool_, int64, uint8

Shape = tuple[int, ...]


def split(index: Any, shape: Shape) -> tuple[tuple[Any, ...], list[Array | None]]:
    """Return what integers, slices and None do first, and then, for each axis, its places or None.

    Raises:
        IndexRangeError: If an index is out of range, a mask has another shape than the axes it is
            for, or there are too many items.
        DTypeError: If an item is text.

    Example:
        >>> split((0, [2, 1]), (4, 3))
        ((0, slice(None, None, None)), [array([2, 1])])
    """
    basic: list[Any] = []
    places: list[Array | None] = []
    axis = 0
    for item in _items(index, len(shape)):
        if isinstance(item, np.ndarray) and item.dtype == bool_ and item.ndim == 0:
            basic.append(None)  # a new axis of one, kept or not
            places.append(np.flatnonzero(item))
        elif isinstance(item, np.ndarray) and item.dtype == bool_:
            _check_mask(item, axis, shape)
            basic += [slice(None)] * item.ndim
            places += item.nonzero()
            axis += item.ndim
        elif isinstance(item, np.ndarray) and item.ndim:
            _check_range(item, axis, shape)
            basic.append(slice(None))
            places.append(np.where(item < 0, item + shape[axis], item))
            axis += 1
        else:
            basic.append(int(item) if isinstance(item, np.ndarray) else item)
            if item is None or isinstance(item, slice):
                places.append(None)
            axis += item is not None
    return tuple(basic), places


def _items(index: Any, rank: int) -> list[Any]:
    """Return the items of an index, one for each axis or new axis; arrays as NumPy's."""
    items = [_item(item) for item in (index if isinstance(index, tuple) else (index,))]
    used = sum(_axes_of(item) for item in items)
    if used > rank:
        raise IndexRangeError(f"{used} indices for a tensor of {rank} dimensions.")
    dots = [place for place, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise IndexRangeError("an index can have only one ellipsis (...).")
    at = dots[0] if dots else len(items)
    items[at : at + 1] = [slice(None)] * (rank - used)
    return items


def _item(item: Any) -> Any:
    item = getattr(item, "array", item)  # of a tensor
    if item is None or isinstance(item, slice | EllipsisType | np.integer):
        return item
    if isinstance(item, int) and not isinstance(item, bool):
        return item
    try:
        array = np.asarray(item)
    except (ValueError, TypeError):
        array = np.asarray("")
    if array.size == 0 and not hasattr(item, "dtype"):
        array = array.astype(int64)  # an empty list
    if array.dtype.kind not in "bui":
        kind = DTypeError if array.dtype.kind in "US" else IndexRangeError
        raise kind(
            f"bad index: {item!r:.40} is neither whole numbers nor truth values.",
            hint="convert it: index.long().",
        )
    # uint8 stands for truth values in old programs.
    return array.astype(bool_ if array.dtype in (bool_, uint8) else int64)


def _axes_of(item: Any) -> int:
    """Return how many axes of the tensor an item is for."""
    if item is None or item is Ellipsis:
        return 0
    return item.ndim if isinstance(item, np.ndarray) and item.dtype == bool_ else 1


def _check_mask(mask: Array, axis: int, shape: Shape) -> None:
    if mask.shape != shape[axis : axis + mask.ndim]:
        raise IndexRangeError(
            f"the shape of the mask {list(mask.shape)} at axis {axis} does not match the shape of "
            f"the indexed tensor {list(shape)}.",
            hint="a mask must have the sizes of the axes that it is for.",
        )


def _check_range(places: Array, axis: int, shape: Shape) -> None:
    size = shape[axis]
    wrong = (places < -size) | (places >= size)
    if wrong.any():
        raise IndexRangeError(
            f"index {places[wrong][0]} is out of bounds for axis {axis} with size {size}.",
            [("shape", list(shape), "")],
            f"indices go from {-size} to {size - 1}." if size else "the axis has no elements.",
        )
