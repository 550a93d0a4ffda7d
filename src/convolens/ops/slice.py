"""A part of the input, and its counterpart: a part placed into zeros."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, final

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value
from convolens.ops._rearrangement import Rearrangement
from convolens.ops.pad import Pad
from convolens.spec import TensorSpec, checked

Bounds = tuple[tuple[int, int, int], ...]


@operator
class Part(Op):
    """What both share: (start, stop, step) an axis, with 0 <= start <= stop and step >= 1."""

    bounds: Bounds

    def __post_init__(self) -> None:
        for start, stop, step in self.bounds:
            if not (0 <= start <= stop and step >= 1):
                raise ArgumentError(
                    f"{self.name}: bounds {start}:{stop}:{step} are not ascending.",
                    hint="use 0 <= start <= stop, and a step of at least 1.",
                )

    @property
    def index(self) -> tuple[Any, ...]:
        """The NumPy index of the part; the dots make it an array even of rank 0."""
        return (*(slice(*bound) for bound in self.bounds), ...)

    def part_shape(self, whole: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the part.

        Raises:
            ShapeError: If the bounds are for another number of axes, or end beyond ``whole``.
        """
        fits = len(whole) == len(self.bounds) and all(
            stop <= extent for (_, stop, _), extent in zip(self.bounds, whole, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"{self.name}: the bounds do not fit shape {list(whole)}.",
                [("bounds", self.bounds, "start, stop, step")],
                "give one bound an axis, within its size.",
            )
        return tuple(len(range(*bound)) for bound in self.bounds)


@final
@operator
class Slice(Part):
    """y[i] = x[start + i step] along each axis.

    Shapes:
        x [*I] -> y [*P]

    Source: NumPy's basic slicing.
    """

    name: ClassVar[str] = "slice"
    signature: ClassVar[str] = "x[*I] -> y[*P]"
    is_view: ClassVar[bool] = True

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        return checked(self.part_shape(x.shape), x.dtype)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        part: Array = x[self.index]
        return part

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        shape = inputs[0].shape
        if any(step != 1 for _, _, step in self.bounds):
            return (Embed(self.bounds, shape)(upstream),)
        margins = zip(self.bounds, shape, strict=True)  # what was cropped is zero
        padding = tuple((start, extent - stop) for (start, stop, _), extent in margins)
        return (Pad(padding)(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, 2 * self.infer(*specs).size, 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Takes {self.infer(x).size} of {x.size} numbers."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(bounds), (TensorSpec(shape),)) for shape, bounds in _PARTS)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((2, 3))
        return (
            Mistake(lambda: cls(((0, 2, 1),)).infer(x), ("do not fit shape [2, 3]",)),
            Mistake(lambda: cls(((0, 2, 1), (0, 4, 1))).infer(x), ("do not fit",)),
            Mistake(lambda: cls(((2, 0, 1),)), ("2:0:1",)),
            Mistake(lambda: cls(((0, 2, 0),)), ("0:2:0",)),
        )


@final
@operator
class Embed(Part, Rearrangement):
    """y[start + i step] = x[i] along each axis of a tensor of ``shape``, and 0 elsewhere.

    Shapes:
        x [*I] -> y [*shape]
    """

    name: ClassVar[str] = "embed"
    signature: ClassVar[str] = "x[*I] -> y[*P]"
    covers: ClassVar[bool] = False

    shape: tuple[int, ...]

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        part = self.part_shape(self.shape)
        if x.shape != part:
            raise ShapeError(f"{self.name}: x has shape {list(x.shape)}, the place {list(part)}.")
        return checked(self.shape, x.dtype)

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        yield target[self.index], inputs[0]

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Slice(self.bounds)(upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Places {x.size} numbers among the zeros of shape {list(self.shape)}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(bounds, shape), (Slice(bounds).infer(TensorSpec(shape)),))
            for shape, bounds in _PARTS
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls(((0, 2, 1),), (3,)).infer(TensorSpec((3,))),
                ("x has shape [3], the place [2]",),
            ),
        )


_PARTS: tuple[tuple[tuple[int, ...], Bounds], ...] = (
    ((2, 3, 5, 4), ((0, 2, 1), (1, 2, 1), (0, 5, 2), (1, 4, 1))),
    ((5,), ((1, 4, 2),)),
    ((5,), ((3, 3, 1),)),
    ((2, 3), ((0, 2, 1), (0, 3, 1))),
    ((), ()),
)
