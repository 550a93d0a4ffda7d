"""Statistics of the last axes: each row of numbers by itself."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Mistake
from convolens.ops._statistics import Shape, Statistics
from convolens.spec import TensorSpec


@operator
class RowStatistics(Statistics):
    """The sets of numbers of x [*B, *S] that are normalised together: all of S, for each of B.

    Args:
        dims: How many axes S has.
    """

    dims: int = 1

    def __post_init__(self) -> None:
        if self.dims < 1:
            raise ArgumentError(
                f"{self.name}: dims is {self.dims}, but must be at least 1.",
                hint="it is the number of last axes that are normalised together.",
            )

    def view_shape(self, shape: Shape) -> Shape:
        return shape

    def view_axes(self, shape: Shape) -> tuple[int, ...]:
        return tuple(range(len(shape) - self.dims, len(shape)))

    def sets(self, shape: Shape) -> int:
        return prod(shape[: len(shape) - self.dims])

    def parameter_shape(self, shape: Shape) -> Shape:
        return shape[len(shape) - self.dims :]

    def parameter_view(self, shape: Shape) -> Shape:
        return self.parameter_shape(shape)

    def require_sets(self, x: TensorSpec) -> None:
        if x.rank < self.dims:
            raise ShapeError(
                f"{self.name}: x has {x.rank} dimensions, but at least {self.dims} are needed.",
                [("x", x, "")],
                "give fewer axes to normalise.",
            )
        if prod(self.parameter_shape(x.shape)) == 0:
            raise ShapeError(
                f"{self.name}: x has rows without numbers: there is nothing to take a mean of.",
                [("x", x, "")],
            )


#: (shape of x, dims)
SHAPES: tuple[tuple[Shape, int], ...] = (
    ((5, 7), 1),
    ((2, 33), 1),
    ((5, 7), 2),
    ((6,), 1),
    ((2, 3, 5), 1),
    ((2, 17, 5), 2),
    ((2, 3, 4, 5), 3),
    ((2, 3, 4, 5), 2),
    ((2, 3, 4, 5), 1),
    ((2, 3, 2, 3, 2), 4),
    ((0, 4), 1),
)


def row_mistakes(operator: type[RowStatistics], inputs: int) -> Iterable[Mistake]:
    """Return the mistakes that all share whose first input is x."""
    rest = (TensorSpec((2, 4)),) * (inputs - 1)
    return (
        Mistake(lambda: operator(3).infer(TensorSpec((2, 4)), *rest), ("x has 2 dimensions",)),
        Mistake(lambda: operator(0), ("dims is 0",)),
        Mistake(lambda: operator().infer(TensorSpec((4, 0)), *rest), ("rows without numbers",)),
    )
