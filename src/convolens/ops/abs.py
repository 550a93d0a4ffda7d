"""The absolute value: numbers lose their sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._activation import StraightSlope
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Value
from convolens.spec import TensorSpec


@final
@operator
class Abs(Unary):
    """y = x, or -x where x is negative.

    Shapes:
        x [*I] -> y [*I]
    """

    name: ClassVar[str] = "abs"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        return np.asarray(np.abs(arrays[0]))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (AbsGrad()(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Drops the sign of {x.size} numbers."


@final
@operator
class AbsGrad(StraightSlope):
    """dx = g where x is positive, -g where it is negative, 0 where it is zero or NaN.

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "abs_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        return np.where(x > 0, g, np.where(x < 0, -g, g.dtype.type(0)))

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return f"Gives {x.size} gradients the sign of their inputs."
