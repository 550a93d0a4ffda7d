"""How far Winograd's algorithm may be from the sum of products that it replaces.

With the matrices A, G, B of F(m x m, 3 x 3), Y = A^T [(G w G^T) * (B^T x B)] A, summed over the
channels before the last step. As for any sum of products, each number is off by at most n u times
the same formula on the absolute values of all its matrices, n being the roundings on the way
(Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep
Neural Networks", 2020, theorem 5). The matrices are built here from the points, by Toom and Cook's
construction, and not as the kernels have them.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from convolens import ops
from convolens.ops import Array, Op
from convolens.ops._taps import Pair
from convolens.spec import TensorSpec

_TAPS = 3
#: Besides infinity. Those of the larger tile lie between the usual 1 and 2, which are less exact.
POINTS = {
    "winograd2": (0, 1, -1),
    "winograd4": (0, Fraction(3, 4), Fraction(-3, 4), Fraction(3, 2), Fraction(-3, 2)),
}


POINTS |= {f"slices_{name}": points for name, points in POINTS.items()}


def matrices(name: str) -> tuple[Array, Array, Array]:
    """Return A^T [m, t], G [t, 3] and B^T [t, t] for tiles of t = m + 2 inputs."""
    points = [Fraction(point) for point in POINTS[name]]
    tile = len(points) + 1
    outputs = tile - _TAPS + 1
    a = [[point**i for point in points] + [Fraction(i == outputs - 1)] for i in range(outputs)]
    g, b = [], []
    for point in points:
        others = [other for other in points if other != point]
        scale = prod((point - other for other in others), start=Fraction(1))
        g.append([point**i / scale for i in range(_TAPS)])
        b.append([*_coefficients(others), Fraction(0)])
    g.append([Fraction(i == _TAPS - 1) for i in range(_TAPS)])
    b.append(_coefficients(points))
    return tuple(np.array(rows, np.float64) for rows in (a, g, b))  # type: ignore[return-value]


def _coefficients(roots: list[Fraction]) -> list[Fraction]:
    """Return the coefficients of the product of x - root, the constant first."""
    result = [Fraction(1)]
    for root in roots:
        shifted, same = [Fraction(0), *result], [*result, Fraction(0)]
        result = [low - root * high for low, high in zip(shifted, same, strict=True)]
    return result


def error(op: Op, arrays: list[Array], name: str) -> Array:
    """Return the largest error of each output of a convolution or its gradients, in units u."""
    absolute = [np.abs(each).astype(np.float64) for each in arrays]
    a, g, b = (np.abs(matrix) for matrix in matrices(name))
    if absolute[0].ndim == 5:
        return _of_slices(op, absolute, a, g, b)
    if isinstance(op, ops.ConvWeightGrad):
        return _weight_grad(op.padding, absolute[0], absolute[1], a, g, b)
    if isinstance(op, ops.ConvInputGrad):
        weight, upstream = absolute
        return _input_grad(upstream, weight, op.padding, op.sizes, a, g, b)
    x, weight, *bias = absolute
    if isinstance(op, ops.ConvTranspose):
        sizes = op.infer(*(TensorSpec(each.shape, each.dtype) for each in absolute)).shape[2:]
        limit = _input_grad(x, weight, op.padding, sizes, a, g, b)
        return limit + (op.reference(*absolute) if bias else 0)
    before = [each for each, _ in op.padding]  # type: ignore[attr-defined]
    sizes = op.output_sizes(x.shape[2:], (3, 3))  # type: ignore[attr-defined]
    limit = _forward(x, weight, before, sizes, a, g, b)
    return limit + (op.reference(*absolute) if bias else 0)


def _of_slices(op: Any, arrays: list[Array], a: Array, g: Array, b: Array) -> Array:
    """The same along two axes, for the slices that the taps of the depth read, side by side."""
    stride, dilation, (before, _) = op.stride[0], op.dilation[0], op.padding[0]
    padding = op.padding[1:]
    specs = [TensorSpec(each.shape, each.dtype) for each in arrays]
    output = op.infer(*specs).shape

    def read(x: Array, place: int) -> Array:
        return x[:, :, place] if 0 <= place < x.shape[2] else np.zeros_like(x[:, :, 0])

    if isinstance(op, ops.ConvWeightGrad):
        x, upstream = arrays
        spread = np.concatenate(np.moveaxis(upstream, 2, 0))
        parts = []
        for r in range(output[2]):
            reads = [p * stride + r * dilation - before for p in range(upstream.shape[2])]
            slices = np.concatenate([read(x, place) for place in reads])
            parts.append(_weight_grad(padding, slices, spread, a, g, b))
        return np.stack(parts, axis=2)
    if isinstance(op, (ops.ConvInputGrad, ops.ConvTranspose)):
        image, weight = arrays[:2] if isinstance(op, ops.ConvTranspose) else arrays[1::-1]
        parts = []
        for d in range(output[2]):
            taps = [r for r in range(weight.shape[2]) if (d + before - r * dilation) % stride == 0]
            if not taps:
                parts.append(np.zeros((*output[:2], *output[3:])))
                continue
            beside = [read(image, (d + before - r * dilation) // stride) for r in taps]
            weights = np.concatenate([weight[:, :, r] for r in taps])
            parts.append(
                _input_grad(np.concatenate(beside, axis=1), weights, padding, output[3:], a, g, b)
            )
        limit = np.stack(parts, axis=2)
    else:
        x, weight = arrays[:2]
        weights = np.concatenate(np.moveaxis(weight, 2, 0), axis=1)
        parts = []
        for p in range(output[2]):
            reads = [p * stride + r * dilation - before for r in range(weight.shape[2])]
            beside = np.concatenate([read(x, place) for place in reads], axis=1)
            first = [each for each, _ in padding]
            parts.append(_forward(beside, weights, first, output[3:], a, g, b))
        limit = np.stack(parts, axis=2)
    return limit + (op.reference(*arrays) if len(arrays) == 3 else 0)


def _tiles(x: Array, before: list[int], sizes: tuple[int, ...], step: int, tile: int) -> Array:
    """Return [N, C, rows, columns, tile, tile]: the tiles ``step`` apart, zeros outside."""
    counts = [-(-size // step) for size in sizes]
    room = [max(0, each) for each in before]
    padded = np.pad(x, ((0, 0), (0, 0), *((each, 2 * tile + step) for each in room)))
    reads = [
        each - pad + step * np.arange(count)[:, None] + np.arange(tile)
        for each, pad, count in zip(room, before, counts, strict=True)
    ]
    rows, columns = (np.minimum(each, padded.shape[2 + i] - 1) for i, each in enumerate(reads))
    return padded[:, :, rows[:, None, :, None], columns[None, :, None, :]]


def _forward(
    x: Array,
    weight: Array,
    before: list[int],
    sizes: tuple[int, ...],
    a: Array,
    g: Array,
    b: Array,
) -> Array:
    step, tile = a.shape
    tiles = _tiles(x, before, sizes, step, tile)
    inputs = _both_axes(b, tiles)
    weights = _both_axes(g, weight)
    products = np.moveaxis(weights, (2, 3), (0, 1))[:, :, None] @ _by_position(inputs)
    outputs = _both_axes(a, np.moveaxis(products, (0, 1), (3, 4)))
    n, (h, w), k = len(x), tiles.shape[2:4], len(weight)
    outputs = outputs.reshape(n, k, h, w, step, step).swapaxes(3, 4)
    roundings = x.shape[1] + 2 * (2 * tile + _TAPS) + 2
    whole = outputs.reshape(n, k, h * step, w * step)
    return roundings * whole[:, :, : sizes[0], : sizes[1]]


def _input_grad(
    upstream: Array,
    weight: Array,
    padding: tuple[Pair, ...],
    sizes: tuple[int, ...],
    a: Array,
    g: Array,
    b: Array,
) -> Array:
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    return _forward(upstream, turned, [2 - before for before, _ in padding], sizes, a, g, b)


def _weight_grad(
    padding: tuple[Pair, ...], x: Array, upstream: Array, a: Array, g: Array, b: Array
) -> Array:
    step, tile = a.shape
    sizes = upstream.shape[2:]
    tiles = _tiles(x, [each for each, _ in padding], sizes, step, tile)
    inputs = _by_position(_both_axes(b, tiles))
    parts = _by_position(_both_axes(a.T, _tiles(upstream, [0, 0], sizes, step, step)))
    products = (parts @ inputs.swapaxes(-1, -2)).sum(axis=2)
    roundings = x.shape[0] * prod(tiles.shape[2:4]) + 2 * (2 * tile + step) + 2
    return roundings * _both_axes(g.T, np.moveaxis(products, (0, 1), (2, 3)))


def _both_axes(matrix: Array, tiles: Array) -> Array:
    """Return M t M^T for each tile t, which the last two axes hold."""
    rows = np.tensordot(tiles, matrix, (-1, 1))
    result: Array = np.tensordot(rows, matrix, (-2, 1)).swapaxes(-1, -2)
    return result


def _by_position(tiles: Array) -> Array:
    """Return [t, t, N, C, rows * columns] for tiles [N, C, rows, columns, t, t]."""
    n, c = tiles.shape[:2]
    moved = np.moveaxis(tiles, (4, 5), (0, 1))
    return np.ascontiguousarray(moved).reshape(*moved.shape[:2], n, c, -1)
