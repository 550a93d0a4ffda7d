"""The exponential, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Value
from convolens.ops.mul import Mul
from convolens.spec import TensorSpec


@final
@operator
class Exp(Unary):
    """y = e^x; infinity where that is too large for the type.

    Shapes:
        x [*I] -> y [*I]

    Source: IEEE 754-2019, section 9.2, for special numbers.
    """

    name: ClassVar[str] = "exp"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(arrays[0]))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Mul()(upstream, output),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Takes the exponential of {x.size} numbers."
