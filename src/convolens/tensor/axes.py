"""Axis arguments: negative numbers count from the end."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import SupportsIndex, cast

from convolens.errors import ArgumentError, DTypeError, IndexRangeError

Axes = int | Sequence[int] | None


def one_axis(operator: str, dim: int, rank: int) -> int:
    """Return ``dim`` counted from the start.

    Raises:
        DTypeError: If ``dim`` is no whole number.
        IndexRangeError: If there is no such axis.

    Example:
        >>> one_axis("sum", -1, rank=4)
        3
    """
    span = max(rank, 1)  # like torch, take 0 and -1 for a single number too
    try:  # to ask whether it is a SupportsIndex takes longer than many an operator
        exists = -span <= dim < span
    except TypeError:
        raise DTypeError(
            f"{operator}: dim is {dim!r}, but must be a whole number.",
            hint="name the axis; negative dims count from the end.",
        ) from None
    if not exists:
        raise IndexRangeError(
            f"{operator}: dim is {dim}, but must be from {-span} to {span - 1} for {rank} "
            "dimensions.",
            hint="negative dims count from the end.",
        )
    return dim % span


def several_axes(operator: str, dims: Axes, rank: int) -> tuple[int, ...]:
    """Return ``dims`` counted from the start, in ascending order; None or () stands for all.

    Raises:
        IndexRangeError: If there is no such axis.
        ArgumentError: If one is named twice.
    """
    if dims is None:
        return tuple(range(rank))
    if type(dims) is int:  # nearly always: asking for a protocol takes longer than a small sum
        axis = one_axis(operator, dims, rank)
        return (axis,) if rank else ()
    if type(dims) is tuple or not isinstance(dims, SupportsIndex):
        listed = [index(dim) for dim in cast(Sequence[int], dims) or ()]
    else:
        listed = [index(dims)]
    if not listed:
        return tuple(range(rank))
    result = sorted(one_axis(operator, dim, rank) for dim in listed)
    if len(set(result)) < len(result):
        raise ArgumentError(
            f"{operator}: dims {listed} name an axis twice.", hint="name each axis once."
        )
    return tuple(result) if rank else ()


def whole_numbers(operator: str, *numbers: int | Sequence[int]) -> list[int]:
    """Return numbers that are given one by one, or as one list.

    Raises:
        DTypeError: If they are not whole numbers, or there is nothing.

    Example:
        >>> whole_numbers("flip", 0, 1), whole_numbers("flip", (0, 1))
        ([0, 1], [0, 1])
    """
    listed = numbers[0] if len(numbers) == 1 and isinstance(numbers[0], Sequence) else numbers
    try:
        if numbers:
            return [index(number) for number in listed]  # type: ignore[arg-type]
    except TypeError:
        pass
    raise DTypeError(
        f"{operator}: whole numbers are needed, not {numbers}.", hint=f"write {operator}(1, 2)."
    )
