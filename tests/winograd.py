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

from convolens import ops
from convolens.ops import Array, Op
from convolens.ops._taps import Pair
from convolens.spec import TensorSpec

#: Besides infinity, for a tile of 4 x 4 to 6 x 6 products. Those of larger tiles lie between the
#: usual 1 and 2, which are less exact.
_POINTS = {
    4: (0, 1, -1),
    5: (0, Fraction(3, 4), Fraction(-3, 4), Fraction(3, 2)),
    6: (0, Fraction(3, 4), Fraction(-3, 4), Fraction(3, 2), Fraction(-3, 2)),
}
#: The algorithms that have this bound; the last letter is m.
NAMES = {f"{kind}winograd{m}" for kind in ("", "slices_", "phases_", "rows_") for m in (2, 3, 4)}


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
    m = int(name[-1])
    if name.startswith("phases"):
        limit = _of_phases(op, absolute, m)
    elif name.startswith("rows"):
        limit = _of_rows(op, absolute, m)
    else:
        kernel = (
            op.kernel if isinstance(op, ops.ConvWeightGrad) else _weight(op, absolute).shape[2:]
        )
        a, g, b = (np.abs(matrix) for matrix in matrices(m, kernel[-1]))
        of = _of_slices if absolute[0].ndim == 5 else _of_images
        limit = of(op, absolute, a, g, b)
    return limit + (op.reference(*absolute) if len(arrays) == 3 else 0)


def _weight(op: Op, arrays: list[Array]) -> Array:
    return arrays[0] if isinstance(op, ops.ConvInputGrad) else arrays[1]


def _gradient_of(op: Any, arrays: list[Array]) -> tuple[Array, Array, tuple[int, ...]]:
    """Return the weight and the upstream gradient of an input gradient, and the image's sizes."""
    if isinstance(op, ops.ConvInputGrad):
        return arrays[0], arrays[1], op.sizes
    specs = (TensorSpec(each.shape, each.dtype) for each in arrays)
    return arrays[1], arrays[0], op.infer(*specs).shape[2:]


def _of_images(op: Any, arrays: list[Array], a: Array, g: Array, b: Array) -> Array:
    if isinstance(op, ops.ConvWeightGrad):
        return _weight_grad(op.padding, arrays[0], arrays[1], a, g, b)
    if isinstance(op, (ops.ConvInputGrad, ops.ConvTranspose)):
        weight, upstream, sizes = _gradient_of(op, arrays)
        return _input_grad(upstream, weight, op.padding, sizes, a, g, b)
    x, weight = arrays[:2]
    before = [each for each, _ in op.padding]
    return _forward(x, weight, before, op.output_sizes(x.shape[2:], weight.shape[2:]), a, g, b)


_NO_PADDING: tuple[Pair, Pair] = ((0, 0), (0, 0))


