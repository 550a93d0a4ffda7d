"""The Gaussian error linear unit: a number times the share of the normal distribution below it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops._activation import CurvedSlope, on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._differentiate import differentiate
from convolens.ops._elementwise import Unary
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.ops.add import Add
from convolens.ops.erf import Erf, erf
from convolens.ops.mul import Mul
from convolens.ops.pow import Pow
from convolens.ops.scale import Scale
from convolens.ops.tanh import Tanh
from convolens.spec import TensorSpec

Approximate = Literal["none", "tanh"]

_ROOT_HALF = math.sqrt(0.5)
_PEAK = 1 / math.sqrt(2 * math.pi)
_STEEP = math.sqrt(2 / math.pi)
_CUBIC = 0.044715


def _check(name: str, approximate: str) -> None:
    if approximate not in ("none", "tanh"):
        raise ArgumentError(
            f"{name}: approximate is {approximate!r}, but must be 'none' or 'tanh'."
        )


@final
@operator
class Gelu(Unary):
    """y = x (1 + erf(x / sqrt(2))) / 2.

    With ``approximate`` = ``'tanh'``: y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.

    Shapes:
        x [*I] -> y [*I]

    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, section 2.
    """

    name: ClassVar[str] = "gelu"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    approximate: Approximate = "none"

    def __post_init__(self) -> None:
        _check(self.name, self.approximate)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        c = x.dtype.type
        if self.approximate == "none":
            below = erf(x * c(_ROOT_HALF))
        else:
            below = np.tanh(c(_STEEP) * (x + c(_CUBIC) * x**3))
        y: Array = x * (c(0.5) * (c(1) + below))
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (GeluGrad(self.approximate)(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Weighs each of {x.size} numbers with the share of a normal distribution below it."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls("tanh")))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (Mistake(lambda: cls("erf"), ("approximate is 'erf'", "'none' or 'tanh'")),)  # type: ignore[arg-type]


@final
@operator
class GeluGrad(CurvedSlope):
    """dx = g (P(x) + x p(x)): p is the normal distribution's density, P the share below x.

    With ``approximate`` = ``'tanh'``: dx = g (1 + t + x (1 - t^2) u') / 2, where t = tanh(u),
    u = sqrt(2 / pi) (x + 0.044715 x^3), and u' is its slope.

    Shapes:
        x [*I], g [*I] -> dx [*I]
    """

    name: ClassVar[str] = "gelu_grad"
    signature: ClassVar[str] = "x[*I], g[*I] -> dx[*I]"

    approximate: Approximate = "none"

    def __post_init__(self) -> None:
        _check(self.name, self.approximate)

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        c = x.dtype.type
        if self.approximate == "none":
            below = c(0.5) * (c(1) + erf(x * c(_ROOT_HALF)))
            slope = below + x * (c(_PEAK) * np.exp(c(-0.5) * x * x))
        else:
            t = np.tanh(c(_STEEP) * (x + c(_CUBIC) * x**3))
            steep = c(_STEEP) * (c(1) + c(3 * _CUBIC) * x * x)
            slope = c(0.5) * ((c(1) + t) + x * ((c(1) - t * t) * steep))
        return np.asarray(g * slope)

    def expand(self, x: Value, g: Value) -> Value:
        if self.approximate == "none":
            below: Value = Erf()(Scale(_ROOT_HALF)(x))
        else:
            below = Tanh()(Scale(_STEEP)(Add()(x, Scale(_CUBIC)(Pow(3.0)(x)))))
        (dx,) = differentiate(Scale(0.5)(Add()(x, Mul()(x, below))), g, [x])
        assert dx is not None
        return dx

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return f"Multiplies {x.size} gradients by a slope between -0.13 and 1.13."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape((cls(), cls("tanh")), inputs=2)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (Mistake(lambda: cls("erf"), ("approximate is 'erf'",)),)  # type: ignore[arg-type]
