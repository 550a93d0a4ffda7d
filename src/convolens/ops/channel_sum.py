"""Sums over a window of neighbouring channels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops._taps import PAD, Window
from convolens.spec import TensorSpec, checked, require_float

SHAPES: tuple[tuple[int, ...], ...] = (
    (2, 7, 3, 2),
    (3, 33),
    (1, 2, 4),
    (2, 16, 2, 2),
    (0, 3, 2, 2),
)


@final
@operator
class ChannelSum(Op):
    """y[n,c] = the sum of x[n, c - before], ..., x[n, c + after]; channels beyond the ends count 0.

    Shapes:
        x [N, C, *I] -> y [N, C, *I]

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional
    Neural Networks", 2012, section 3.3: the sum in its normalisation.
    """

    name: ClassVar[str] = "channel_sum"
    signature: ClassVar[str] = "x[N,C,*I] -> y[N,C,*I]"

    before: int
    after: int

    def __post_init__(self) -> None:
        self.window()

    def window(self) -> Window:
        """Return the window over channels."""
        return Window(self.before + self.after + 1, padding=(self.before, self.after))

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        dtype = require_float(self.name, x=x)
        if x.rank < 2:
            raise ShapeError(
                f"{self.name}: x has {x.rank} dimensions, but at least 2 are needed.",
                [("x", x, "")],
                "reshape x to [N, C, ...].",
            )
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        padded = np.concatenate([x, np.zeros_like(x[:, :1])], axis=1) if x.size else x
        total: Array = np.zeros_like(x)
        if x.size:
            channels = x.shape[1]  # further away there are none
            near = ChannelSum(min(self.before, channels), min(self.after, channels))
            for tap in near.window().taps(channels).T:
                total += padded[:, np.maximum(tap, PAD)]
        return total

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (ChannelSum(self.after, self.before)(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        length = self.before + self.after + 1
        return Cost(x.size * length, size_of(x, x), length)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Adds up {self.before + self.after + 1} neighbouring ones of {x.shape[1]} channels."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(before, after), (TensorSpec(shape),))
            for shape in SHAPES
            for before, after in ((2, 2), (1, 0), (0, 3))
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(lambda: cls(1, 1).infer(TensorSpec((3,))), ("x has 1 dimensions",)),
            Mistake(lambda: cls(-1, 2), ("must not be negative",)),
        )
