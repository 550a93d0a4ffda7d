"""The leaky rectifier: negative numbers are not removed, but shrunk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._activation import StraightSlope, on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Sample, Value
from convolens.spec import TensorSpec


@final
@operator
class LeakyRelu(Unary):
    """y = x where x is positive, else ``negative_slope`` x.

    Shapes:
        x [*I] -> y [*I]

    Source: Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models",
    2013.
    """

    name: ClassVar[str] = "leaky_relu"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    negative_slope: float = 0.01

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return np.where(x > 0, x, x * x.dtype.type(self.negative_slope))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (LeakyReluGrad(self.negative_slope)(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Multiplies the negative ones of {x.size} numbers by {self.negative_slope:g}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls(0.3)))


@final
@operator
class LeakyReluGrad(StraightSlope):
    """dx = g where x is positive, else ``negative_slope`` g.

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "leaky_relu_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    negative_slope: float = 0.01

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        return np.where(x > 0, g, g * g.dtype.type(self.negative_slope))

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return (
            f"Multiplies those of {x.size} gradients by {self.negative_slope:g} whose inputs are "
            "not positive."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls(0.3)), inputs=2)