def _of_phases(op: Any, arrays: list[Array], m: int) -> Array:
    """The same for the phases of the stride as channels, with every stride-th tap."""
    before = [each for each, _ in op.padding]
    if isinstance(op, ops.ConvWeightGrad):
        x, upstream = arrays
        side = -(-op.kernel[0] // op.stride[0])
        a, g, b = (np.abs(matrix) for matrix in matrices(m, side))
        cells = [places + side - 1 for places in upstream.shape[2:]]
        phases = _phases(x, before, op.stride, cells)
        limit = _weight_grad(_NO_PADDING, phases, upstream, a, g, b)
        return _from_phases(limit, [0, 0], op.stride, op.kernel)
    kernel = _weight(op, arrays).shape[2:]
    side = -(-kernel[0] // op.stride[0])
    a, g, b = (np.abs(matrix) for matrix in matrices(m, side))
    if isinstance(op, (ops.ConvInputGrad, ops.ConvTranspose)):
        weight, upstream, sizes = _gradient_of(op, arrays)
        taps = _phases(weight, [0, 0], op.stride, [side, side])
        cells = [places + side - 1 for places in upstream.shape[2:]]
        limit = _input_grad(upstream, taps, _NO_PADDING, tuple(cells), a, g, b)
        return _from_phases(limit, before, op.stride, sizes)
    x, weight = arrays[:2]
    sizes = op.output_sizes(x.shape[2:], kernel)
    phases = _phases(x, before, op.stride, [places + side - 1 for places in sizes])
    taps = _phases(weight, [0, 0], op.stride, [side, side])
    return _forward(phases, taps, [0, 0], sizes, a, g, b)


def _phases(x: Array, before: list[int], stride: tuple[int, ...], cells: list[int]) -> Array:
    """Return [N, phases C, *cells]: pixel s j + b of the padded image is cell j of phase b."""
    reads = [s * np.arange(j) - pad for s, j, pad in zip(stride, cells, before, strict=True)]
    parts = [
        _read(_read(x, reads[0] + top, 2), reads[1] + left, 3)
        for top in range(stride[0])
        for left in range(stride[1])
    ]
    return np.concatenate(parts, axis=1)


def _from_phases(
    phases: Array, before: list[int], stride: tuple[int, ...], sizes: tuple[int, ...]
) -> Array:
    """The way back; zeros where no phase has a cell."""
    places = [np.arange(size) + pad for size, pad in zip(sizes, before, strict=True)]
    rows, columns = (each // s for each, s in zip(places, stride, strict=True))
    n, channels = phases.shape[:2]
    each = phases.reshape(n, *stride, channels // prod(stride), *phases.shape[2:])
    inside = (rows < phases.shape[2])[:, None] & (columns < phases.shape[3])
    rows, columns = np.minimum(rows, phases.shape[2] - 1), np.minimum(columns, phases.shape[3] - 1)
    tops, lefts = (each % s for each, s in zip(places, stride, strict=True))
    found = each[:, tops[:, None], lefts[None, :], :, rows[:, None], columns[None, :]]
    return np.where(inside, np.moveaxis(found, (0, 1), (2, 3)), 0.0)


def _of_rows(op: Any, arrays: list[Array], m: int) -> Array:
    """The same for lines cut into rows as long as the side of a square of taps."""
    (before, _) = op.padding[-1]
    taps = op.kernel[-1] if isinstance(op, ops.ConvWeightGrad) else 0
    taps = taps or _weight(op, arrays).shape[-1]
    side = next(side for side in range(9) if side * side >= taps)
    a, g, b = (np.abs(matrix) for matrix in matrices(m, side))

    def cut(lines: Array, rows: int, width: int, first: int) -> Array:
        places = side * np.arange(rows)[:, None] + np.arange(width) - first
        return _read(lines, places.ravel(), 2).reshape(*lines.shape[:2], rows, width)

    def square(weight: Array) -> Array:
        flat = weight.reshape(*weight.shape[:2], taps)
        return np.pad(flat, ((0, 0), (0, 0), (0, side * side - taps))).reshape(
            *flat.shape[:2], side, side
        )

    if isinstance(op, ops.ConvWeightGrad):
        x, upstream = (_lines(each) for each in arrays)
        rows = -(-upstream.shape[-1] // side)
        image = cut(x, rows + side - 1, 2 * side - 1, before)
        limit = _weight_grad(_NO_PADDING, image, cut(upstream, rows, side, 0), a, g, b)
        flat = limit.reshape(*limit.shape[:2], -1)[..., :taps]
        return flat.reshape(*limit.shape[:2], *op.kernel)
    if isinstance(op, (ops.ConvInputGrad, ops.ConvTranspose)):
        weight, upstream, sizes = _gradient_of(op, arrays)
        rows = -(-sizes[-1] // side)
        reads = cut(_lines(upstream), rows + side - 1, 2 * side - 1, side * side - 1 - before)
        pad = ((side - 1, side - 1),) * 2
        limit = _input_grad(reads, square(weight), pad, (rows, side), a, g, b)
        shape = (len(upstream), weight.shape[1], *sizes)
    else:
        x, weight = arrays[:2]
        sizes = op.output_sizes(x.shape[2:], weight.shape[2:])
        rows = -(-sizes[-1] // side)
        image = cut(_lines(x), rows + side - 1, 2 * side - 1, before)
        limit = _forward(image, square(weight), [0, 0], (rows, side), a, g, b)
        shape = (len(x), len(weight), *sizes)
    flat = limit.reshape(*limit.shape[:2], -1)[..., : shape[-1]]
    n, channels, *others, length = shape
    return np.moveaxis(flat.reshape(n, *others, channels, length), -2, 1)


def _lines(array: Array) -> Array:
    """Return [N of all but the last axis, C, L]."""
    moved = np.moveaxis(array, 1, -2)
    return moved.reshape(-1, *moved.shape[-2:])


def _read(x: Array, places: Array, axis: int) -> Array:
    """Return what lies at the places along an axis, zeros outside."""
    inside = (places >= 0) & (places < x.shape[axis])
    found = np.take(x, np.clip(places, 0, x.shape[axis] - 1), axis)
    return found * inside.reshape(-1, *(1,) * (x.ndim - 1 - axis))


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
    return limit


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
    roundings = x.shape[1] + 2 * (2 * tile + weight.shape[-1]) + 2
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
    return _forward(
        upstream, turned, [weight.shape[-1] - 1 - before for before, _ in padding], sizes, a, g, b
    )


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
