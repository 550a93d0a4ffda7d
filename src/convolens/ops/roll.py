"""The elements moved along some axes, those that leave at one end entering at the other."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, final

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.ops._rearrangement import Rearrangement
from convolens.spec import TensorSpec, checked


@final
@operator
class Roll(Rearrangement):
    """y[i] = x[(i - shift) mod I] along each axis; ``shifts`` has a number for every axis.

    Shapes:
        x [*I] -> y [*I]

    Source: NumPy's ``roll``.
    """

    name: ClassVar[str] = "roll"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    shifts: tuple[int, ...]

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        if x.rank != len(self.shifts):
            raise ShapeError(
                f"{self.name}: there are {len(self.shifts)} shifts, but x has {x.rank} dimensions.",
                [("x", x, ""), ("shifts", list(self.shifts), "")],
                "give one shift an axis, 0 where it stays.",
            )
        return checked(x.shape, x.dtype)

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        (x,) = inputs
        pairs = [_pairs(*each) for each in zip(x.shape, self.shifts, strict=True)]
        for chosen in itertools.product(*pairs):
            to: list[Any] = [pair[0] for pair in chosen]
            source: list[Any] = [pair[1] for pair in chosen]
            yield target[(*to, ...)], x[(*source, ...)]

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Roll(tuple(-shift for shift in self.shifts))(upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Moves {x.size} numbers round by {list(self.shifts)}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        calls: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
            ((2, 3, 5, 4), (0, 0, 2, -1)),
            ((2, 3, 5, 4), (1, 1, 0, 0)),
            ((7,), (9,)),
            ((3, 4), (-3, 0)),
            ((2, 3, 4), (0, 0, 6)),
            ((0, 3), (1, 1)),
            ((), ()),
        )
        return tuple(Sample(cls(shifts), (TensorSpec(x),)) for x, shifts in calls)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls((1,)).infer(TensorSpec((2, 3))),
                ("there are 1 shifts, but x has 2 dimensions",),
            ),
        )


def _pairs(extent: int, shift: int) -> list[tuple[slice, slice]]:
    """Return the parts of an axis of y, and those of x that go there."""
    cut = shift % extent if extent else 0
    if cut == 0:
        return [(slice(None), slice(None))]
    return [(slice(cut, None), slice(extent - cut)), (slice(cut), slice(extent - cut, None))]
