"""The hyperbolic tangent, which maps numbers to between -1 and 1."""

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


@final
@operator
class Tanh(Unary):
    """y = (e^x - e^-x) / (e^x + e^-x).

    Shapes:
        x [*I] -> y [*I]

    Source: LeCun et al., "Efficient BackProp", 1998, section 4.4, for its use in networks.
    """

    name: ClassVar[str] = "tanh"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        return np.asarray(np.tanh(arrays[0]))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (TanhGrad()(output, upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Squashes {x.size} numbers to between -1 and 1."


@final
@operator
class TanhGrad(Pairwise):
    """dx = g (1 - y^2), for the output y.

    Shapes:
        y [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "tanh_grad"
    signature: ClassVar[str] = "y[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        y, g = arrays
        slope: Array = g * (1 - y * y)
        return slope

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        y, g = inputs
        return Scale(-2.0)(Mul()(Mul()(upstream, g), y)), self(y, upstream)

    def explain(self, *specs: TensorSpec) -> str:
        y, _ = specs
        return f"Multiplies {y.size} gradients by 1 - y^2, at most 1."
