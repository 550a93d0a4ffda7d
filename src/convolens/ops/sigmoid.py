"""The logistic function, which maps numbers to between 0 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._elementwise import Pairwise, Unary
from convolens.ops._op import Array, Value
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


@final
@operator
class Sigmoid(Unary):
    """y = 1 / (1 + e^-x), without overflow for any x.

    Shapes:
        x [*I] -> y [*I]

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 3.10.
    """

    name: ClassVar[str] = "sigmoid"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        small = np.exp(-np.abs(x))
        y: Array = np.where(x < 0, small, x.dtype.type(1)) / (1 + small)
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (SigmoidGrad()(output, upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Squashes {x.size} numbers to between 0 and 1."


@final
@operator
class SigmoidGrad(Pairwise):
    """dx = g y (1 - y), for the output y.

    Shapes:
        y [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "sigmoid_grad"
    signature: ClassVar[str] = "y[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        y, g = arrays
        slope: Array = g * y * (1 - y)
        return slope

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        y, g = inputs
        both = Mul()(upstream, g)
        return (
            Sub()(both, Scale(2.0)(Mul()(both, y))),
            self(y, upstream),
        )

    def explain(self, *specs: TensorSpec) -> str:
        y, _ = specs
        return f"Multiplies {y.size} gradients by y (1 - y), at most 1/4."
