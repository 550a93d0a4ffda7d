"""The natural logarithm, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._activation import on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Sample, Value
from convolens.ops.div import Div
from convolens.spec import TensorSpec


@final
@operator
class Log(Unary):
    """y = log x: -infinity at 0, NaN below.

    Shapes:
        x [*I] -> y [*I]
    """

    name: ClassVar[str] = "log"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(arrays[0]))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Div()(upstream, inputs[0]),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Takes the natural logarithm of {x.size} numbers."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape([cls()], prepare=positive)


def positive(arrays: list[Array]) -> list[Array]:
    """Return numbers above one half: at 0 a finite difference would be meaningless."""
    return [np.abs(x) + x.dtype.type(0.5) for x in arrays]
