"""The logistic function's straight stand-in."""

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
class Hardsigmoid(Unary):
    """y = (x + 3) / 6, held between 0 and 1.

    Shapes:
        x [*I] -> y [*I]

    Source: Howard et al., "Searching for MobileNetV3", 2019, section 5.2.
    """

    name: ClassVar[str] = "hardsigmoid"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        c = x.dtype.type
        return np.asarray(np.minimum(np.maximum(x + c(3), c(0)), c(6)) / c(6))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (HardsigmoidGrad()(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Squashes {x.size} numbers to between 0 and 1, along a straight line."


@final
@operator
class HardsigmoidGrad(StraightSlope):
    """dx = g / 6 where x is between -3 and 3, else 0.

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "hardsigmoid_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        c = g.dtype.type
        return np.asarray(np.where((x > -3) & (x < 3), g / c(6), c(0)))

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return f"Divides {x.size} gradients by 6, and drops those of inputs beyond 3."
