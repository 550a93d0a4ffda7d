"""Inputs joined along one axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, final

from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.ops._rearrangement import Rearrangement
from convolens.ops.slice import Slice
from convolens.spec import TensorSpec, checked


@final
@operator
class Concat(Rearrangement):
    """y holds the inputs one after the other along axis ``dim``.

    Shapes:
        x [*A], ... -> y [*P]

    Source: NumPy's ``concatenate``.
    """

    name: ClassVar[str] = "concat"
    signature: ClassVar[str] = "x[*A], ... -> y[*P]"

    dim: int = 0

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        if not specs:
            raise ArgumentError("concat: there are no tensors to join.", hint="give at least one.")
        first = specs[0]
        facts = [(f"input {i}", spec, "") for i, spec in enumerate(specs)]
        if not 0 <= self.dim < first.rank:
            raise ArgumentError(
                f"concat: dim is {self.dim}, but the inputs have {first.rank} dimensions.", facts
            )
        if len({spec.dtype for spec in specs}) > 1:
            raise DTypeError("concat: the inputs have different data types.", facts)
        others = {(spec.rank, *_without(spec.shape, self.dim)) for spec in specs}
        if len(others) > 1:
            raise ShapeError(
                f"concat: the inputs differ in another axis than {self.dim}.",
                facts,
                f"only the sizes along axis {self.dim} may differ.",
            )
        total = sum(spec.shape[self.dim] for spec in specs)
        shape = (*first.shape[: self.dim], total, *first.shape[self.dim + 1 :])
        return checked(shape, first.dtype)

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        start = 0
        for x in inputs:
            end = start + x.shape[self.dim]
            yield target[(*[slice(None)] * self.dim, slice(start, end))], x
            start = end

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        parts, start = [], 0
        for x in inputs:
            bounds = [(0, extent, 1) for extent in upstream.shape]
            bounds[self.dim] = (start, start + x.shape[self.dim], 1)
            parts.append(Slice(tuple(bounds))(upstream))
            start += x.shape[self.dim]
        return tuple(parts)

    def explain(self, *specs: TensorSpec) -> str:
        parts = " + ".join(str(spec.shape[self.dim]) for spec in specs)
        return f"Joins {len(specs)} inputs along axis {self.dim}: {parts}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        lists: tuple[tuple[int, tuple[tuple[int, ...], ...]], ...] = (
            (1, ((2, 3, 5, 4), (2, 1, 5, 4))),
            (0, ((2, 3), (0, 3), (4, 3))),
            (2, ((1, 2, 3), (1, 2, 3))),
            (0, ((5,),)),
        )
        return tuple(Sample(cls(dim), tuple(map(TensorSpec, shapes))) for dim, shapes in lists)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        a, b = TensorSpec((2, 3)), TensorSpec((2, 4))
        return (
            Mistake(lambda: cls(0).infer(a, b), ("differ in another axis than 0",)),
            Mistake(lambda: cls(2).infer(a, a), ("dim is 2",)),
            Mistake(lambda: cls().infer(), ("no tensors",)),
            Mistake(lambda: cls(0).infer(a, TensorSpec((3,))), ("differ in another axis",)),
        )


def _without(shape: tuple[int, ...], dim: int) -> tuple[int, ...]:
    return (*shape[:dim], *shape[dim + 1 :])
