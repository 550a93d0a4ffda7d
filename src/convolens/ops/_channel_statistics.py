"""Statistics of channels: over a batch, or over each image's groups of channels."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Mistake
from convolens.ops._statistics import Shape, Statistics
from convolens.spec import TensorSpec


@operator
class ChannelStatistics(Statistics):
    """The sets of numbers of x [N, C, *I] that are normalised together.

    Args:
        groups: 0: each channel over the whole batch (batch normalisation). G: each image's G groups
            of C / G neighbouring channels (group normalisation); with G = C each channel of each
            image (instance normalisation).
    """

    groups: int = 0

    def __post_init__(self) -> None:
        if self.groups < 0:
            raise ArgumentError(
                f"{self.name}: {self.groups} groups, but there must be at least 0.",
                hint="0 stands for statistics over the batch.",
            )

    def view_shape(self, shape: Shape) -> Shape:
        n, c, *sizes = shape
        return (n, self.groups, c // self.groups, *sizes) if self.groups else shape

    def view_axes(self, shape: Shape) -> tuple[int, ...]:
        if self.groups:
            return tuple(range(2, len(shape) + 1))
        return (0, *range(2, len(shape)))

    def sets(self, shape: Shape) -> int:
        return shape[0] * self.groups if self.groups else shape[1]

    def parameter_shape(self, shape: Shape) -> Shape:
        return (shape[1],)

    def parameter_view(self, shape: Shape) -> Shape:
        ones = (1,) * len(shape[2:])
        if self.groups:
            return (1, self.groups, shape[1] // self.groups, *ones)
        return (1, shape[1], *ones)

    def sums(self, shape: Shape) -> int:
        """Return how many sums over pixels a channel has: one over all images, or one each."""
        return shape[0] if self.groups else 1

    def summed_axes(self, shape: Shape) -> tuple[int, ...]:
        """Return the axes of x over which these sums go."""
        pixels = tuple(range(2, len(shape)))
        return pixels if self.groups else (0, *pixels)

    def require_sets(self, x: TensorSpec) -> None:
        if x.rank < 2:
            raise ShapeError(
                f"{self.name}: x has {x.rank} dimensions, but at least 2 are needed.",
                [("x", x, "")],
                "reshape x to [N, C, ...].",
            )
        if self.groups and x.shape[1] % self.groups:
            raise ShapeError(
                f"{self.name}: {x.shape[1]} channels cannot be divided into {self.groups} groups.",
                [("x", x, "N, C, ...")],
                "use a number of groups that divides the number of channels.",
            )
        if prod(x.shape) == 0:
            raise ShapeError(
                f"{self.name}: x is empty: there is nothing to take a mean of.", [("x", x, "")]
            )


#: (shape of x, groups)
SHAPES: tuple[tuple[Shape, int], ...] = (
    ((3, 4, 5, 3), 0),
    ((3, 4, 5, 3), 2),
    ((2, 6, 4), 6),
    ((2, 6, 4), 1),
    ((5, 7), 0),
    ((2, 33, 3, 2), 0),
    ((2, 34, 3, 2), 17),
    ((2, 3, 2, 3, 2), 0),
    ((2, 3, 2, 3, 2), 3),
    ((4, 20), 5),
)


def channel_mistakes(operator: type[ChannelStatistics], inputs: int) -> Iterable[Mistake]:
    """Return the mistakes that all share whose first input is x."""
    rest = (TensorSpec((2, 4)),) * (inputs - 1)
    return (
        Mistake(
            lambda: operator(3).infer(TensorSpec((2, 4, 5)), *rest),
            ("4 channels cannot be divided into 3 groups",),
        ),
        Mistake(lambda: operator().infer(TensorSpec((4,)), *rest), ("x has 1 dimensions",)),
        Mistake(lambda: operator().infer(TensorSpec((0, 4, 2)), *rest), ("x is empty",)),
        Mistake(lambda: operator(-1), ("-1 groups",)),
    )
