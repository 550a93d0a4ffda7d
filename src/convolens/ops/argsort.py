"""The order of numbers along one axis, all of it or its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log2
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.spec import TensorSpec, checked, int64


@operator
class Order(Op):
    """The indices along axis ``dim`` that put numbers in order.

    Equal numbers keep their order. A NaN counts as larger than any number.
    """

    dim: int

    def check_axis(self, x: TensorSpec) -> None:
        """Refuse an axis that is not there.

        Raises:
            ArgumentError: If so.
        """
        if not 0 <= self.dim < x.rank:
            raise ArgumentError(
                f"{self.name}: dim is {self.dim}, but the input has {x.rank} dimensions.",
                [("x", x, "")],
                "use a dim from 0.",
            )

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (None,)


@final
@operator
class ArgSort(Order):
    """y = the indices along ``dim`` that put x in ascending order; in descending on request.

    Equal numbers keep their order. A NaN counts as larger than any number.

    Shapes:
        x [*I] -> y [*I] int64

    Source: Knuth, "The Art of Computer Programming", volume 3, 1998, chapter 5; NumPy's
    ``sort``, for NaN.
    """

    name: ClassVar[str] = "argsort"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    descending: bool = False

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        self.check_axis(x)
        return checked(x.shape, int64)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        if not self.descending:
            return x.argsort(self.dim, kind="stable")
        # Backwards in both directions: equal numbers keep their order, NaN comes first.
        turned = np.flip(x, self.dim).argsort(self.dim, kind="stable")
        return np.asarray(x.shape[self.dim] - 1 - np.flip(turned, self.dim))

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        steps = max(1, round(log2(max(2, x.shape[self.dim]))))
        return Cost(0, steps * size_of(x, x), 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Finds the order of each {x.shape[self.dim]} numbers along axis {self.dim}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(dim, descending), (TensorSpec(shape),))
            for shape, dim in _LINES
            for descending in (False, True)
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (Mistake(lambda: cls(2).infer(TensorSpec((2, 3))), ("dim is 2", "2 dimensions")),)


@final
@operator
class TopK(Order):
    """y = the indices along ``dim`` of the ``count`` largest x, in order; or of the smallest.

    Of equal numbers the first is taken first. A NaN counts as larger than any number.

    Shapes:
        x [*I] -> y [*P] int64: as x, but axis ``dim`` has size ``count``.
    """

    name: ClassVar[str] = "topk"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    count: int = 1
    largest: bool = True

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        self.check_axis(x)
        size = x.shape[self.dim]
        if not 0 <= self.count <= size:
            raise ArgumentError(
                f"{self.name}: k is {self.count}, but axis {self.dim} has {size} numbers.",
                [("x", x, "")],
                f"use a k from 0 to {size}.",
            )
        return checked((*x.shape[: self.dim], self.count, *x.shape[self.dim + 1 :]), int64)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        order = ArgSort(self.dim, descending=self.largest).reference(x)
        return order.take(range(self.count), self.dim)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return Cost(0, 2 * size_of(x, self.infer(x)), 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        which = "largest" if self.largest else "smallest"
        return f"Finds the {self.count} {which} of each {x.shape[self.dim]} numbers."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(dim, count, largest), (TensorSpec(shape),))
            for shape, dim in _LINES
            for count in sorted({0, 1, shape[dim] // 2, shape[dim]})
            for largest in (True, False)
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((2, 3))
        return (
            Mistake(lambda: cls(2, 1).infer(x), ("dim is 2", "2 dimensions")),
            Mistake(lambda: cls(1, 4).infer(x), ("k is 4", "has 3 numbers", "0 to 3")),
            Mistake(lambda: cls(1, -1).infer(x), ("k is -1",)),
        )


_LINES: tuple[tuple[tuple[int, ...], int], ...] = (
    ((4, 10), 1),
    ((4, 10), 0),
    ((3, 100), 1),
    ((7,), 0),
    ((2, 3, 5, 4), 1),
    ((2, 3, 5, 4), 3),
    ((0, 5), 1),
)
