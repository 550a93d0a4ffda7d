"""Elementary functions, activations and choices: the rounding of each step of their formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from convolens import ops
from convolens.ops import Array, Op
from convolens.ops.erf import erf
from convolens.ops.scaled_tanh import AMPLITUDE, SLOPE
from tolerance import FUNCTION, exactly, rounded_once, rounded_twice

#: exp, 1 + e, and their quotient.
SIGMOID = 2 * FUNCTION + 2


def rounded(times: float) -> Callable[[Op, list[Array]], Array]:
    """Return the bound of a result that is rounded so many times, relative to itself."""
    return lambda op, arrays: times * np.abs(op.reference(*arrays))


def sigmoid(x: Array) -> Array:
    return ops.Sigmoid().reference(x)


def density(x: Array) -> Array:
    """The normal distribution's."""
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _prelu_weight_grad(op: ops.PreluWeightGrad, arrays: list[Array]) -> Array:
    """A sum of products; with all inputs negative, none is left out."""
    x, g = arrays
    length = op.cost(*(_spec(a) for a in arrays)).sum_length
    return length * np.abs(op.reference(-np.abs(x), np.abs(g)))


def _spec(array: Array) -> Any:
    from tolerance import spec_of

    return spec_of(array)


#: (1 + erf(z)) / 2 where z = x / sqrt(2) is rounded twice: z erf'(z) is at most 1/2.
GELU_BELOW = 0.5 * (FUNCTION + 1) + 1


def _gelu_shares(x: Array) -> tuple[Array, Array, Array]:
    """(1 + tanh(u)) / 2 as the sigmoid s of 2 u, the error of s, and the slope of 2 u.

    2 u is rounded six times, and 2 u s (1 - s) is at most 0.23.
    """
    s = sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    steep = 2 * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    return s, 6 * 0.23 + (SIGMOID + 2) * s, steep


def _gelu(op: ops.Gelu, arrays: list[Array]) -> Array:
    (x,) = arrays
    below = GELU_BELOW if op.approximate == "none" else _gelu_shares(x)[1]
    return np.abs(x) * below + np.abs(op.reference(x))


def _gelu_grad(op: ops.GeluGrad, arrays: list[Array]) -> Array:
    x, g = arrays
    size = np.abs(x)
    slope = np.abs(op.reference(x, np.ones_like(g)))
    if op.approximate == "none":
        # The exponent x^2 / 2 is rounded once.
        rest = size * density(x) * (FUNCTION + 4 + x * x)
        return np.abs(g) * (GELU_BELOW + rest + 2 * slope)
    s, error, steep = _gelu_shares(x)
    rest, rest_error, _ = _gelu_shares(-x)
    inner = np.abs(1 + x * rest * steep)
    bend = size * steep * (rest_error + 6 * rest)
    return np.abs(g) * (error * inner + s * (bend + inner) + 2 * slope)


def _silu_grad(op: ops.SiluGrad, arrays: list[Array]) -> Array:
    """s (1 + x (1 - s)), where s and 1 - s are products of the exponential and a quotient."""
    x, g = arrays
    s, rest = sigmoid(x), sigmoid(-x)
    inner = np.abs(1 + x * rest)
    each = SIGMOID + 2
    return np.abs(g) * s * ((each + 3) * inner + (each + 1) * np.abs(x) * rest)


def _softplus(op: ops.Softplus, arrays: list[Array]) -> Array:
    """max(t, 0) + log(1 + e^-|t|), where t is rounded twice; times 1 / beta, rounded too."""
    (x,) = arrays
    size = np.abs(op.beta * x)
    small = np.exp(-size)
    logarithm = (FUNCTION + 3) * np.log1p(small) + small / (1 + small) * (2 * size + FUNCTION)
    return (2 * size + logarithm) / abs(op.beta) + 4 * np.abs(op.reference(x))


def _softplus_grad(op: ops.SoftplusGrad, arrays: list[Array]) -> Array:
    """The rounding of t is absolute in the exponent, so relative in the sigmoid."""
    return (2 * np.abs(op.beta * arrays[0]) + SIGMOID + 1) * np.abs(op.reference(*arrays))


def _hardswish_grad(op: ops.HardswishGrad, arrays: list[Array]) -> Array:
    x, g = arrays
    slope = np.abs(op.reference(x, np.ones_like(g)))
    return np.abs(g) * (2 * np.minimum(np.abs(x), 3) / 3 + 2 * slope)


def _scaled_tanh_grad(op: ops.ScaledTanhGrad, arrays: list[Array]) -> Array:
    """A S - (S / A) y^2: both constants are rounded, and where y is near A digits are lost."""
    y, g = arrays
    most, bend = SLOPE * AMPLITUDE, SLOPE / AMPLITUDE * y * y
    return np.abs(g) * (most + 3 * bend + 2 * np.abs(most - bend))


def _erf(op: ops.Erf, arrays: list[Array]) -> Array:
    return FUNCTION * np.abs(erf(arrays[0]))


BOUNDS: dict[type[Op], Callable[[Any, list[Array]], Array]] = {
    ops.Abs: exactly,
    ops.AbsGrad: exactly,
    ops.Log: rounded(FUNCTION),
    ops.Sqrt: rounded_once,
    ops.Erf: _erf,
    ops.Clamp: rounded_once,  # the bounds are
    ops.ClampGrad: exactly,
    ops.Maximum: exactly,
    ops.MaximumGrad: exactly,
    ops.Minimum: exactly,
    ops.Where: exactly,
    ops.WhereGrad: exactly,
    ops.LeakyRelu: rounded_twice,
    ops.LeakyReluGrad: rounded_twice,
    ops.Prelu: rounded_once,
    ops.PreluInputGrad: rounded_once,
    ops.PreluWeightGrad: _prelu_weight_grad,
    ops.Elu: rounded(FUNCTION + 2),
    ops.EluGrad: rounded(FUNCTION + 3),
    ops.Gelu: _gelu,
    ops.GeluGrad: _gelu_grad,
    ops.Silu: rounded(SIGMOID + 1),
    ops.SiluGrad: _silu_grad,
    ops.Softplus: _softplus,
    ops.SoftplusGrad: _softplus_grad,
    ops.Hardtanh: rounded_once,  # the bounds are
    ops.HardtanhGrad: exactly,
    ops.Hardsigmoid: rounded(3),
    ops.HardsigmoidGrad: rounded_twice,
    ops.Hardswish: rounded(4),
    ops.HardswishGrad: _hardswish_grad,
    # The argument is rounded twice, and x tanh'(x) is at most tanh(x).
    ops.ScaledTanh: rounded(FUNCTION + 4),
    ops.ScaledTanhGrad: _scaled_tanh_grad,
}
