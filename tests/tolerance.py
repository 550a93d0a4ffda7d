"""How far a computed number may be from the true one: derived from the rounding of each step.

One rounding changes a number by at most u = eps / 2 of itself. A sum of n products, in any order,
is off by at most n u times the sum of the products' absolute values (Higham, "Accuracy and
Stability of Numerical Algorithms", 2002, section 3.1). So an operator that is a sum of products
needs no more than its own definition on the absolute values of its inputs: that is the magnitude.

For the others the bound follows the steps of the formula, to first order in u, with the error of
the vector functions exp, log and tanh as native/simd/math.h states it: 2 units in the last place.
One per cent on top covers the terms of higher order: n u is below 0.01 for sums of 100,000 floats.
"""

from __future__ import annotations

import functools
import importlib
import math
import pkgutil
from collections.abc import Callable
from typing import Any

import numpy as np

import bounds
import fourier
import phases
import winograd
from convolens import ops
from convolens.ops import Array, Op, Sample
from convolens.ops._weighted_taps import Weighted
from convolens.ops.resample import weighted_sums
from convolens.spec import FLOATS, TensorSpec

#: The error of exp, log and tanh in the kernels, in u: 2 units in the last place.
FUNCTION = 4.0
_HIGHER_ORDER = 1.01


def rounding(dtype: Any) -> float:
    """Return u, by how much of itself one rounding changes a number."""
    return float(np.finfo(dtype).eps) / 2


#: Of algorithms that add up other products than the definition's: a tile of outputs together.
OWN_BOUNDS: dict[str | None, Callable[[Op, list[Array], str], Array]] = {
    **dict.fromkeys(winograd.NAMES, winograd.error),
    "fourier": fourier.error,
}
OWN_BOUNDS |= {
    f"phases_{name}": lambda op, arrays, _, name=name, bound=bound: phases.error(
        op, arrays, bound, name
    )
    for name, bound in OWN_BOUNDS.items()
    if name and not name.startswith("slices")
}


def spec_of(array: Array) -> TensorSpec:
    return TensorSpec(array.shape, array.dtype)


def widened(arrays: list[Array]) -> list[Array]:
    """Return the same numbers in float64."""
    return [a.astype(np.float64) if a.dtype in FLOATS else a for a in arrays]


def exact(op: Op, arrays: list[Array]) -> Array:
    """Return the definition, computed in float64."""
    return np.asarray(op.reference(*widened(arrays)))


def allowed(
    op: Op, arrays: list[Array], dtype: Any = np.float32, algorithm: str | None = None
) -> Array:
    """Return how far each output computed in ``dtype`` may be from ``exact``."""
    wide = widened(arrays)
    with np.errstate(all="ignore"):
        bound = _bound(op, wide, algorithm)
    # Below the smallest normal number the spacing is no longer relative.
    return _HIGHER_ORDER * rounding(dtype) * np.asarray(bound) + float(np.finfo(dtype).tiny)


def _bound(op: Op, wide: list[Array], algorithm: str | None) -> Array:
    """Return the bound in units of u."""
    if isinstance(op, ops.ConvNormalize):
        return _normalized_convolution(op, wide, algorithm)
    if algorithm in OWN_BOUNDS:
        return OWN_BOUNDS[algorithm](op, wide, algorithm)
    return _bounds().get(type(op), _sum_of_products)(op, wide)


def _normalized_convolution(
    op: ops.ConvNormalize, arrays: list[Array], algorithm: str | None
) -> Array:
    """What the sums are off by is scaled; then comes what normalising them is off by."""
    own, numbers = arrays[:3], arrays[3:6]
    y = op.conv.reference(*own)
    (_, var), gamma, _ = numbers
    scale = np.abs(gamma) / np.sqrt(var + op.eps)
    scaled = _bound(op.conv, own, algorithm) * scale.reshape(-1, *(1,) * op.rank)
    behind = ops.NormalizeRelu(eps=op.eps, fixed=True)
    return scaled + _bound(behind, [y, *numbers, *arrays[6:]], None)


