"""Division, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._elementwise import Binary
from convolens.ops._op import Array, Sample, Value
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.ops.sum import unbroadcast
from convolens.spec import TensorSpec


@final
@operator
class Div(Binary):
    """y = a / b, with NumPy's broadcasting. Division by zero gives infinities and NaN.

    Shapes:
        a [*A], b [*B] -> y [*P]

    Source: IEEE 754-2019, section 7.3, for division by zero.
    """

    name: ClassVar[str] = "div"
    signature: ClassVar[str] = "a[*A], b[*B] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        a, b = arrays
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            quotient: Array = a / b
        return quotient

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b = inputs
        scaled = self(upstream, b)
        return (
            unbroadcast(scaled, a.shape),
            Scale(-1.0)(unbroadcast(Mul()(scaled, output), b.shape)),
        )

    def explain(self, *specs: TensorSpec) -> str:
        return f"Divides two inputs into {self.infer(*specs).size} numbers."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        # A divisor near zero would make finite differences meaningless.
        return tuple(
            replace(sample, prepare=lambda ab: [ab[0], np.sign(ab[1]) * (np.abs(ab[1]) + 1)])
            for sample in super().samples()
        )
