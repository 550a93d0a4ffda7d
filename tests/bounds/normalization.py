"""Normalisations: sums of any order, and the few roundings of each element.

The letters: n numbers have a mean and a variance, d = x - mean, f = 1 / sqrt(var + eps). A factor f
is off by 3 u of itself (the sum, half; the root; the quotient; the rounding of eps and of f), d by
u, and a product of them by one more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convolens import ops
from convolens.ops import Array, Op
from convolens.ops._statistics import Statistics

_FACTOR = 3
_DEVIATION = 1
#: d f as a product.
_STANDARD = _FACTOR + _DEVIATION + 1


def _moments(op: Any, arrays: list[Array]) -> Array:
    """The mean is a sum of n. A variance is a sum of squares about a mean that is off itself."""
    (x,) = arrays
    view, axes = x.reshape(op.view_shape(x.shape)), op.view_axes(x.shape)
    n = op.count(x.shape)
    mean, var = op.moments(x)
    off = (n + 1) * np.abs(view).mean(axis=axes, keepdims=True)
    size = np.abs(view - mean).mean(axis=axes, keepdims=True)
    squares = (n + 4) * var + 2 * size * off
    return np.stack([off.reshape(-1), squares.reshape(-1)])


def _scaled(op: Statistics, x: Array, g: Array, parameters: list[Array]) -> Array:
    """|w g| in the view."""
    scaled = np.abs(g).reshape(op.view_shape(x.shape))
    for weight in parameters[:1]:
        scaled = scaled * np.abs(weight).reshape(op.parameter_view(x.shape))
    return scaled


def _normalized(op: Any, arrays: list[Array]) -> Array:
    """d f w + b: two more products at most, and a sum."""
    x, m, *parameters = arrays
    standard, _ = op.standardized(x, m, op.eps)
    y = _scaled(op, x, standard.reshape(x.shape), parameters)
    bound = (_STANDARD + 3) * y
    if parameters:
        bound = bound + np.abs(parameters[1]).reshape(op.parameter_view(x.shape))
    return bound.reshape(x.shape)


def _rectified(op: ops.NormalizeRelu, arrays: list[Array]) -> Array:
    """Cutting off brings numbers no further apart. A sum is rounded once more."""
    bound, y = _normalized(op, arrays[:4]), op.normalize.reference(*arrays[:4])
    for s in arrays[4:]:
        bound = bound + np.abs(y + s)
    return bound


def _channel_sums(op: ops.NormalizeSums, arrays: list[Array]) -> Array:
    x, m, g = arrays
    standard, _ = op.standardized(x, m, op.eps)
    axes = op.summed_axes(x.shape)
    rows = (op.sums(x.shape), x.shape[1])
    n = x.size // (rows[0] * rows[1])
    terms = (n * np.abs(g), (n + _STANDARD + 2) * np.abs(g * standard.reshape(x.shape)))
    return np.concatenate([term.sum(axis=axes).reshape(rows) for term in terms])


def _row_sums(op: ops.LayerNormSums, arrays: list[Array]) -> Array:
    x, m, g = arrays
    standard, _ = op.standardized(x, m, op.eps)
    rows = op.sets(x.shape)
    shape = (rows, op.count(x.shape))
    terms = (rows * np.abs(g), (rows + _STANDARD + 2) * np.abs(g * standard))
    return np.stack([term.reshape(shape).sum(axis=0) for term in terms])


def _from_means(
    op: Any, x: Array, m: Array, scaled: Array, means: list[Array], length: int
) -> Array:
    """f (w g - A - d f B), A and B sums of ``length`` products; each term with its roundings."""
    standard, factor = op.standardized(x, m, op.eps)
    # A product with the weight, a difference of three, f.
    each = _FACTOR + 4
    first, second = means
    bound = each * scaled + (each + length) * first
    bound = bound + (each + length + 2 * _STANDARD) * np.abs(standard) * second
    return (factor * bound).reshape(x.shape)


def _channel_grad(op: ops.NormalizeGrad, arrays: list[Array]) -> Array:
    x, m, s, g, *parameters = arrays
    shape, axes = x.shape, op.view_axes(x.shape)
    sums = np.abs(s).reshape(2, *op._sums_view(shape))
    for weight in parameters:
        sums = sums * np.abs(weight).reshape(op.parameter_view(shape))
    means = [part.sum(axis=axes, keepdims=True) / op.count(shape) for part in sums]
    length = (shape[1] // op.groups if op.groups else 1) + 2
    return _from_means(op, x, m, _scaled(op, x, g, parameters), means, length)


def _row_grad(op: ops.LayerNormGrad, arrays: list[Array]) -> Array:
    x, m, g, *parameters = arrays
    axes = op.view_axes(x.shape)
    scaled = _scaled(op, x, g, parameters)
    standard, _ = op.standardized(x, m, op.eps)
    terms = (scaled, scaled * np.abs(standard))
    means = [term.mean(axis=axes, keepdims=True) for term in terms]
    return _from_means(op, x, m, scaled, means, op.count(x.shape) + _STANDARD + 3)


def _fixed_grad(op: ops.NormalizeFixedGrad, arrays: list[Array]) -> Array:
    """f, and two products."""
    return (_FACTOR + 3) * np.abs(op.reference(*arrays))


BOUNDS: dict[type[Op], Callable[[Any, list[Array]], Array]] = {
    ops.Moments: _moments,
    ops.RowMoments: _moments,
    ops.Normalize: _normalized,
    ops.NormalizeRelu: _rectified,
    ops.LayerNorm: _normalized,
    ops.NormalizeSums: _channel_sums,
    ops.LayerNormSums: _row_sums,
    ops.NormalizeGrad: _channel_grad,
    ops.LayerNormGrad: _row_grad,
    ops.NormalizeFixedGrad: _fixed_grad,
}
