"""The order of the elements turned round along some axes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, final

from convolens.ops._attributes import operator
from convolens.ops._op import Array, Mistake, Op, Sample, Value
from convolens.ops._rearrangement import Rearrangement
from convolens.ops.sum import axis_mistakes, check_axes
from convolens.spec import TensorSpec, checked


@final
@operator
class Flip(Rearrangement):
    """y[i] = x[I - 1 - i] along each of ``axes``, which are ascending and not negative.

    Shapes:
        x [*I] -> y [*I]

    Source: NumPy's ``flip``.
    """

    name: ClassVar[str] = "flip"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    axes: tuple[int, ...]

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        check_axes(self.name, self.axes, x)
        return checked(x.shape, x.dtype)

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        (x,) = inputs
        order: list[Any] = [
            slice(None, None, -1 if axis in self.axes else 1) for axis in range(x.ndim)
        ]
        yield target, x[(*order, ...)]

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (self(upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Turns {x.size} numbers round along axes {list(self.axes)}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        calls: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
            ((2, 3, 5, 4), (3,)),
            ((2, 3, 5, 4), (2, 3)),
            ((2, 3, 5, 4), (0, 1)),
            ((7,), (0,)),
            ((2, 3), ()),
            ((0, 3), (0, 1)),
            ((2, 3, 4), (1,)),
            ((), ()),
        )
        return tuple(Sample(cls(axes), (TensorSpec(x),)) for x, axes in calls)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        operator: type[Op] = cls
        return axis_mistakes(operator)
