"""Where the largest and the smallest number along one axis are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError, DTypeError, IndexRangeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops.sum import reduced
from convolens.spec import TensorSpec, bool_, checked, int64


@operator
class ArgExtreme(Op):
    """The index along axis ``dim`` of an extreme: of the first of equal ones, or the first NaN."""

    dim: int
    keepdim: bool = False

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        if x.dtype == bool_:
            raise DTypeError(
                f"{self.name}: truth values have no order.", [("x", x, "")], "use x.long()."
            )
        if not 0 <= self.dim < x.rank:
            raise ArgumentError(
                f"{self.name}: dim is {self.dim}, but the input has {x.rank} dimensions.",
                [("x", x, "")],
                "use a dim from 0.",
            )
        if x.shape[self.dim] == 0:
            raise IndexRangeError(
                f"{self.name}: axis {self.dim} has no numbers.",
                [("x", x, "")],
                "leave empty batches out.",
            )
        return checked(reduced(x.shape, (self.dim,), self.keepdim), int64)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (None,)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return Cost(x.size, size_of(x, self.infer(x)), 1)

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        shapes: tuple[tuple[tuple[int, ...], int, bool], ...] = (
            ((4, 10), 1, False),
            ((4, 10), 0, True),
            ((1000,), 0, False),
            ((2, 3, 5, 4), 1, False),
            ((2, 3, 5, 4), 0, False),
            ((2, 3, 5, 4), 3, True),
            ((2, 3, 4), 2, False),
            ((0, 5), 1, False),
        )
        return tuple(Sample(cls(dim, keep), (TensorSpec(x),)) for x, dim, keep in shapes)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(lambda: cls(2).infer(TensorSpec((2, 3))), ("dim is 2", "2 dimensions")),
            Mistake(lambda: cls(0).infer(TensorSpec((0, 3))), ("axis 0 has no numbers",)),
            Mistake(lambda: cls(0).infer(TensorSpec((2,), bool_)), ("truth values",)),
        )


@final
@operator
class ArgMax(ArgExtreme):
    """y = the index along ``dim`` of the largest x: of the first, if several are; a NaN is larger.

    Shapes:
        x [*I] -> y [*P] int64: the axis is removed, or kept with size 1 if ``keepdim``.

    Source: NumPy's ``argmax``, for equal numbers and NaN.
    """

    name: ClassVar[str] = "argmax"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return np.asarray(x.argmax(axis=self.dim, keepdims=self.keepdim), int64)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Names the largest of each {x.shape[self.dim]} numbers along axis {self.dim}."


@final
@operator
class ArgMin(ArgExtreme):
    """y = the index along ``dim`` of the smallest x: of the first, if several are; a NaN wins.

    Shapes:
        x [*I] -> y [*P] int64: the axis is removed, or kept with size 1 if ``keepdim``.
    """

    name: ClassVar[str] = "argmin"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return np.asarray(x.argmin(axis=self.dim, keepdims=self.keepdim), int64)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Names the smallest of each {x.shape[self.dim]} numbers along axis {self.dim}."
