"""The hyperbolic tangent's straight stand-in: numbers are cut off at two bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._activation import StraightSlope, on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.spec import TensorSpec


@final
@operator
class Hardtanh(Unary):
    """y = x between ``min_val`` and ``max_val``, and the nearer of them outside.

    With bounds 0 and 6 it is ReLU6. It differs from a clamp in its slope at the bounds: 0, not 1.

    Shapes:
        x [*I] -> y [*I]

    Source: Collobert, "Large Scale Machine Learning", 2004. ReLU6: Krizhevsky, "Convolutional Deep
    Belief Networks on CIFAR-10", 2010.
    """

    name: ClassVar[str] = "hardtanh"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    min_val: float = -1.0
    max_val: float = 1.0

    def __post_init__(self) -> None:
        if self.min_val > self.max_val:
            raise ArgumentError(
                f"hardtanh: min_val is {self.min_val:g}, which is greater than max_val, "
                f"{self.max_val:g}.",
                hint="exchange them.",
            )

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        low, high = x.dtype.type(self.min_val), x.dtype.type(self.max_val)
        return np.asarray(np.minimum(np.maximum(x, low), high))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (HardtanhGrad(self.min_val, self.max_val)(output, upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Cuts {x.size} numbers off at {self.min_val:g} and {self.max_val:g}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls(0.0, 0.5)))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (Mistake(lambda: cls(1.0, -1.0), ("min_val is 1", "greater than max_val, -1")),)


@final
@operator
class HardtanhGrad(StraightSlope):
    """dx = g where y is between the bounds, 0 at them, outside, and where y is NaN.

    y is the output, which is at a bound where the input is there or beyond.

    Shapes:
        y [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "hardtanh_grad"
    signature: ClassVar[str] = "y[*I], g[*I] -> dx[*I]"

    min_val: float = -1.0
    max_val: float = 1.0

    def reference(self, *arrays: Array) -> Array:
        y, g = arrays
        low, high = y.dtype.type(self.min_val), y.dtype.type(self.max_val)
        return np.where((y > low) & (y < high), g, g.dtype.type(0))

    def explain(self, *specs: TensorSpec) -> str:
        y, _ = specs
        return f"Lets those of {y.size} gradients pass whose inputs were not cut off."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls(0.0, 0.5)), inputs=2)
