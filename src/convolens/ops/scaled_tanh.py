"""The stretched hyperbolic tangent of 1998: 1 at 1 and -1 at -1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._elementwise import Pairwise, Unary
from convolens.ops._op import Array, Value
from convolens.ops.mul import Mul
from convolens.ops.scale import Scale
from convolens.spec import TensorSpec

AMPLITUDE = 1.7159
SLOPE = 2 / 3


@final
@operator
class ScaledTanh(Unary):
    """y = 1.7159 tanh(2 x / 3).

    The targets +1 and -1 lie where it bends most, and its slope there is not yet small.

    Shapes:
        x [*I] -> y [*I]

    Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998,
    appendix A.
    """

    name: ClassVar[str] = "scaled_tanh"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        c = x.dtype.type
        return np.asarray(c(AMPLITUDE) * np.tanh(c(SLOPE) * x))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (ScaledTanhGrad()(output, upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Squashes {x.size} numbers to between -{AMPLITUDE} and {AMPLITUDE}."


@final
@operator
class ScaledTanhGrad(Pairwise):
    """dx = g (2 / 3) (1.7159 - y^2 / 1.7159), for the output y.

    Shapes:
        y [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "scaled_tanh_grad"
    signature: ClassVar[str] = "y[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        y, g = arrays
        c = y.dtype.type
        return np.asarray(g * (c(SLOPE * AMPLITUDE) - c(SLOPE / AMPLITUDE) * y * y))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        y, g = inputs
        bend = Scale(-2.0 * SLOPE / AMPLITUDE)(Mul()(Mul()(upstream, g), y))
        return bend, self(y, upstream)

    def explain(self, *specs: TensorSpec) -> str:
        y, _ = specs
        return f"Multiplies {y.size} gradients by a slope of at most {SLOPE * AMPLITUDE:.3f}."
