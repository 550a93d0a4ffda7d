"""A constant power, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._elementwise import SHAPES, Pairwise, Unary
from convolens.ops._op import Array, Sample, Value
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec


def _positive(arrays: list[Array]) -> list[Array]:
    """Make x positive, as fractional powers need it, and nowhere nearly zero."""
    x, *rest = arrays
    return [np.abs(x) + x.dtype.type(0.5), *rest]


@final
@operator
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
        return (PowGrad(self.exponent)(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Raises {x.size} numbers to the power {self.exponent:g}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(exponent), (TensorSpec(shape),), prepare=_positive)
            for shape in SHAPES
            for exponent in (2.0, -0.75, 0.0, 1.0)
        )


@final
@operator
class PowGrad(Pairwise):
    """dx = g exponent x^(exponent - 1).

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "pow_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    exponent: float = 2.0

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        exponent = x.dtype.type(self.exponent)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slope: Array = g * (exponent * x ** (exponent - 1))
        return slope

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, g = inputs
        both = Mul()(upstream, g)
        if self.exponent == 1.0:
            return Scale(0.0)(both), self(x, upstream)
        return Scale(self.exponent)(PowGrad(self.exponent - 1.0)(x, both)), self(x, upstream)

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        e = self.exponent
        return f"Multiplies {x.size} gradients by {e:g} times the power {e - 1:g} of their inputs."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(exponent), (TensorSpec(shape),) * 2, prepare=_positive)
            for shape in SHAPES
            for exponent in (2.0, -0.75, 1.0)
        )
