"""Shapes with axes joined, added or removed."""

from __future__ import annotations

from math import prod

from convolens.errors import ArgumentError
from convolens.tensor.axes import one_axis

Shape = tuple[int, ...]


def flattened(shape: Shape, start_dim: int, end_dim: int) -> Shape:
    """Return ``shape`` with the axes from ``start_dim`` to ``end_dim`` joined into one.

    Raises:
        IndexRangeError: If there is no such axis.
        ArgumentError: If ``start_dim`` comes after ``end_dim``.

    Example:
        >>> flattened((10, 30, 12, 12), 1, -1)
        (10, 4320)
    """
    if not shape:
        return (1,)
    first = one_axis("flatten", start_dim, len(shape))
    last = one_axis("flatten", end_dim, len(shape))
    if first > last:
        raise ArgumentError(
            f"flatten: start_dim {start_dim} comes after end_dim {end_dim}.",
            [("shape", list(shape), "")],
        )
    return (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])


def unsqueezed(shape: Shape, dim: int) -> Shape:
    """Return ``shape`` with a new axis of size 1 at ``dim``.

    Raises:
        IndexRangeError: If ``dim`` is out of range.
    """
    place = one_axis("unsqueeze", dim, len(shape) + 1)
    return (*shape[:place], 1, *shape[place:])


def squeezed(shape: Shape, dim: int | None) -> Shape:
    """Return ``shape`` without the axis ``dim`` if its size is 1, or without all such axes.

    Raises:
        IndexRangeError: If there is no such axis.
    """
    if dim is None:
        return tuple(extent for extent in shape if extent != 1)
    if not shape:
        return shape
    place = one_axis("squeeze", dim, len(shape))
    return shape if shape[place] != 1 else (*shape[:place], *shape[place + 1 :])
