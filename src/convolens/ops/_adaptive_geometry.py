"""Windows that share out an image among a given number of outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

from convolens.errors import ArgumentError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._op import Mistake
from convolens.ops._pool_geometry import PoolWindows
from convolens.ops._taps import Table, adaptive
from convolens.spec import TensorSpec


@operator
class AdaptiveGeometry(PoolWindows):
    """The number of outputs along each axis; the windows follow from the image.

    Output i of P along an axis of I inputs reads those from floor(i I / P) to
    ceil((i + 1) I / P) - 1.
    """

    outputs: tuple[int, ...]

    def __post_init__(self) -> None:
        spatial.require_same_rank(self.name, outputs=self.outputs)
        if min(self.outputs) < 0:
            raise ArgumentError(
                f"{self.name}: {min(self.outputs)} outputs, but there must be at least 0.",
                [("outputs", self.outputs, "")],
                "give the size of the result, one number an axis.",
            )

    @property
    def rank(self) -> int:
        return len(self.outputs)

    def output_sizes(self, sizes: Sequence[int]) -> tuple[int, ...]:
        return self.outputs

    def tables(self, sizes: Sequence[int]) -> list[Table]:
        return [adaptive(size, count) for size, count in zip(sizes, self.outputs, strict=True)]

    def taps(self, sizes: Sequence[int]) -> int:
        return prod(table.shape[1] for table in self.tables(sizes))

    def describe(self) -> str:
        return f"shared out among {spatial.times(self.outputs)} outputs"


#: (shape of x, outputs): divided evenly, unevenly, into more than there are, into one, into none.
SAMPLES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((2, 3, 6, 8), (3, 2)),
    ((2, 3, 7, 5), (3, 4)),
    ((1, 33, 3, 6), (5, 4)),
    ((2, 4, 7, 6), (1, 1)),
    ((1, 2, 5, 5), (2, 0)),
    ((0, 3, 4, 4), (2, 2)),
    ((2, 3, 10), (4,)),
    ((1, 2, 4, 5, 3), (2, 3, 2)),
)


def adaptive_mistakes(operator: type[AdaptiveGeometry]) -> Iterable[Mistake]:
    """Return the mistakes that adaptive poolings share."""
    return (
        Mistake(lambda: operator((2, -1)), ("-1 outputs, but there must be at least 0",)),
        Mistake(lambda: operator((1, 1, 1, 1)), ("4 axes",)),
        Mistake(
            lambda: operator((2, 2)).output_shape(TensorSpec((3, 8, 8))),
            ("x has 3 dimensions, but 4",),
        ),
        Mistake(
            lambda: operator((2, 2)).output_shape(TensorSpec((1, 3, 0, 8))), ("x has no pixels",)
        ),
    )
