"""The largest and the smallest number along some axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops._over_axes import FILLED, Reduction
from convolens.ops.mul import Mul
from convolens.ops.pow import Pow
from convolens.ops.sum import Sum, check_axes, reduced
from convolens.spec import TensorSpec, checked, require_float


@operator
class Extreme(Reduction):
    """What the largest and the smallest number share: all that are equal to it share its slope."""

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        (x,) = inputs
        y, g = self.kept(output, x.shape), self.kept(upstream, x.shape)
        return (ExtremeGrad(self.axes)(x, y, g),)


@final
@operator
class AMax(Extreme):
    """y = the largest x along ``axes``; NaN if there is one.

    Shapes:
        x [*I] -> y [*P]: the axes are removed, or kept with size 1 if ``keepdim``.

    Source: IEEE 754-2019, section 9.6, for NaN.
    """

    name: ClassVar[str] = "amax"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return np.asarray(x.max(axis=self.axes, keepdims=self.keepdim))

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Keeps the largest of each {self.count(x.shape)} numbers."


@final
@operator
class AMin(Extreme):
    """y = the smallest x along ``axes``; NaN if there is one.

    Shapes:
        x [*I] -> y [*P]: the axes are removed, or kept with size 1 if ``keepdim``.
    """

    name: ClassVar[str] = "amin"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return np.asarray(x.min(axis=self.axes, keepdims=self.keepdim))

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Keeps the smallest of each {self.count(x.shape)} numbers."


@final
@operator
class ExtremeGrad(Op):
    """dx = g / n where x is equal to the extreme y of its group, n of which are, and 0 elsewhere.

    A NaN is equal to a NaN here.

    Shapes:
        x [*I], y [*P], g [*P] -> dx [*I], where P has size 1 along ``axes``.
    """

    name: ClassVar[str] = "extreme_grad"
    signature: ClassVar[str] = "x[*I], y[*P], g[*P] -> dx[*I]"

    axes: tuple[int, ...]

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, y, g = specs
        dtype = require_float(self.name, x=x, y=y, g=g)
        check_axes(self.name, self.axes, x)
        expected = reduced(x.shape, self.axes, keepdim=True)
        if y.shape != expected or g.shape != expected:
            raise ShapeError(
                f"{self.name}: y and g have shapes {list(y.shape)} and {list(g.shape)}, but the "
                f"extremes are {list(expected)}.",
                hint="keep the reduced axes with size 1.",
            )
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, y, g = arrays
        equal = (x == y) | (np.isnan(x) & np.isnan(y))
        count = equal.sum(axis=self.axes, keepdims=True)
        share = g / np.maximum(count, 1).astype(g.dtype)
        dx: Array = np.where(equal, share, g.dtype.type(0))
        return dx

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, y, g = inputs
        # dx is linear in g: with g = 1 it is the slope that g is multiplied with.
        slope = self(x, y, Pow(0.0)(g))
        return None, None, Sum(self.axes, keepdim=True)(Mul()(upstream, slope))

    def cost(self, *specs: TensorSpec) -> Cost:
        x, _, _ = specs
        return Cost(2 * x.size, size_of(*specs, x), 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, y, _ = specs
        return f"Sends each of {y.size} gradients to those of {x.size} numbers that are extreme."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        def made(operator: type[Extreme], axes: tuple[int, ...], shape: tuple[int, ...]) -> Sample:
            y = TensorSpec(reduced(shape, axes, keepdim=True))

            def prepare(drawn: list[Array]) -> list[Array]:
                x = np.round(drawn[0] * 2)  # so that some are equal
                return [x, operator(axes, True).reference(x), drawn[2]]

            return Sample(cls(axes), (TensorSpec(shape), y, y), prepare=prepare)

        return tuple(
            made(operator, axes, shape) for shape, axes, _ in FILLED for operator in (AMax, AMin)
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, y = TensorSpec((2, 3)), TensorSpec((2,))
        return (
            Mistake(lambda: cls((1,)).infer(x, y, y), ("[2] and [2]", "[2, 1]")),
            Mistake(lambda: cls((2,)).infer(x, y, y), ("2 dimensions",)),
        )
