"""Division to whole numbers: how often a divisor goes into a number, and what remains."""

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


@operator
class _Division(Binary):
    """A division whose quotient is rounded down."""

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        # A divisor near zero would make finite differences meaningless.
        return tuple(
            replace(sample, prepare=lambda ab: [ab[0], np.sign(ab[1]) * (np.abs(ab[1]) + 1)])
            for sample in super().samples()
        )


@final
@operator
class FloorDivide(_Division):
    """y = the largest whole number that is not above a / b, with NumPy's broadcasting.

    Its slope is 0. Division by zero gives infinities and NaN.

    Shapes:
        a [*A], b [*B] -> y [*P]
    """

    name: ClassVar[str] = "floor_divide"
    signature: ClassVar[str] = "a[*A], b[*B] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        a, b = arrays
        with np.errstate(all="ignore"):
            return np.asarray(np.floor_divide(a, b))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        zero = Scale(0.0)(upstream)
        return unbroadcast(zero, inputs[0].shape), unbroadcast(zero, inputs[1].shape)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Divides two inputs into {self.infer(*specs).size} numbers, rounded down."


@final
@operator
class Remainder(_Division):
    """y = a - b times the largest whole number not above a / b: from 0 to b, without b.

    Its slope is 1 along a, and that number, negated, along b. The remainder of 0 is NaN.

    Shapes:
        a [*A], b [*B] -> y [*P]
    """

    name: ClassVar[str] = "remainder"
    signature: ClassVar[str] = "a[*A], b[*B] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        a, b = arrays
        with np.errstate(all="ignore"):
            return np.asarray(np.remainder(a, b))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b = inputs
        times = Mul()(upstream, FloorDivide()(a, b))
        return (
            unbroadcast(upstream, a.shape),
            Scale(-1.0)(unbroadcast(times, b.shape)),
        )

    def explain(self, *specs: TensorSpec) -> str:
        return f"Finds what remains of divisions in {self.infer(*specs).size} places."
