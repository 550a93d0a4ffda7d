"""Shapes with axes joined, added or removed."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from convolens.errors import ArgumentError, ShapeError
from convolens.ops.reshape import resolve
from convolens.tensor.axes import one_axis, several_axes, whole_numbers

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


def squeezed(shape: Shape, dim: int | Sequence[int] | None) -> Shape:
    """Return ``shape`` without the axes ``dim`` whose size is 1, or without all such axes.

    Raises:
        IndexRangeError: If there is no such axis.
        ArgumentError: If one is named twice.
    """
    if dim is None:
        return tuple(extent for extent in shape if extent != 1)
    if isinstance(dim, Sequence) and not dim:
        return shape
    axes = several_axes("squeeze", dim, len(shape))
    return tuple(extent for axis, extent in enumerate(shape) if extent != 1 or axis not in axes)


def unflattened(shape: Shape, dim: int, sizes: Sequence[int]) -> Shape:
    """Return ``shape`` with axis ``dim`` split into ``sizes``, one of which may be -1.

    Raises:
        IndexRangeError: If there is no such axis.
        ArgumentError: If there are no sizes.
        ShapeError: If their product is not the axis's size.

    Example:
        >>> unflattened((10, 12), 1, (3, -1))
        (10, 3, 4)
    """
    if not shape:
        raise ArgumentError("unflatten: a single number has no axes.")
    place = one_axis("unflatten", dim, len(shape))
    listed = whole_numbers("unflatten", sizes)
    facts = [("shape", list(shape), ""), ("dim", dim, ""), ("sizes", listed, "")]
    if not listed:
        raise ArgumentError("unflatten: there are no sizes.", facts, "give at least one.")
    split = resolve(listed, shape[place])
    if prod(split) != shape[place]:
        raise ShapeError(
            f"unflatten: sizes {listed} do not multiply up to {shape[place]}.",
            facts,
            "use -1 for one size that is to be worked out.",
        )
    return (*shape[:place], *split, *shape[place + 1 :])


def moved(
    rank: int, source: int | Sequence[int], destination: int | Sequence[int]
) -> tuple[int, ...]:
    """Return the order of axes in which those of ``source`` are at the places ``destination``.

    The others keep their order.

    Raises:
        IndexRangeError: If there is no such axis or place.
        ArgumentError: If one is named twice, or there are not as many places as axes.

    Example:
        >>> moved(4, 1, -1)
        (0, 2, 3, 1)
    """
    wanted = whole_numbers("movedim", source)
    places = whole_numbers("movedim", destination)
    if len(wanted) != len(places):
        raise ArgumentError(
            f"movedim: there are {len(wanted)} axes to move, but {len(places)} places.",
            [("source", wanted, ""), ("destination", places, "")],
        )
    if wanted:  # says what is out of range or named twice
        several_axes("movedim", wanted, rank)
        several_axes("movedim", places, rank)
    pairs = {p % max(rank, 1): s % max(rank, 1) for s, p in zip(wanted, places, strict=True)}
    rest = iter([axis for axis in range(rank) if axis not in pairs.values()])
    return tuple(pairs[place] if place in pairs else next(rest) for place in range(rank))
