"""The sigmoid linear unit, also called swish: a number times its logistic function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

from convolens.ops._activation import CurvedSlope
from convolens.ops._attributes import operator
from convolens.ops._differentiate import differentiate
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Value
from convolens.ops.mul import Mul
from convolens.ops.sigmoid import Sigmoid
from convolens.spec import TensorSpec


@final
@operator
class Silu(Unary):
    """y = x / (1 + e^-x).

    Shapes:
        x [*I] -> y [*I]

    Source: Elfwing, Uchibe and Doya, "Sigmoid-Weighted Linear Units for Neural Network Function
    Approximation in Reinforcement Learning", 2018, section 2.
    """

    name: ClassVar[str] = "silu"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        y: Array = x * Sigmoid().reference(x)
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (SiluGrad()(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Weighs each of {x.size} numbers with its own logistic function."


@final
@operator
class SiluGrad(CurvedSlope):
    """dx = g s (1 + x (1 - s)) for s = 1 / (1 + e^-x).

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "silu_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        # 1 - s is the sigmoid of -x, which has all its digits where s is near 1.
        s, rest = Sigmoid().reference(x), Sigmoid().reference(-x)
        dx: Array = g * (s * (x.dtype.type(1) + x * rest))
        return dx

    def expand(self, x: Value, g: Value) -> Value:
        (dx,) = differentiate(Mul()(x, Sigmoid()(x)), g, [x])
        assert dx is not None
        return dx

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return f"Multiplies {x.size} gradients by a slope between -0.1 and 1.1."
