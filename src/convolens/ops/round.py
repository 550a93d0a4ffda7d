"""Rounding to whole numbers, element by element."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._activation import on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec

_WAYS: dict[str, Callable[[Array], Array]] = {
    "nearest": np.rint,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
}


@final
@operator
class Round(Unary):
    """y = the whole number nearest to x, the even one of two; or the next one below, above or to 0.

    Its slope is 0.

    Args:
        way: Which whole number: 'nearest', 'floor' for the next one below, 'ceil' above, 'trunc'
            towards 0.

    Shapes:
        x [*I] -> y [*I]

    Source: IEEE 754-2019, section 5.3.1.
    """

    name: ClassVar[str] = "round"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    way: str = "nearest"

    def __post_init__(self) -> None:
        if self.way not in _WAYS:
            raise ArgumentError(
                f"{self.name}: the way is {self.way!r}, but must be one of {', '.join(_WAYS)}."
            )

    def reference(self, *arrays: Array) -> Array:
        return np.asarray(_WAYS[self.way](arrays[0]))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Scale(0.0)(upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Rounds {x.size} numbers to whole ones."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape([cls(way) for way in _WAYS], prepare=_between)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (*super().mistakes(), Mistake(lambda: cls("up"), ("'up'", "floor")))


def _between(arrays: list[Array]) -> list[Array]:
    """Move numbers away from those where they are rounded another way."""
    return [np.rint(4 * x) / 4 + x.dtype.type(0.125) for x in arrays]
