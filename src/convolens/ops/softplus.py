"""The smooth rectifier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._activation import CurvedSlope, on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Sample, Value
from convolens.ops.add import Add
from convolens.ops.clamp import ClampGrad
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.ops.sigmoid import Sigmoid
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


@final
@operator
class Softplus(Unary):
    """y = log(1 + e^(``beta`` x)) / ``beta``, or x where ``beta`` x is above ``threshold``.

    Shapes:
        x [*I] -> y [*I]

    Source: Dugas et al., "Incorporating Second-Order Functional Knowledge for Better Option
    Pricing", 2001, section 3.
    """

    name: ClassVar[str] = "softplus"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    beta: float = 1.0
    threshold: float = 20.0

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        t = x * x.dtype.type(self.beta)
        with np.errstate(invalid="ignore", divide="ignore"):
            y = log_one_plus_exp(t) / x.dtype.type(self.beta)
        return np.where(t > self.threshold, x, y)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (SoftplusGrad(self.beta, self.threshold)(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Makes {x.size} numbers positive, and keeps those far above zero as they are."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls(2.5, 1.5)))


@final
@operator
class SoftplusGrad(CurvedSlope):
    """dx = g / (1 + e^(-``beta`` x)), or g where ``beta`` x is above ``threshold``.

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "softplus_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    beta: float = 1.0
    threshold: float = 20.0

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        t = x * x.dtype.type(self.beta)
        return np.where(t > self.threshold, g, g * Sigmoid().reference(t))

    def expand(self, x: Value, g: Value) -> Value:
        t = Scale(self.beta)(x)
        within = ClampGrad(max=self.threshold)
        curved = within(t, Mul()(g, Sigmoid()(t)))
        return Add()(curved, Sub()(g, within(t, g)))

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return f"Multiplies {x.size} gradients by the logistic function of their inputs."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls(2.5, 1.5)), inputs=2)


def log_one_plus_exp(t: Array) -> Array:
    """Return log(1 + e^t), without overflow for any t."""
    return np.asarray(np.maximum(t, t.dtype.type(0)) + np.log1p(np.exp(-np.abs(t))))