class Expected:
    """What a call should give, by its definition in float64, and how far results may be from it.

    The definition takes longer than a kernel: results of several kernels share it.
    """

    def __init__(self, op: Op, arrays: list[Array], dtype: Any = np.float32) -> None:
        self.op, self.arrays, self.dtype = op, arrays, dtype
        self.values = exact(op, arrays)
        self._allowed: dict[str | None, Array] = {}

    def require(self, computed: Array, algorithm: str | None = None) -> None:
        """Refuse what is further away than ``allowed``; whole numbers must be equal."""
        if self.values.dtype not in FLOATS:
            assert computed.dtype == self.values.dtype
            np.testing.assert_array_equal(computed, self.values, str(self.op))
            return
        assert computed.dtype == self.dtype, (computed.dtype, self.dtype)
        own = algorithm if algorithm in OWN_BOUNDS else None  # others have one bound
        if own not in self._allowed:
            self._allowed[own] = allowed(self.op, self.arrays, self.dtype, own)
        _assert_near(computed, self.values, self._allowed[own], f"{self.op} by {algorithm}")


def assert_within(
    op: Op,
    arrays: list[Array],
    computed: Array,
    dtype: Any = np.float32,
    algorithm: str | None = None,
) -> None:
    """Compare one result with the definition in float64; whole numbers must be equal."""
    Expected(op, arrays, dtype).require(computed, algorithm)


def assert_close(
    computed: Array, expected: Array, length: int, magnitude: Array | float, dtype: Any
) -> None:
    """Compare sums of ``length`` products whose absolute values add up to ``magnitude``.

    Both sides may be off: ``expected`` comes from another program in the same type, or a wider one.
    """
    sides = 2
    limit = sides * _HIGHER_ORDER * rounding(dtype) * length * np.asarray(magnitude, np.float64)
    _assert_near(np.asarray(computed), np.asarray(expected), limit + float(np.finfo(dtype).tiny))


def _assert_near(computed: Array, expected: Array, limit: Array, what: str = "") -> None:
    """Refuse differences above ``limit``. Infinities and NaN must be where they are expected."""
    assert computed.shape == expected.shape, (what, computed.shape, expected.shape)
    limit = np.broadcast_to(limit, expected.shape)
    with np.errstate(invalid="ignore"):
        difference = np.abs(computed.astype(np.float64) - expected.astype(np.float64))
        same = (computed == expected) | (np.isnan(computed) & np.isnan(expected))
        wrong = ~same & ~(np.isfinite(computed) & (difference <= limit))
    if wrong.any():
        at = np.unravel_index(np.argmax(wrong), wrong.shape)
        raise AssertionError(
            f"{what} {int(wrong.sum())} of {wrong.size} differ; at {tuple(map(int, at))} "
            f"{computed[at]!r} is not {expected[at]!r}: allowed is {limit[at]:.3g}"
        )


def _length(op: Op, arrays: list[Array]) -> int:
    return op.cost(*map(spec_of, arrays)).sum_length


def _sum_of_products(op: Op, arrays: list[Array]) -> Array:
    absolute = [np.abs(a) if a.dtype in FLOATS else a for a in arrays]
    return _length(op, arrays) * np.abs(op.reference(*absolute))


def _mean(op: Op, arrays: list[Array]) -> Array:
    """The sum, the rounding of 1 / n, and their product."""
    return (_length(op, arrays) + 2) * op.reference(np.abs(arrays[0]))


def rounded_once(op: Op, arrays: list[Array]) -> Array:
    return np.abs(op.reference(*arrays))


def rounded_twice(op: Op, arrays: list[Array]) -> Array:
    """A constant factor is rounded, then the product."""
    return 2 * np.abs(op.reference(*arrays))


def _routed(op: Op, arrays: list[Array]) -> Array:
    """Max pooling's gradient: the winners are those of x, the sums those of |g|."""
    x, g = arrays
    return _length(op, arrays) * op.reference(x, np.abs(g))


