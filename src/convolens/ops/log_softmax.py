"""The logarithm of softmax, computed without taking the logarithm of a rounded share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._axis import AlongAxis
from convolens.ops._op import Array, Value
from convolens.ops.add import Add
from convolens.ops.exp import Exp
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.ops.sum import Sum
from convolens.spec import TensorSpec


@final
@operator
class LogSoftmax(AlongAxis):
    """y = x - m - log of sum of e^(x - m) along ``dim``, where m is the largest x.

    Shapes:
        x [*I] -> y [*I]

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 4.1.
    """

    name: ClassVar[str] = "log_softmax"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        with np.errstate(invalid="ignore"):
            shifted = x - x.max(axis=self.dim, keepdims=True, initial=-np.inf)
            logs: Array = shifted - np.log(np.exp(shifted).sum(axis=self.dim, keepdims=True))
        return logs

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (LogSoftmaxGrad(self.dim)(output, upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Turns each {x.shape[self.dim]} numbers along axis {self.dim} into logarithms of "
            "shares of 1."
        )


@final
@operator
class LogSoftmaxGrad(AlongAxis):
    """dx = g - e^y (sum of g along ``dim``), for the output y.

    Shapes:
        y [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "log_softmax_grad"
    signature: ClassVar[str] = "y[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        y, g = arrays
        dx: Array = g - np.exp(y) * g.sum(axis=self.dim, keepdims=True)
        return dx

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        y, g = inputs
        along = Sum((self.dim,), keepdim=True)
        share = Exp()(y)
        d_sum = Scale(-1.0)(along(Mul()(upstream, share)))
        return (
            Scale(-1.0)(Mul()(Mul()(upstream, share), along(g))),
            Add()(upstream, d_sum),
        )

    def explain(self, *specs: TensorSpec) -> str:
        y, _ = specs
        return f"Subtracts from each gradient its share of the sum of {y.shape[self.dim]}."
