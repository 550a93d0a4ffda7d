"""How far numbers along some axes are from their mean: the variance, and its root."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Sample, Value, size_of
from convolens.ops._over_axes import FILLED, Reduction
from convolens.ops.mean import Mean
from convolens.ops.mul import Mul
from convolens.ops.norm import NormGrad
from convolens.ops.scale import Scale
from convolens.ops.sub import Sub
from convolens.spec import TensorSpec


@operator
class Spread(Reduction):
    """What variance and deviation share: ``correction`` is taken from the number of summands."""

    correction: float = 1.0

    def refuse_nothing(self, x: TensorSpec) -> None:
        if self.count(x.shape) == 0:
            raise ShapeError(
                f"{self.name}: there is nothing to average over axes {list(self.axes)}.",
                [("x", x, "")],
                "leave empty batches out.",
            )

    def divisor(self, shape: tuple[int, ...]) -> float:
        """Return by what the sum of squares is divided; 0 gives NaN, or infinity."""
        return max(0.0, self.count(shape) - self.correction)

    def mean_square(self, x: Array) -> Array:
        """Return the sum of the squared deviations, divided."""
        centred = x - x.mean(axis=self.axes, keepdims=True, dtype=x.dtype)
        total = (centred * centred).sum(axis=self.axes, keepdims=self.keepdim, dtype=x.dtype)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(total / x.dtype.type(self.divisor(x.shape)))

    def slope(self, x: Value, factor: float) -> tuple[Value, float]:
        """Return x - mean, and ``factor`` over the divisor."""
        divisor = self.divisor(x.shape)
        centred = Sub()(x, Mean(self.axes, keepdim=True)(x))
        return centred, factor / divisor if divisor else float("inf")

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return Cost(2 * x.size, 2 * size_of(x, self.infer(x)), self.count(x.shape))

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(axes, keepdim, correction), (TensorSpec(shape),))
            for shape, axes, keepdim in FILLED
            for correction in (1.0, 0.0)
            if np.prod([shape[axis] for axis in axes]) > 1
        )


@final
@operator
class Var(Spread):
    """y = the sum of (x - mean)^2 over ``axes``, divided by the number of summands - correction.

    Shapes:
        x [*I] -> y [*P]: the axes are removed, or kept with size 1 if ``keepdim``.

    Source: Chan, Golub and LeVeque, "Algorithms for computing the sample variance", 1983, the
    two-pass algorithm.
    """

    name: ClassVar[str] = "var"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        return self.mean_square(arrays[0])

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        (x,) = inputs
        centred, factor = self.slope(x, 2.0)
        return (Mul()(centred, Scale(factor)(self.kept(upstream, x.shape))),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Measures how far {self.count(x.shape)} numbers are from their mean, squared."


@final
@operator
class Std(Spread):
    """y = the root of the variance over ``axes``; its slope is taken as 0 where y is 0.

    Shapes:
        x [*I] -> y [*P]: the axes are removed, or kept with size 1 if ``keepdim``.
    """

    name: ClassVar[str] = "std"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        return np.asarray(np.sqrt(self.mean_square(arrays[0])))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        (x,) = inputs
        centred, factor = self.slope(x, 1.0)
        y, g = self.kept(output, x.shape), self.kept(upstream, x.shape)
        return (NormGrad(self.axes)(centred, y, Scale(factor)(g)),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Measures how far {self.count(x.shape)} numbers are from their mean."
