"""A constant power, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from convolens.ops._elementwise import SHAPES, Unary
from convolens.ops._op import Array, Sample, Value
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec


@final
@dataclass(frozen=True)
class Pow(Unary):
    """y = x to the power ``exponent``; NaN where that is not a real number.

    Shapes:
        x [*I] -> y [*I]

    Source: IEEE 754-2019, section 9.2, for special numbers.
    """

    name: ClassVar[str] = "pow"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    exponent: float = 2.0

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            power: Array = x ** x.dtype.type(self.exponent)
        return power

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        if self.exponent == 0.0:
            return (Scale(0.0)(upstream),)
        slope = Scale(self.exponent)(Pow(self.exponent - 1.0)(inputs[0]))
        return (Mul()(upstream, slope),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Raises {x.size} numbers to the power {self.exponent:g}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(
                cls(exponent),
                (TensorSpec(shape),),
                # Fractional powers need positive numbers.
                prepare=lambda x: [np.abs(x[0]) + x[0].dtype.type(0.5)],
            )
            for shape in SHAPES
            for exponent in (2.0, -0.75, 0.0, 1.0)
        )
