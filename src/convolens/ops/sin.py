"""Sine and cosine, element by element: each is the other's slope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Value
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec


@final
@operator
class Sin(Unary):
    """y = sin x, of x in radians; NaN of infinities.

    Shapes:
        x [*I] -> y [*I]

    Source: IEEE 754-2019, section 9.2, for special numbers.
    """

    name: ClassVar[str] = "sin"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.asarray(np.sin(arrays[0]))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Mul()(upstream, Cos()(inputs[0])),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Takes the sine of {x.size} numbers."


@final
@operator
class Cos(Unary):
    """y = cos x, of x in radians; NaN of infinities.

    Shapes:
        x [*I] -> y [*I]

    Source: IEEE 754-2019, section 9.2, for special numbers.
    """

    name: ClassVar[str] = "cos"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.asarray(np.cos(arrays[0]))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Scale(-1.0)(Mul()(upstream, Sin()(inputs[0]))),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Takes the cosine of {x.size} numbers."
