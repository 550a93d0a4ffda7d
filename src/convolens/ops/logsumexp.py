"""The logarithm of a sum of exponentials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._op import Array, Value
from convolens.ops._over_axes import Reduction
from convolens.ops.exp import Exp
from convolens.ops.mul import Mul
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


@final
@operator
class LogSumExp(Reduction):
    """y = log of the sum of e^x over ``axes``; the largest x is subtracted first and added last.

    Shapes:
        x [*I] -> y [*P]: the axes are removed, or kept with size 1 if ``keepdim``.

    Source: Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and softmax
    functions", 2021.
    """

    name: ClassVar[str] = "logsumexp"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        shift = finite(x.max(axis=self.axes, keepdims=True))
        with np.errstate(divide="ignore", over="ignore"):
            total = np.exp(x - shift).sum(axis=self.axes, keepdims=self.keepdim, dtype=x.dtype)
            return np.asarray(np.log(total) + shift.reshape(np.shape(total)))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        (x,) = inputs
        share = Exp()(Sub()(x, self.kept(output, x.shape)))
        return (Mul()(share, self.kept(upstream, x.shape)),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Takes the logarithm of the sum of {self.count(x.shape)} exponentials."


def finite(largest: Array) -> Array:
    """Return what to subtract: 0 for an infinity, which would give infinity - infinity."""
    return np.where(np.isinf(largest), largest.dtype.type(0), largest)
