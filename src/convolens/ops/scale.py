"""Multiplication by one constant number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

from convolens.ops._attributes import operator
from convolens.ops._elementwise import SHAPES, Unary
from convolens.ops._op import Array, Sample, Value
from convolens.spec import TensorSpec


@final
@operator
class Scale(Unary):
    """y = factor x.

    Shapes:
        x [*I] -> y [*I]

    Source: IEEE 754-2019, section 5.4.1.
    """

    name: ClassVar[str] = "scale"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    factor: float = -1.0

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        scaled: Array = x * x.dtype.type(self.factor)
        return scaled

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (self(upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Multiplies {x.size} numbers by {self.factor:g}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(-1.7), (TensorSpec(shape),)) for shape in SHAPES)
