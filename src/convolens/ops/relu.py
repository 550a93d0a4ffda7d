"""The rectifier: negative numbers become zero."""

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
class Relu(Unary):
    """y = max(x, 0). NaN stays NaN, as in torch.

    Shapes:
        x [*I] -> y [*I]

    Source: Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", 2010.
    """

    name: ClassVar[str] = "relu"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return np.where(x < 0, x.dtype.type(0), x)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (ReluGrad()(output, upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Replaces the negative ones of {x.size} numbers by zero."


@final
@operator
class ReluGrad(StraightSlope):
    """dx = g where the output y is positive (or NaN), else 0; at 0 the slope is taken as 0.

    Shapes:
        y [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "relu_grad"
    signature: ClassVar[str] = "y[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        y, g = arrays
        return np.where(y <= 0, g.dtype.type(0), g)

    def explain(self, *specs: TensorSpec) -> str:
        y, _ = specs
        return f"Lets the gradient of {y.size} numbers pass where the output is positive."
