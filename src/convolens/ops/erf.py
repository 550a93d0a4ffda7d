"""The error function, which GELU is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Value
from convolens.ops.exp import Exp
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec

_each = np.frompyfunc(math.erf, 1, 1)


@final
@operator
class Erf(Unary):
    """y = 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.

    (1 + erf(x / sqrt(2))) / 2 is the share of the normal distribution that lies below x.

    Shapes:
        x [*I] -> y [*I]

    Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, 7.1.1.
    """

    name: ClassVar[str] = "erf"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        return erf(arrays[0])

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        (x,) = inputs
        bell = Exp()(Scale(-1.0)(Mul()(x, x)))
        return (Mul()(upstream, Scale(2 / math.sqrt(math.pi))(bell)),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Takes the error function of {x.size} numbers: between -1 and 1."


def erf(x: Array) -> Array:
    """Return the error function of each element."""
    return np.asarray(_each(x), x.dtype)