def exactly(op: Op, arrays: list[Array]) -> Array:
    return np.zeros(())


def _function(op: Op, arrays: list[Array]) -> Array:
    return FUNCTION * np.abs(op.reference(*arrays))


def _sigmoid(op: Op, arrays: list[Array]) -> Array:
    """The exponential, the sum 1 + e, and their quotient."""
    return (2 * FUNCTION + 2) * np.abs(op.reference(*arrays))


def _tanh_grad(op: Op, arrays: list[Array]) -> Array:
    """1 - y^2 loses digits where y is near 1: the error of y^2 stays."""
    y, g = arrays
    return np.abs(g) * (y * y + 2 * np.abs(1 - y * y))


def _sigmoid_grad(op: Op, arrays: list[Array]) -> Array:
    """1 - y, and two products."""
    return 3 * np.abs(op.reference(*arrays))


def _power(op: ops.Pow, arrays: list[Array]) -> Array:
    """By |p| products, or as exp(p log x): the logarithm and its product are off by p log x."""
    (x,) = arrays
    return _power_of(np.abs(x), op.exponent) * np.abs(op.reference(x))


def _power_of(x: Array, exponent: float | Array) -> Array:
    """The relative error of a power of positive numbers."""
    return FUNCTION + np.abs(exponent) + (FUNCTION + 2) * np.abs(exponent * np.log(x))


def _power_of_each(op: ops.Power, arrays: list[Array]) -> Array:
    a, b = np.broadcast_arrays(*arrays)
    return _power_of(np.abs(a), b) * np.abs(op.reference(a, b))


def _power_of_each_grad(op: Op, arrays: list[Array]) -> Array:
    """A power, perhaps of b - 1, which is rounded, and products with b or a logarithm."""
    a, b, _ = arrays
    error = _power_of(np.abs(a), b - 1) + _power_of(np.abs(a), b) + np.abs(np.log(np.abs(a)))
    return (error + FUNCTION + 3) * np.abs(op.reference(*arrays))


def _power_grad(op: ops.PowGrad, arrays: list[Array]) -> Array:
    """A power, and its products with the exponent and the gradient."""
    x, g = arrays
    slope = abs(op.exponent) * (_power(ops.Pow(op.exponent - 1), [x]) + 2 * x ** (op.exponent - 1))
    return slope * np.abs(g)


def _parts(x: Array, dim: int) -> tuple[Array, Array, int]:
    """x - max, log sum exp of it, and the sum's length."""
    shifted = x - x.max(axis=dim, keepdims=True, initial=-np.inf)
    total = np.exp(shifted).sum(axis=dim, keepdims=True)
    return shifted, np.log(total), x.shape[dim]


def _softmax(op: ops.Softmax, arrays: list[Array]) -> Array:
    """The rounding of x - max is absolute in the exponent, so relative in the share."""
    (x,) = arrays
    shifted, _, n = _parts(x, op.dim)
    return (np.abs(shifted) + 2 * FUNCTION + n + 3) * op.reference(x)


def _softmax_grad(op: ops.SoftmaxGrad, arrays: list[Array]) -> Array:
    y, g = arrays
    n = y.shape[op.dim]
    return (n + 4) * np.abs(y) * (np.abs(g) + np.abs(g * y).sum(axis=op.dim, keepdims=True))


def _log_softmax(op: ops.LogSoftmax, arrays: list[Array]) -> Array:
    """A relative error n u of the sum is an absolute one of its logarithm."""
    (x,) = arrays
    shifted, logs, n = _parts(x, op.dim)
    return 2 * np.abs(shifted) + (FUNCTION + 1) * np.abs(logs) + n + FUNCTION + 2


def _log_softmax_grad(op: ops.LogSoftmaxGrad, arrays: list[Array]) -> Array:
    y, g = arrays
    n = y.shape[op.dim]
    total = np.abs(g).sum(axis=op.dim, keepdims=True)
    return 2 * np.abs(g) + (n + FUNCTION + 3) * np.exp(y) * total


