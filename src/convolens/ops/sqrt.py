"""The square root, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._activation import on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Sample, Value
from convolens.ops.div import Div
from convolens.ops.log import positive
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec


@final
@operator
class Sqrt(Unary):
    """y = the number that is not negative and whose square is x; NaN for x below 0.

    Shapes:
        x [*I] -> y [*I]

    Source: IEEE 754-2019, section 5.4.1: rounded correctly, and -0 for -0.
    """

    name: ClassVar[str] = "sqrt"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.asarray(np.sqrt(arrays[0]))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Div()(Scale(0.5)(upstream), output),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Takes the square root of {x.size} numbers."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape([cls()], prepare=positive)
