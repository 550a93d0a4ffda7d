"""The swish made of a parabola and two straight lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._activation import CurvedSlope
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Value
from convolens.ops.add import Add
from convolens.ops.hardsigmoid import Hardsigmoid, HardsigmoidGrad
from convolens.ops.mul import Mul
from convolens.spec import TensorSpec


@final
@operator
class Hardswish(Unary):
    """y = x times (x + 3) / 6, the latter held between 0 and 1.

    Shapes:
        x [*I] -> y [*I]

    Source: Howard et al., "Searching for MobileNetV3", 2019, section 5.2.
    """

    name: ClassVar[str] = "hardswish"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        c = x.dtype.type
        y: Array = x * np.minimum(np.maximum(x + c(3), c(0)), c(6)) / c(6)
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (HardswishGrad()(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Sets those of {x.size} numbers to zero that are below -3, and keeps those above 3."


@final
@operator
class HardswishGrad(CurvedSlope):
    """dx = g (x / 3 + 1/2) between -3 and 3; 0 to the left, g to the right.

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "hardswish_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        c = g.dtype.type
        middle = g * (x / c(3) + c(0.5))
        return np.where(x <= -3, c(0), np.where(x >= 3, g, middle))

    def expand(self, x: Value, g: Value) -> Value:
        # The rule of products, for x times the hard sigmoid.
        return Add()(Mul()(g, Hardsigmoid()(x)), Mul()(x, HardsigmoidGrad()(x, g)))

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return f"Multiplies {x.size} gradients by a slope between -1/2 and 3/2."