def _response_norm(op: ops.LocalResponseNorm, arrays: list[Array]) -> Array:
    (x,) = arrays
    return _power_error(op, x) * np.abs(op.reference(x))


def _power_error(op: Any, x: Array) -> Array:
    """The relative error of s^-beta: that of s and the rounding of beta, and that of the power."""
    s = op.base(x)
    return op.beta * (op.size + 4 + np.abs(np.log(s))) + FUNCTION + 4


def _response_norm_grad(op: ops.LocalResponseNormGrad, arrays: list[Array]) -> Array:
    x, g = arrays
    s = op.base(x)
    error = _power_error(op, x)
    direct = error * np.abs(g) * s**-op.beta
    pulled = np.abs(g * x) * s ** (-op.beta - 1) * (error + op.size + 6)
    return 2 * direct + 2 * abs(op.factor * op.beta) * np.abs(x) * op.seen_from().reference(pulled)


def _weighted(op: ops.Resample | ops.ResampleGrad, arrays: list[Array]) -> Array:
    """Weights may be negative: the magnitude is that of the sum with their absolute values."""
    (x,) = arrays
    grad = isinstance(op, ops.ResampleGrad)
    tables = op.transposed_tables() if grad else op.tables(x.shape[2:])
    absolute = [Weighted(table.taps, np.abs(table.weights)) for table in tables]
    return _length(op, arrays) * weighted_sums(np.abs(x), absolute)


def _mean_of_squares(op: ops.Var, arrays: list[Array]) -> Array:
    """The centre is off by u times itself, each deviation by its own rounding; then the sum."""
    (x,) = arrays
    n = op.count(x.shape)
    mean = np.abs(x.mean(axis=op.axes, keepdims=True))
    size = np.abs(x - x.mean(axis=op.axes, keepdims=True))
    # The reference averages in any order: n u of the mean of |x|.
    off = n * np.abs(x).mean(axis=op.axes, keepdims=True) + mean
    terms = size * size * (n + 4) + 2 * size * off * (1 + n * rounding(x.dtype))
    total = terms.sum(axis=op.axes, keepdims=op.keepdim)
    return np.asarray(total / op.divisor(x.shape))


def _deviation(op: ops.Std, arrays: list[Array]) -> Array:
    """A root halves the relative error, and adds its own rounding."""
    (x,) = arrays
    y = op.reference(x)
    variance = ops.Var(op.axes, op.keepdim, op.correction)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(y > 0, _mean_of_squares(variance, arrays) / (2 * y), 0) + y


def _norm(op: ops.Norm, arrays: list[Array]) -> Array:
    """The sum, and its root; other powers than 1 and 2 are off by more, and the root divides it."""
    y = op.reference(*arrays)
    error: Array | float = _length(op, arrays) + 2
    if op.order not in (0, 1, 2) and math.isfinite(op.order):
        sizes = np.abs(arrays[0])
        powers = sizes**op.order
        off = (_power_of(sizes, op.order) * powers).sum(axis=op.axes, keepdims=op.keepdim)
        total = powers.sum(axis=op.axes, keepdims=op.keepdim)
        error = (off / total + error) / abs(op.order) + _power_of(total, 1 / op.order)
    return np.asarray(error * y)


def _norm_grad(op: ops.NormGrad, arrays: list[Array]) -> Array:
    """A quotient, a power of it, and products."""
    x, y, _ = arrays
    error: Array | float = 3.0
    if op.order not in (1, 2) and math.isfinite(op.order):
        error = abs(op.order - 1) + _power_of(np.abs(x) / y, op.order - 1) + 2
    return np.asarray(error * np.abs(op.reference(*arrays)))


