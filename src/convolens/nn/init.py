"""Initial values of parameters."""

from __future__ import annotations

import math
from math import prod
from typing import Any, Literal

from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.spec import FLOATS
from convolens.tensor import Tensor, random

Mode = Literal["fan_in", "fan_out"]


def fans(weight: Tensor) -> tuple[int, int]:
    """Return how many inputs make an output of a layer, and how many outputs an input reaches.

    Shapes:
        weight [K, C, *R]: (C R, K R)

    Raises:
        ShapeError: If the weight has fewer than 2 dimensions.

    Example:
        >>> import convolens as cl
        >>> fans(cl.zeros(30, 1, 5, 5))
        (25, 750)
    """
    if weight.ndim < 2:
        raise ShapeError(
            f"fans need a weight of at least 2 dimensions, not {weight.ndim}.",
            [("weight", weight.spec, "")],
        )
    taps = prod(weight.shape[2:])
    return weight.shape[1] * taps, weight.shape[0] * taps


def _assign(tensor: Tensor, values: Any) -> Tensor:
    if tensor.dtype not in FLOATS:
        raise DTypeError(f"initial values are float32 or float64, not {tensor.dtype.name}.")
    tensor.detach().copy_(values)
    return tensor


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Fill with numbers drawn evenly from [a, b)."""
    return _assign(tensor, random.uniform(tensor.shape, a, b))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Fill with numbers from the normal distribution. The book uses a ``std`` of 0.01."""
    return _assign(tensor, random.normal(tensor.shape, mean, std))


def constant_(tensor: Tensor, value: float) -> Tensor:
    """Fill with one number."""
    return _assign(tensor, value)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with 0."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with 1."""
    return constant_(tensor, 1.0)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Fill evenly from +-gain sqrt(6 / (fan_in + fan_out)).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010, equation 16.
    """
    bound = gain * math.sqrt(6 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Fill from the normal distribution with deviation gain sqrt(2 / (fan_in + fan_out)).

    Source: Glorot and Bengio, 2010, equation 12.
    """
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fans(tensor))))


def kaiming_uniform_(
    tensor: Tensor, a: float = 0.0, mode: Mode = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """Fill evenly from +-gain sqrt(3 / fan).

    Args:
        tensor: The weight [K, C, *R].
        a: The slope of a leaky rectifier for negative numbers.
        mode: Which fan: ``'fan_in'`` keeps the variance forward, ``'fan_out'`` backward.
        nonlinearity: ``'relu'``, ``'leaky_relu'``, ``'linear'``, ``'sigmoid'`` or ``'tanh'``.

    Source: He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015, section 2.2.
    """
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / _fan(tensor, mode))
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(
    tensor: Tensor, a: float = 0.0, mode: Mode = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """Fill from the normal distribution with deviation gain / sqrt(fan); see kaiming_uniform_."""
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)))


def calculate_gain(nonlinearity: str, param: float = 0.01) -> float:
    """Return by what factor weights must grow to make up for an activation, as torch has it.

    Raises:
        ArgumentError: If the activation is not known.
    """
    gains = {
        "linear": 1.0,
        "sigmoid": 1.0,
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + param**2)),
    }
    if nonlinearity not in gains:
        raise ArgumentError(
            f"nonlinearity is {nonlinearity!r}.", hint=f"use one of {', '.join(gains)}."
        )
    return gains[nonlinearity]


def _fan(tensor: Tensor, mode: Mode) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ArgumentError(f"mode is {mode!r}, but must be 'fan_in' or 'fan_out'.")
    fan_in, fan_out = fans(tensor)
    return fan_in if mode == "fan_in" else fan_out
