"""What activations and their gradients share: calls to try, and the gradients' own gradients."""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable, Sequence
from typing import final

from convolens.ops._attributes import operator
from convolens.ops._differentiate import differentiate
from convolens.ops._elementwise import SHAPES, Pairwise
from convolens.ops._op import Array, Op, Sample, Value
from convolens.ops.pow import Pow
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec


@operator
class StraightSlope(Pairwise):
    """dx = g times the slope of a function that is made of straight pieces.

    Between its corners the slope does not change: its own gradient is zero.
    """

    @final
    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, _ = inputs
        return Scale(0.0)(upstream), self(x, upstream)


@operator
class CurvedSlope(Pairwise):
    """dx = g times the slope of a function that is curved."""

    @abc.abstractmethod
    def expand(self, x: Value, g: Value) -> Value:
        """Return dx in simpler operators."""

    @final
    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, g = inputs
        (curvature,) = differentiate(self.expand(x, g), upstream, [x])
        return curvature, self(x, upstream)


def on_each_shape(
    operators: Iterable[Op],
    inputs: int = 1,
    prepare: Callable[[list[Array]], list[Array]] | None = None,
) -> Iterable[Sample]:
    """Return calls of the first operator on each of the usual shapes, of the others on some."""
    return tuple(
        Sample(op, (TensorSpec(shape),) * inputs, prepare=prepare)
        for number, op in enumerate(operators)
        for shape in (SHAPES if number == 0 else SHAPES[:2])
    )


def ones(x: Value) -> Value:
    """Return 1 everywhere, in the shape and type of ``x``."""
    return Pow(0.0)(x)
