"""How far Winograd's algorithms may be from the sum of products that they replace.

With the matrices A, G, B of F(m x m, r x r), Y = A^T [(G w G^T) * (B^T x B)] A, summed over the
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

import lines
from convolens import ops
from convolens.ops import Array, Op
from convolens.ops._taps import Pair
from convolens.spec import TensorSpec
from lines import kernel_of

#: Besides infinity, for a tile of 4 x 4 to 6 x 6 products. Those of larger tiles lie between the
#: usual 1 and 2, which are less exact.
_POINTS = {
    4: (0, 1, -1),
    5: (0, Fraction(3, 4), Fraction(-3, 4), Fraction(3, 2)),
    6: (0, Fraction(3, 4), Fraction(-3, 4), Fraction(3, 2), Fraction(-3, 2)),
}
#: Those of images; the last letter is m.
_SQUARES = [f"{kind}winograd{m}" for kind in ("", "slices_") for m in (2, 3, 4)]
#: The algorithms that have this bound.
NAMES = [*_SQUARES, "line_winograd"]
#: Pixels of a line's tile.
_LINE = 6


def matrices(outputs: int, taps: int) -> tuple[Array, Array, Array]:
    """Return A^T [m, t], G [t, r] and B^T [t, t] for tiles of t = m + r - 1 inputs."""
    tile = outputs + taps - 1
    points = [Fraction(point) for point in _POINTS[tile]]
    a = [[point**i for point in points] + [Fraction(i == outputs - 1)] for i in range(outputs)]
    g, b = [], []
    for point in points:
        others = [other for other in points if other != point]
        scale = prod((point - other for other in others), start=Fraction(1))
        g.append([point**i / scale for i in range(taps)])
        b.append([*_coefficients(others), Fraction(0)])
    g.append([Fraction(i == taps - 1) for i in range(taps)])
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
    taps = max(kernel_of(op, absolute))
    if name == "line_winograd":
        a, g, b = (np.abs(matrix) for matrix in matrices(_LINE + 1 - taps, taps))
        limit = _of_lines(op, absolute, a, g, b)
    else:
        a, g, b = (np.abs(matrix) for matrix in matrices(int(name[-1]), taps))
        of = _of_slices if absolute[0].ndim == 5 else _of_images
        limit = of(op, absolute, a, g, b)
    return limit + (op.reference(*absolute) if len(arrays) == 3 else 0)


def _of_lines(op: Op, arrays: list[Array], a: Array, g: Array, b: Array) -> Array:
    """The same along one axis, where each matrix is applied once."""
    outputs, tile = a.shape

    def forward(tiles: Array, weight: Array) -> Array:
        roundings = weight.shape[1] + 2 * tile + weight.shape[2] + 2
        products = np.einsum("ncbt,kct->nkbt", tiles @ b.T, weight @ g.T)
        return roundings * products @ a.T

    def weight_grad(tiles: Array, upstream: Array) -> Array:
        roundings = tiles.shape[0] * tiles.shape[2] + 2 * tile + outputs + 2
        return roundings * np.einsum("nkbt,ncbt->kct", upstream @ a, tiles @ b.T) @ g

    return lines.error(op, arrays, tile, forward, weight_grad)


def _gradient_of(op: Any, arrays: list[Array]) -> tuple[Array, Array, tuple[int, ...]]:
    """Return the weight and the upstream gradient of an input gradient, and the image's sizes."""
    if isinstance(op, ops.ConvInputGrad):
        return arrays[0], arrays[1], op.sizes
    specs = (TensorSpec(each.shape, each.dtype) for each in arrays)
    return arrays[1], arrays[0], op.infer(*specs).shape[2:]


def _of_images(op: Any, arrays: list[Array], a: Array, g: Array, b: Array) -> Array:
    if isinstance(op, ops.ConvWeightGrad):
        return _weight_grad(op.padding, arrays[0], arrays[1], a, g, b, op.dilation)
    if isinstance(op, (ops.ConvInputGrad, ops.ConvTranspose)):
        weight, upstream, sizes = _gradient_of(op, arrays)
        return _input_grad(upstream, weight, op.padding, sizes, a, g, b, op.dilation)
    x, weight = arrays[:2]
    before = [each for each, _ in op.padding]
    sizes = op.output_sizes(x.shape[2:], weight.shape[2:])
    return _forward(x, weight, before, sizes, a, g, b, op.dilation)


