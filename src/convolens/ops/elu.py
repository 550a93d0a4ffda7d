"""The exponential linear unit: negative numbers approach a bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._activation import CurvedSlope, on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Sample, Value
from convolens.ops.add import Add
from convolens.ops.clamp import Clamp, ClampGrad
from convolens.ops.exp import Exp
from convolens.ops.mul import Mul
from convolens.ops.relu import ReluGrad
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec

#: With these, layers that are wide enough keep the mean 0 and the variance 1 of their inputs.
SELU = (1.6732632423543772848170429916717, 1.0507009873554804934193349852946)


@final
@operator
class Elu(Unary):
    """y = ``scale`` x where x is positive, else ``scale`` ``alpha`` (e^x - 1).

    Shapes:
        x [*I] -> y [*I]

    Source: Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by
    Exponential Linear Units", 2016. With a scale: Klambauer et al., "Self-Normalizing Neural
    Networks", 2017, equation 2.
    """

    name: ClassVar[str] = "elu"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    alpha: float = 1.0
    scale: float = 1.0

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        c = x.dtype.type
        left = c(self.scale * self.alpha) * np.expm1(np.minimum(x, c(0)))
        return np.asarray(np.where(x > 0, c(self.scale) * x, left))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (EluGrad(self.alpha, self.scale)(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Keeps the positive ones of {x.size} numbers, times {self.scale:g}, and bends the "
            f"others towards {-self.scale * self.alpha:g}."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls(0.4), cls(*SELU)))


@final
@operator
class EluGrad(CurvedSlope):
    """dx = ``scale`` g where x is positive, else ``scale`` ``alpha`` e^x g.

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "elu_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    alpha: float = 1.0
    scale: float = 1.0

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        c = x.dtype.type
        left = g * (c(self.scale * self.alpha) * np.exp(np.minimum(x, c(0))))
        return np.asarray(np.where(x > 0, c(self.scale) * g, left))

    def expand(self, x: Value, g: Value) -> Value:
        bent = Mul()(g, Scale(self.alpha)(Exp()(Clamp(max=0.0)(x))))
        return Scale(self.scale)(Add()(ReluGrad()(x, g), ClampGrad(max=0.0)(x, bent)))

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return f"Multiplies those of {x.size} gradients by {self.scale:g} whose input is positive."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls(0.4), cls(*SELU)), inputs=2)
