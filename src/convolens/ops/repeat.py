"""The input again and again, side by side along its axes; and the gradient, summed over copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import ClassVar, final

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, shared, size_of
from convolens.ops._rearrangement import Rearrangement
from convolens.ops.reshape import Reshape
from convolens.spec import TensorSpec, checked, require_float


@operator
class Repetition(Op):
    """What repeating and its gradient share: how often, one number an axis of the result."""

    repeats: tuple[int, ...]

    def __post_init__(self) -> None:
        if any(times < 0 for times in self.repeats):
            raise ArgumentError(
                f"{self.name}: repeats are {list(self.repeats)}, but must not be negative."
            )

    def aligned(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return ``shape`` with axes of size 1 in front, as many as the result has."""
        return (*(1,) * (len(self.repeats) - len(shape)), *shape)

    def split(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the result's shape with two axes for each: which copy, and where in it."""
        pairs = zip(self.repeats, self.aligned(shape), strict=True)
        return tuple(size for pair in pairs for size in pair)


@final
@operator
class Repeat(Repetition, Rearrangement):
    """y[i] = x[i mod I] along each axis, ``repeats`` times I long.

    Shapes:
        x [*I] -> y [*P]: where y has more axes than x, these come first

    Source: NumPy's ``tile``.
    """

    name: ClassVar[str] = "repeat"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        if len(self.repeats) < x.rank:
            raise ShapeError(
                f"{self.name}: there are {len(self.repeats)} repeats, but x has {x.rank} "
                "dimensions.",
                [("x", x, ""), ("repeats", list(self.repeats), "")],
                "give a number for each axis, 1 where it stays.",
            )
        sizes = zip(self.repeats, self.aligned(x.shape), strict=True)
        return checked(tuple(times * extent for times, extent in sizes), x.dtype)

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        (x,) = inputs
        split = self.split(x.shape)
        once = tuple(1 if axis % 2 == 0 else size for axis, size in enumerate(split))
        yield target.reshape(split), x.reshape(once)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        shape = inputs[0].shape
        back = RepeatGrad(**shared(self, Repetition), shape=self.aligned(shape))(upstream)
        return (back if back.shape == shape else Reshape(shape)(back),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Repeats {x.size} numbers {list(self.repeats)} times along the axes."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(repeats), (TensorSpec(x),)) for x, repeats in _REPEATS)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls((2,)).infer(TensorSpec((2, 3))),
                ("there are 1 repeats, but x has 2 dimensions",),
            ),
            Mistake(lambda: cls((-1, 2)), ("repeats are [-1, 2]", "negative")),
        )


@final
@operator
class RepeatGrad(Repetition):
    """dx[i] = the sum of g over the copies of element i; ``shape`` is that of one copy.

    Shapes:
        g [*P] -> dx [*shape]
    """

    name: ClassVar[str] = "repeat_grad"
    signature: ClassVar[str] = "g[*P] -> dx[*I]"

    shape: tuple[int, ...] = ()

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (g,) = specs
        dtype = require_float(self.name, g=g)
        expected = Repeat(**shared(self, Repetition)).infer(TensorSpec(self.shape, dtype))
        if len(self.shape) != len(self.repeats) or g.shape != expected.shape:
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but {list(self.repeats)} copies of "
                f"shape {list(self.shape)} have {list(expected.shape)}.",
                hint="g must be shaped as the output.",
            )
        return checked(self.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        (g,) = arrays
        copies = tuple(range(0, 2 * g.ndim, 2))
        total: Array = g.reshape(self.split(self.shape)).sum(axis=copies, dtype=g.dtype)
        return total

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Repeat(**shared(self, Repetition))(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (g,) = specs
        return Cost(g.size, size_of(g, self.infer(g)), prod(self.repeats))

    def explain(self, *specs: TensorSpec) -> str:
        return f"Adds up {prod(self.repeats)} copies of shape {list(self.shape)}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        ops = ((Repeat(repeats), x) for x, repeats in _REPEATS)
        return tuple(
            Sample(cls(op.repeats, op.aligned(x)), (op.infer(TensorSpec(x)),)) for op, x in ops
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(
                lambda: cls((2, 1), (2, 3)).infer(TensorSpec((5, 3))),
                ("g has shape [5, 3]", "[2, 1] copies of shape [2, 3] have [4, 3]"),
            ),
        )


#: (shape of one copy, repeats)
_REPEATS: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((2, 3, 5, 4), (1, 2, 1, 1)),
    ((2, 3, 5, 4), (2, 1, 1, 3)),
    ((3,), (2, 3)),
    ((2, 3), (1, 1)),
    ((2, 3), (0, 2)),
    ((0, 3), (2, 2)),
    ((), (3,)),
    ((), ()),
)