def _log_sum_exp(op: ops.LogSumExp, arrays: list[Array]) -> Array:
    """A relative error of the sum is an absolute one of its logarithm; the shift is added."""
    (x,) = arrays
    shift = x.max(axis=op.axes, keepdims=True)
    shares = np.exp(x - shift)
    # The rounding of x - shift is absolute in the exponent.
    moved = (shares * (np.abs(x - shift) + FUNCTION)).sum(axis=op.axes, keepdims=True)
    total = shares.sum(axis=op.axes, keepdims=True)
    error = moved / total + _length(op, arrays) + (FUNCTION + 1) * np.abs(np.log(total))
    return error.reshape(np.shape(op.reference(x))) + 2 * np.abs(op.reference(x))


def _cumulative(op: ops.CumSum, arrays: list[Array]) -> Array:
    return _length(op, arrays) * np.abs(op.reference(np.abs(arrays[0])))


_BOUNDS: dict[type[Op], Callable[[Any, list[Array]], Array]] = {
    ops.Relu: exactly,
    ops.ReluGrad: exactly,
    ops.MaxPool: exactly,
    ops.MaxPoolPick: exactly,
    ops.MaxPoolGrad: _routed,
    ops.Reshape: exactly,
    ops.Slice: exactly,
    ops.Embed: exactly,
    ops.Concat: exactly,
    ops.Permute: exactly,
    ops.Expand: exactly,
    ops.Stack: exactly,
    ops.Repeat: exactly,
    ops.Flip: exactly,
    ops.Roll: exactly,
    ops.Pad: exactly,
    ops.Unfold: exactly,
    ops.PixelShuffle: exactly,
    ops.PixelUnshuffle: exactly,
    ops.ChannelShuffle: exactly,
    ops.Resample: _weighted,
    ops.ResampleGrad: _weighted,
    ops.AMax: exactly,
    ops.AMin: exactly,
    ops.ArgMax: exactly,
    ops.ArgMin: exactly,
    ops.ArgSort: exactly,
    ops.TopK: exactly,
    ops.ExtremeGrad: rounded_once,
    ops.Gather: exactly,
    ops.IndexSelect: exactly,
    ops.Var: _mean_of_squares,
    ops.Std: _deviation,
    ops.Norm: _norm,
    ops.NormGrad: _norm_grad,
    ops.LogSumExp: _log_sum_exp,
    ops.CumSum: _cumulative,
    ops.Add: rounded_once,
    ops.Sub: rounded_once,
    ops.Mul: rounded_once,
    ops.Div: rounded_once,
    ops.Mean: _mean,
    ops.Scale: rounded_twice,
    ops.Dropout: rounded_twice,
    ops.Exp: _function,
    ops.Sigmoid: _sigmoid,
    ops.Tanh: _function,
    ops.SigmoidGrad: _sigmoid_grad,
    ops.TanhGrad: _tanh_grad,
    ops.Pow: _power,
    ops.PowGrad: _power_grad,
    ops.Sin: _function,
    ops.Cos: _function,
    ops.Round: exactly,
    ops.FloorDivide: exactly,
    ops.Remainder: rounded_once,
    ops.Power: _power_of_each,
    ops.PowerGrad: _power_of_each_grad,
    ops.PowerExponentGrad: _power_of_each_grad,
    ops.Softmax: _softmax,
    ops.SoftmaxGrad: _softmax_grad,
    ops.LogSoftmax: _log_softmax,
    ops.LogSoftmaxGrad: _log_softmax_grad,
    ops.LocalResponseNorm: _response_norm,
    ops.LocalResponseNormGrad: _response_norm_grad,
}


@functools.cache
def _bounds() -> dict[type[Op], Callable[[Any, list[Array]], Array]]:
    """Return the bounds of this file and of all files in ``bounds``."""
    topics = [
        importlib.import_module(m.name) for m in pkgutil.iter_modules(bounds.__path__, "bounds.")
    ]
    return {key: bound for topic in topics for key, bound in topic.BOUNDS.items()} | _BOUNDS


def drawn(sample: Sample, seed: int = 5, dtype: Any = np.float32) -> list[Array]:
    """Return a sample's inputs."""
    return sample.arrays(np.random.default_rng(seed), np.dtype(dtype))
