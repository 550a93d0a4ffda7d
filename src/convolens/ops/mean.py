"""The mean over some axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value
from convolens.ops.scale import Scale
from convolens.ops.sum import REDUCTIONS, Sum, axis_mistakes
from convolens.spec import TensorSpec, require_float


@final
@operator
class Mean(Op):
    """y = the sum of x over ``axes``, divided by the number of summands.

    The mean of no numbers is refused; torch returns NaN.

    Shapes:
        x [*I] -> y [*P]: the axes are removed, or kept with size 1 if ``keepdim``.

    Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, chapter 4.
    """

    name: ClassVar[str] = "mean"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    axes: tuple[int, ...]
    keepdim: bool = False

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        require_float(self.name, x=x)
        result = Sum(self.axes, self.keepdim).infer(x)
        if self._count(x) == 0:
            raise ShapeError(
                f"mean: there is nothing to average over axes {list(self.axes)}.",
                [("x", x, "")],
                "leave empty batches out.",
            )
        return result

    def _count(self, x: TensorSpec) -> int:
        return prod(x.shape[axis] for axis in self.axes)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return np.asarray(x.mean(axis=self.axes, keepdims=self.keepdim, dtype=x.dtype))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        (x,) = inputs
        scaled = Scale(1 / self._count(x.spec))(upstream)
        return Sum(self.axes, self.keepdim).gradient(inputs, output, scaled)

    def cost(self, *specs: TensorSpec) -> Cost:
        return Sum(self.axes, self.keepdim).cost(*specs)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Averages {self._count(x)} numbers for each output."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(axes, keepdim), (TensorSpec(x),))
            for x, axes, keepdim in REDUCTIONS
            if prod(x[axis] for axis in axes) > 0
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            *axis_mistakes(cls),
            Mistake(lambda: cls((0,)).infer(TensorSpec((0, 3))), ("nothing to average",)),
        )
