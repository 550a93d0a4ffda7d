"""Axis arguments: negative numbers count from the end."""

from __future__ import annotations

from collections.abc import Sequence

from convolens.errors import IndexRangeError

Axes = int | Sequence[int] | None


def one_axis(operator: str, dim: int, rank: int) -> int:
    """Return ``dim`` counted from the start.

    Raises:
        IndexRangeError: If there is no such axis.

    Example:
        >>> one_axis("sum", -1, rank=4)
        3
    """
    if not -rank <= dim < rank:
        raise IndexRangeError(
            f"{operator}: dim is {dim}, but must be from {-rank} to {rank - 1} for {rank} "
            "dimensions.",
            hint="negative dims count from the end.",
        )
    return dim % rank


def several_axes(operator: str, dims: Axes, rank: int) -> tuple[int, ...]:
    """Return ``dims`` counted from the start, in ascending order; None stands for all.

    Raises:
        IndexRangeError: If there is no such axis, or one is named twice.
    """
    if dims is None:
        return tuple(range(rank))
    listed = [dims] if isinstance(dims, int) else list(dims)
    result = sorted(one_axis(operator, dim, rank) for dim in listed)
    if len(set(result)) < len(result):
        raise IndexRangeError(
            f"{operator}: dims {listed} name an axis twice.", hint="name each axis once."
        )
    return tuple(result)
