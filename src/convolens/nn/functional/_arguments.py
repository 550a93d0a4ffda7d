"""Arguments that layers share: one number, or one an axis."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

from convolens.errors import ArgumentError, ArgumentTypeError
from convolens.ops._taps import Pair

Ints = int | Sequence[int]
Padding = int | Sequence[int | Pair] | str


def each_axis(name: str, value: Ints, rank: int) -> tuple[int, ...]:
    """Return one number an axis.

    Raises:
        ArgumentError: If there are not as many numbers as axes.
        ArgumentTypeError: If they are no whole numbers.

    Example:
        >>> each_axis("stride", 2, rank=3)
        (2, 2, 2)
    """
    kind: type[ArgumentError] = ArgumentError
    try:
        if not isinstance(value, Sequence):
            return (index(value),) * rank
        values = tuple(index(number) for number in value)
    except TypeError:
        values, kind = (), ArgumentTypeError
    if len(values) != rank:
        raise kind(
            f"{name} is {value!r}, but must be one whole number, or {rank} of them.",
            hint=f"write {name}={(3,) * rank}.",
        )
    return values
