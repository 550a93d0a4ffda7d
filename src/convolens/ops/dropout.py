"""Dropout: some numbers become zero, the others grow, so that the expectation stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops._philox import philox
from convolens.spec import TensorSpec, checked, int64, require_float


@final
@operator
class Dropout(Op):
    """y = x / (1 - p) where the element's random number is at least p 2**32, else 0.

    The random numbers are Philox's for ``key`` = (seed, stream). Elements are numbered channels
    last, as they lie in memory, so a mask depends on the key and the shape alone: not on threads,
    nor on the instruction set.

    Shapes:
        x [*I], key [2] int64 -> y [*I]

    Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from
    Overfitting", 2014 (scaled in training, as section 10 suggests).
    """

    name: ClassVar[str] = "dropout"
    signature: ClassVar[str] = "x[*I], key[2] -> y[*I]"

    p: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 <= self.p <= 1.0:
            raise ArgumentError(
                f"dropout: p is {self.p}, but must be a probability between 0 and 1.",
                hint="p is the share that becomes zero.",
            )

    @property
    def threshold(self) -> int:
        """The smallest random number, of 32 bits, that keeps its element."""
        return round(self.p * 2**32)

    @property
    def scale(self) -> float:
        """What kept elements are multiplied with."""
        return 1.0 / (1.0 - self.p) if self.p < 1.0 else 0.0

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, key = specs
        dtype = require_float(self.name, x=x)
        if key.dtype != int64:
            raise DTypeError(f"dropout: the key is {key.dtype.name}, but must be int64.")
        if key.shape != (2,):
            raise ShapeError(f"dropout: the key has shape {list(key.shape)}, but must be [2].")
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, (seed, stream) = arrays
        last = np.moveaxis(x, 1, -1) if x.ndim > 2 else x
        kept = philox(x.size, int(seed), int(stream)).reshape(last.shape) >= self.threshold
        kept = np.moveaxis(kept, -1, 1) if x.ndim > 2 else kept
        y: Array = np.where(kept, x * x.dtype.type(self.scale), x.dtype.type(0))
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return self(upstream, inputs[1]), None

    def cost(self, *specs: TensorSpec) -> Cost:
        x, _ = specs
        return Cost(x.size, size_of(x, x), 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return (
            f"Sets each of {x.size} numbers to zero with probability {self.p:g} and multiplies "
            f"the others by {self.scale:g}."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        key = TensorSpec((2,), int64)
        return tuple(
            Sample(cls(p), (TensorSpec(shape), key), below=2**31)
            for shape, p in (
                ((2, 3, 5, 4), 0.5),
                ((7, 33), 0.3),
                ((2, 3), 0.0),
                ((2, 3), 1.0),
                ((0, 3), 0.5),
                ((), 0.5),
                ((2, 3, 4), 0.9),
            )
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((2, 3))
        return (
            Mistake(lambda: cls(1.5), ("p is 1.5", "between 0 and 1")),
            Mistake(lambda: cls(float("nan")), ("p is nan",)),
            Mistake(lambda: cls().infer(x, TensorSpec((3,), int64)), ("shape [3]",)),
            Mistake(lambda: cls().infer(x, TensorSpec((2,))), ("float32, but must be int64",)),
        )
