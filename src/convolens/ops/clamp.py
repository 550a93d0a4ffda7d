"""Numbers are held between two bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._activation import StraightSlope, on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.spec import TensorSpec


@final
@operator
class Clamp(Unary):
    """y = the smaller of ``max`` and the larger of ``min`` and x. NaN stays NaN, as in torch.

    Where ``min`` is above ``max``, that is ``max`` everywhere. A bound that is NaN makes all NaN.

    Shapes:
        x [*I] -> y [*I]
    """

    name: ClassVar[str] = "clamp"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    min: float | None = None
    max: float | None = None

    def __post_init__(self) -> None:
        if self.min is None and self.max is None:
            raise ArgumentError(
                "clamp: at least one of min and max must be given.",
                hint="write clamp(min=0.0), say.",
            )

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        low, high = bounds(self, x)
        return np.asarray(np.minimum(np.maximum(x, low), high))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (ClampGrad(self.min, self.max)(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        bound = [f"below by {self.min:g}"] if self.min is not None else []
        bound += [f"above by {self.max:g}"] if self.max is not None else []
        return f"Bounds {x.size} numbers {' and '.join(bound)}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape(cls(*each) for each in _BOUNDS)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (Mistake(cls, ("at least one of min and max",)),)


@final
@operator
class ClampGrad(StraightSlope):
    """dx = g where x is not outside the bounds, else 0. At a bound g passes, as in torch.

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "clamp_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    min: float | None = None
    max: float | None = None

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        low, high = bounds(self, x)
        return np.where((x >= low) & (x <= high), g, g.dtype.type(0))

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return f"Lets those of {x.size} gradients pass whose inputs are within the bounds."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(*each) for each in _BOUNDS), inputs=2)


def bounds(op: Clamp | ClampGrad, x: Array) -> tuple[Array, Array]:
    """Return both bounds in the type of ``x``; a missing one is infinite."""
    low = -np.inf if op.min is None else op.min
    high = np.inf if op.max is None else op.max
    return x.dtype.type(low), x.dtype.type(high)


_BOUNDS: tuple[tuple[float | None, float | None], ...] = ((-0.5, 0.7), (0.1, None), (None, 0.0))
