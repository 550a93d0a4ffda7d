"""Inputs of one shape joined along a new axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, final

from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.ops._rearrangement import Rearrangement
from convolens.ops.reshape import Reshape
from convolens.ops.slice import Slice
from convolens.spec import TensorSpec, checked


@final
@operator
class Stack(Rearrangement):
    """y[..., i, ...] = input i, where i runs along the new axis ``dim``.

    Shapes:
        x [*A], ... -> y [*P]: axis ``dim`` of y is as long as there are inputs

    Source: NumPy's ``stack``.
    """

    name: ClassVar[str] = "stack"
    signature: ClassVar[str] = "x[*A], ... -> y[*P]"

    dim: int = 0

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        if not specs:
            raise ArgumentError("stack: there are no tensors to join.", hint="give at least one.")
        first = specs[0]
        facts = [(f"input {i}", spec, "") for i, spec in enumerate(specs)]
        if not 0 <= self.dim <= first.rank:
            raise ArgumentError(
                f"stack: dim is {self.dim}, but the result has {first.rank + 1} dimensions.", facts
            )
        if len({spec.dtype for spec in specs}) > 1:
            raise DTypeError("stack: the inputs have different data types.", facts)
        if len({spec.shape for spec in specs}) > 1:
            raise ShapeError(
                "stack: the inputs have different shapes.", facts, "all must have one shape."
            )
        shape = (*first.shape[: self.dim], len(specs), *first.shape[self.dim :])
        return checked(shape, first.dtype)

    def pieces(self, target: Array, *inputs: Array) -> Iterator[tuple[Array, Array]]:
        before: list[Any] = [slice(None)] * self.dim
        for place, x in enumerate(inputs):
            yield target[(*before, place, ...)], x

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        parts = []
        for place, x in enumerate(inputs):
            bounds = [(0, extent, 1) for extent in upstream.shape]
            bounds[self.dim] = (place, place + 1, 1)
            parts.append(Reshape(x.shape)(Slice(tuple(bounds))(upstream)))
        return tuple(parts)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Joins {len(specs)} inputs of shape {list(specs[0].shape)} along axis {self.dim}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        calls: tuple[tuple[tuple[int, ...], int, int], ...] = (
            ((2, 3, 5, 4), 2, 0),
            ((2, 3, 5, 4), 3, 1),
            ((2, 3, 5), 2, 3),
            ((2, 3), 2, 1),
            ((5,), 1, 0),
            ((), 3, 0),
            ((0, 3), 2, 2),
        )
        return tuple(Sample(cls(dim), (TensorSpec(x),) * count) for x, count, dim in calls)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        a, b = TensorSpec((2, 3)), TensorSpec((2, 4))
        return (
            Mistake(lambda: cls(0).infer(a, b), ("different shapes",)),
            Mistake(lambda: cls(3).infer(a, a), ("dim is 3", "3 dimensions")),
            Mistake(lambda: cls().infer(), ("no tensors",)),
        )
