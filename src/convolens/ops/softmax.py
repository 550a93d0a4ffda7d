"""Softmax: numbers become positive ones that sum to 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._axis import AlongAxis
from convolens.ops._op import Array, Value
from convolens.ops.mul import Mul
from convolens.ops.sub import Sub
from convolens.ops.sum import Sum
from convolens.spec import TensorSpec


@final
@operator
class Softmax(AlongAxis):
    """y = e^x / sum of e^x along ``dim``; the largest x is subtracted first, so none overflows.

    Shapes:
        x [*I] -> y [*I]

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 4.1.
    """

    name: ClassVar[str] = "softmax"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        with np.errstate(invalid="ignore"):
            weights = np.exp(x - x.max(axis=self.dim, keepdims=True, initial=-np.inf))
            shares: Array = weights / weights.sum(axis=self.dim, keepdims=True)
        return shares

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (SoftmaxGrad(self.dim)(output, upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Turns each {x.shape[self.dim]} numbers along axis {self.dim} into shares of 1."


@final
@operator
class SoftmaxGrad(AlongAxis):
    """dx = y (g - sum of g y along ``dim``), for the output y.

    Shapes:
        y [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "softmax_grad"
    signature: ClassVar[str] = "y[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        y, g = arrays
        dx: Array = y * (g - (g * y).sum(axis=self.dim, keepdims=True))
        return dx

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        y, g = inputs
        along = Sum((self.dim,), keepdim=True)
        inner = Sub()(g, along(Mul()(g, y)))
        return (
            Sub()(Mul()(upstream, inner), Mul()(g, along(Mul()(upstream, y)))),
            self(y, upstream),
        )

    def explain(self, *specs: TensorSpec) -> str:
        y, _ = specs
        return (
            f"Subtracts from each gradient the mean gradient of its {y.shape[self.dim]} shares, "
            "weighted by them."
        )
