"""Numbers that are updated in place: the definition, and its kernel."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from convolens import _native
from convolens.ops import Array
from convolens.spec import float32


class Numbers(NamedTuple):
    """The numbers of a step. Each is computed in double precision, then rounded to the type.

    Args:
        lr: What the step is multiplied with.
        weight_decay: How much of the parameter is added to the gradient.
        shrink: What the parameter is multiplied with before the step.
        momentum: How much of the last step is kept.
        fresh_share: How much of the gradient enters the momentum: 1 - dampening.
        beta1_rest: How much of the gradient enters its mean: 1 - beta1.
        beta2: How much of the mean of squares is kept.
        beta2_rest: How much of the square enters its mean.
        epsilon: Added to the root of the mean of squares.
        root_correction: What that root is divided by.
        nesterov: Whether to step from where the momentum leads.
        fresh: Whether there is no momentum yet.
        maximize: Whether the parameters shall make the objective larger: -g takes g's place.
    """

    lr: float = 0.0
    weight_decay: float = 0.0
    shrink: float = 1.0
    momentum: float = 0.0
    fresh_share: float = 1.0
    beta1_rest: float = 0.0
    beta2: float = 0.0
    beta2_rest: float = 0.0
    epsilon: float = 0.0
    root_correction: float = 1.0
    nesterov: bool = False
    fresh: bool = False
    maximize: bool = False


@lru_cache(maxsize=16)
def _native_update(numbers: Numbers) -> _native.Update:
    """Return the numbers as the kernels take them. The parameters of a group share them."""
    update = _native.Update()
    for name, value in numbers._asdict().items():
        setattr(update, name, value)
    return update


def approach(average: Array, value: Array, share: float) -> None:
    """Average = (1 - share) average + share value: a step towards a value of the same shape.

    Not average + share (value - average): that has lost a small value beside a large average.
    """
    average *= 1 - share
    average += share * value


def sgd(parameter: Array, gradient: Array, momentum: Array | None, n: Numbers) -> None:
    """P -= lr v, with v = momentum v + fresh_share g; or lr g without momentum."""
    if parameter.dtype == float32:
        _native.sgd(_native_update(n), parameter, gradient, momentum, None, None)
        return
    step = _pulled(parameter, gradient, n)
    if momentum is not None:
        momentum[...] = step if n.fresh else n.momentum * momentum + n.fresh_share * step
        step = step + n.momentum * momentum if n.nesterov else momentum
    parameter -= n.lr * step


def adagrad(parameter: Array, gradient: Array, squares: Array, n: Numbers) -> None:
    """P -= lr g / (root of the sum of g^2 + epsilon)."""
    if parameter.dtype == float32:
        _native.adagrad(_native_update(n), parameter, gradient, None, squares, None)
        return
    g = _pulled(parameter, gradient, n)
    squares += g * g
    parameter -= n.lr * g / (np.sqrt(squares) + n.epsilon)


def rmsprop(
    parameter: Array,
    gradient: Array,
    momentum: Array | None,
    squares: Array,
    mean: Array | None,
    n: Numbers,
) -> None:
    """P -= lr g / (root of the running mean of g^2 + epsilon), with momentum if there is one.

    With ``mean``, the running mean of g, the root is that of the variance: mean(g^2) - mean(g)^2.
    """
    if parameter.dtype == float32:
        _native.rmsprop(_native_update(n), parameter, gradient, momentum, squares, mean)
        return
    g = _pulled(parameter, gradient, n)
    squares[...] = n.beta2 * squares + n.beta2_rest * g * g
    spread = squares
    if mean is not None:
        mean += n.beta2_rest * (g - mean)
        spread = np.maximum(squares - mean * mean, 0)  # roundings can make it negative
    step = g / (np.sqrt(spread) + n.epsilon)
    if momentum is not None:
        momentum[...] = n.momentum * momentum + step
        step = momentum
    parameter -= n.lr * step


def adam(
    parameter: Array,
    gradient: Array,
    mean: Array,
    squares: Array,
    largest: Array | None,
    n: Numbers,
) -> None:
    """P = shrink p - lr mean(g) / (root of mean(g^2) / root_correction + epsilon).

    With ``largest``, the root is that of the largest mean(g^2) so far.
    """
    if parameter.dtype == float32:
        _native.adam(_native_update(n), parameter, gradient, mean, squares, largest)
        return
    g = _pulled(parameter, gradient, n)
    mean += n.beta1_rest * (g - mean)
    squares[...] = n.beta2 * squares + n.beta2_rest * g * g
    size = squares
    if largest is not None:
        size = np.maximum(largest, squares, out=largest)
    root = np.sqrt(size) / n.root_correction + n.epsilon
    parameter *= n.shrink
    parameter -= n.lr * mean / root


def _pulled(parameter: Array, gradient: Array, n: Numbers) -> Array:
    """Return the gradient of what is made smaller, with the pull of weight decay."""
    return (-gradient if n.maximize else gradient) + n.weight_decay * parameter