def _of_slices(op: Any, arrays: list[Array], a: Array, g: Array, b: Array) -> Array:
    """The same along two axes, for the slices that the taps of the depth read, side by side."""
    stride, dilation, (before, _) = op.stride[0], op.dilation[0], op.padding[0]
    padding, spacing = op.padding[1:], op.dilation[1:]
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
            parts.append(_weight_grad(padding, slices, spread, a, g, b, spacing))
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
            slices = np.concatenate(beside, axis=1)
            sizes = output[3:]
            parts.append(_input_grad(slices, weights, padding, sizes, a, g, b, spacing))
        limit = np.stack(parts, axis=2)
    else:
        x, weight = arrays[:2]
        weights = np.concatenate(np.moveaxis(weight, 2, 0), axis=1)
        parts = []
        for p in range(output[2]):
            reads = [p * stride + r * dilation - before for r in range(weight.shape[2])]
            beside = np.concatenate([read(x, place) for place in reads], axis=1)
            first = [each for each, _ in padding]
            parts.append(_forward(beside, weights, first, output[3:], a, g, b, spacing))
        limit = np.stack(parts, axis=2)
    return limit


def _places(size: int, outputs: int, spacing: int) -> Array:
    """Return where the tiles along an axis begin: those of neighbouring places side by side."""
    return np.add.outer(
        np.arange(-(-size // (outputs * spacing))) * outputs * spacing, np.arange(spacing)
    ).ravel()


def _tiles(
    x: Array,
    before: list[int],
    sizes: tuple[int, ...],
    outputs: int,
    tile: int,
    spacing: tuple[int, ...],
) -> Array:
    """Return [N, C, rows, columns, tile, tile]: the pixels of tiles of outputs, zeros outside."""
    rows, columns = (
        _places(size, outputs, apart)[:, None] + apart * np.arange(tile) - pad
        for size, pad, apart in zip(sizes, before, spacing, strict=True)
    )
    return lines.read(lines.read(x, rows, 2), columns, 4).swapaxes(3, 4)


def _forward(
    x: Array,
    weight: Array,
    before: list[int],
    sizes: tuple[int, ...],
    a: Array,
    g: Array,
    b: Array,
    spacing: tuple[int, ...],
) -> Array:
    step, tile = a.shape
    tiles = _tiles(x, before, sizes, step, tile, spacing)
    inputs = _both_axes(b, tiles)
    weights = _both_axes(g, weight)
    products = np.moveaxis(weights, (2, 3), (0, 1))[:, :, None] @ _by_position(inputs)
    outputs = _both_axes(a, np.moveaxis(products, (0, 1), (3, 4)))
    n, (h, w), k = len(x), tiles.shape[2:4], len(weight)
    outputs = outputs.reshape(n, k, h, w, step, step).swapaxes(3, 4)
    roundings = x.shape[1] + 2 * (2 * tile + weight.shape[-1]) + 2
    # Where the outputs of tiles lie, and back.
    order = [
        np.argsort((_places(size, step, apart)[:, None] + apart * np.arange(step)).ravel())[:size]
        for size, apart in zip(sizes, spacing, strict=True)
    ]
    whole = outputs.reshape(n, k, h * step, w * step)
    return roundings * whole[:, :, order[0][:, None], order[1]]


def _input_grad(
    upstream: Array,
    weight: Array,
    padding: tuple[Pair, ...],
    sizes: tuple[int, ...],
    a: Array,
    g: Array,
    b: Array,
    spacing: tuple[int, ...],
) -> Array:
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    reach = weight.shape[-1] - 1
    first = [apart * reach - pad for (pad, _), apart in zip(padding, spacing, strict=True)]
    return _forward(upstream, turned, first, sizes, a, g, b, spacing)


def _weight_grad(
    padding: tuple[Pair, ...],
    x: Array,
    upstream: Array,
    a: Array,
    g: Array,
    b: Array,
    spacing: tuple[int, ...],
) -> Array:
    step, tile = a.shape
    sizes = upstream.shape[2:]
    tiles = _tiles(x, [each for each, _ in padding], sizes, step, tile, spacing)
    inputs = _by_position(_both_axes(b, tiles))
    parts = _by_position(_both_axes(a.T, _tiles(upstream, [0, 0], sizes, step, step, spacing)))
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
