"""Operators that make one number of all those along some axes."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from convolens.errors import IndexRangeError
from convolens.ops._attributes import operator
from convolens.ops._op import Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops.reshape import Reshape
from convolens.ops.sum import REDUCTIONS, axis_mistakes, check_axes, reduced
from convolens.spec import TensorSpec, checked, require_float


@operator
class Reduction(Op):
    """A number for all of x along ``axes``, which are ascending and not negative."""

    axes: tuple[int, ...]
    keepdim: bool = False

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        dtype = require_float(self.name, x=x)
        check_axes(self.name, self.axes, x)
        self.refuse_nothing(x)
        return checked(reduced(x.shape, self.axes, self.keepdim), dtype)

    def refuse_nothing(self, x: TensorSpec) -> None:
        """Refuse to reduce no numbers at all.

        Raises:
            IndexRangeError: If the axes have no numbers.
        """
        if self.count(x.shape) == 0:
            raise IndexRangeError(
                f"{self.name}: there is no number along axes {list(self.axes)}.",
                [("x", x, "")],
                "leave empty batches out, or reduce an axis that has numbers.",
            )

    def count(self, shape: tuple[int, ...]) -> int:
        """Return how many numbers make one."""
        return prod(shape[axis] for axis in self.axes)

    def kept(self, value: Value, shape: tuple[int, ...]) -> Value:
        """Return ``value``, shaped as the output, with size 1 along the axes of ``shape``."""
        wanted = reduced(shape, self.axes, keepdim=True)
        return value if value.shape == wanted else Reshape(wanted)(value)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return Cost(x.size, size_of(x, self.infer(x)), self.count(x.shape))

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(axes, keepdim), (TensorSpec(shape),)) for shape, axes, keepdim in FILLED
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            *axis_mistakes(cls),
            Mistake(lambda: cls((0,)).infer(TensorSpec((0, 3))), ("[0, 3]", "empty batches")),
        )


#: Shapes, axes and keepdim where there is a number to reduce.
FILLED = tuple(
    (shape, axes, keepdim)
    for shape, axes, keepdim in REDUCTIONS
    if prod(shape[axis] for axis in axes) > 0
)
