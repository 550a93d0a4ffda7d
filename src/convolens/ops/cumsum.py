"""The sums of all numbers so far along one axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._axis import SHAPES, AlongAxis
from convolens.ops._op import Array, Cost, Sample, Value, size_of
from convolens.spec import TensorSpec


@final
@operator
class CumSum(AlongAxis):
    """y[i] = x[0] + ... + x[i] along ``dim``; x[i] + ... + x[last] if ``reverse``.

    Shapes:
        x [*I] -> y [*I]

    Source: Blelloch, "Prefix Sums and Their Applications", 1990.
    """

    name: ClassVar[str] = "cumsum"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    reverse: bool = False

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        if self.reverse:
            return np.flip(np.flip(x, self.dim).cumsum(self.dim, dtype=x.dtype), self.dim)
        return x.cumsum(self.dim, dtype=x.dtype)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (CumSum(self.dim, not self.reverse)(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        output = self.infer(x)
        return Cost(x.size, size_of(x, output), max(1, output.shape[self.dim]))

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Adds up the {x.shape[self.dim]} numbers along axis {self.dim}, and keeps each sum."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(dim, reverse), (TensorSpec(shape),))
            for shape, dim in SHAPES
            for reverse in (False, True)
        )
