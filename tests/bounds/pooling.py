"""Poolings: what is moved is exact, powers and their sums follow the steps of the formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convolens import ops
from convolens.ops import Array, Op
from convolens.ops._op import size_of
from tolerance import FUNCTION, exactly, spec_of


def _sent(op: Any, arrays: list[Array]) -> Array:
    """The winners are those of x, the sums those of |g|."""
    x, g = arrays
    length = op.cost(spec_of(x), spec_of(g)).sum_length
    return length * op.reference(x, np.abs(g))


def _unpooled(op: ops.MaxUnpool, arrays: list[Array]) -> Array:
    """Moved, or added up: at most all numbers of a map."""
    x, indices = arrays
    if not op.accumulate:
        return np.zeros(())
    return size_of(spec_of(x[0, 0])) * op.reference(np.abs(x), indices) if x.size else np.zeros(())


def _power_error(x: Array, exponent: float) -> Array:
    """The relative error of |x|^e, by |e| products or as a function of x.

    The rounding of the exponent is an absolute error of e log x.
    """
    with np.errstate(divide="ignore"):
        logs = np.where(x == 0, 0.0, np.log(np.abs(x)))
    return FUNCTION + abs(exponent) + np.abs(exponent * logs)


def _sums_of_powers(op: Any, x: Array) -> tuple[Array, Array]:
    """Return the mean of |x|^norm over each window, and its relative error."""
    powers, taps = np.abs(x) ** op.norm, op.taps(x.shape[2:])
    mean = op.mean().reference(powers)
    # The definition multiplies by a quotient, the kernel divides by a number of cells.
    off = op.mean().reference(powers * (_power_error(x, op.norm) + taps + 2))
    return mean, np.where(mean > 0, off / mean, 0.0)


def _lp_pool(op: ops.LPPool, arrays: list[Array]) -> Array:
    """Powers, their mean, a root, and two roundings of the factor."""
    (x,) = arrays
    mean, relative = _sums_of_powers(op, x)
    root = 1 / op.norm
    return (relative * abs(root) + _power_error(mean, root) + 2) * np.abs(op.reference(x))


def _lp_pool_grad(op: ops.LPPoolGrad, arrays: list[Array]) -> Array:
    """A power of the mean, its products, a sum of shares, and its product with the power of x."""
    x, g = (np.abs(array) for array in arrays)
    mean, off = _sums_of_powers(op, x)
    power = 1 / op.norm - 1
    relative = off * abs(power) + _power_error(mean, power) + op.taps(x.shape[2:]) + 5
    direct = (_power_error(x, op.norm - 1) + 1) * op.reference(x, g)
    return direct + op.reference(x, relative * g)


BOUNDS: dict[type[Op], Callable[[Any, list[Array]], Array]] = {
    ops.MaxPoolIndices: exactly,
    ops.AdaptiveMaxPool: exactly,
    ops.AdaptiveMaxPoolIndices: exactly,
    ops.AdaptiveMaxPoolPick: exactly,
    ops.AdaptiveMaxPoolGrad: _sent,
    ops.MaxUnpool: _unpooled,
    ops.MaxUnpoolGrad: exactly,
    ops.LPPool: _lp_pool,
    ops.LPPoolGrad: _lp_pool_grad,
}
