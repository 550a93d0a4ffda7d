"""How far Fourier transforms may be from the sum of products that they replace.

A transform of N numbers of length |x| is off by at most a few units u times log2 N |x| in length,
and so are products of transforms (Higham, "Accuracy and Stability of Numerical Algorithms", 2002,
theorem 24.2). By Parseval's theorem each output of a tile is then off by at most a number of
roundings times the length of the tile's pixels times that of the kernel, summed over channels.
"""

from __future__ import annotations

import dataclasses
from itertools import product
from math import prod
from typing import Any

import numpy as np

import lines
from convolens import ops
from convolens.ops import Array, Op
from convolens.spec import TensorSpec

_SIDE = 16
#: Sides of a line's tile: of short kernels, and of those of more taps.
_SHORT, _LONG, _SHORT_TAPS = 16, 32, 8
#: Three transforms of eight steps, each of which rounds seven times in length, or of up to five
#: along a line; and Gauss's three products of sums, which are up to three times as large as what
#: they add up to.
_TRANSFORMS, _LINE_TRANSFORMS, _PRODUCTS = 3 * 8 * 7, 3 * 5 * 7, 3


def error(op: Any, arrays: list[Array], name: str) -> Array:
    """Return the largest error of each output of a convolution or its gradients, in units u."""
    absolute = [np.abs(each).astype(np.float64) for each in arrays]
    kernel = lines.kernel_of(op, absolute)
    bias = op.reference(*absolute) if len(arrays) == 3 else 0
    if prod(kernel) == max(kernel):
        side = _SHORT if max(kernel) <= _SHORT_TAPS else _LONG
        return bias + lines.error(op, absolute, side, _of_line, _weights_of_line)
    if absolute[0].ndim == 5:
        return _of_slices(op, absolute, name)
    first, second = absolute[:2]
    # Weights have their outputs first, images and gradients their channels second.
    axes = (1, 1) if isinstance(op, ops.ConvWeightGrad) else (1, 0)
    axes = (0, 1) if isinstance(op, ops.ConvInputGrad) else axes
    groups = zip(
        np.split(first, op.groups, axes[0]), np.split(second, op.groups, axes[1]), strict=True
    )
    axis = 0 if isinstance(op, ops.ConvWeightGrad) else 1
    limit = np.concatenate([_of_group(op, list(group)) for group in groups], axis)
    return limit.reshape(_shape(op, arrays)) + bias


def _of_line(tiles: Array, weight: Array) -> Array:
    """The same for a line's tiles [N, C, tiles, side] and weights [K, C, taps]."""
    channels, side, taps = tiles.shape[1], tiles.shape[3], weight.shape[2]
    of_tiles = np.einsum("ncb,kc->nkb", _length(tiles), _length(weight))
    limit = (_PRODUCTS * channels + _LINE_TRANSFORMS) * of_tiles
    return limit[..., None].repeat(side + 1 - taps, -1)


def _weights_of_line(tiles: Array, upstream: Array) -> Array:
    """The same for the weights, from such tiles and upstream ones [N, K, tiles, outputs]."""
    sums = np.einsum("nkb,ncb->kc", _length(upstream), _length(tiles))
    limit = (_PRODUCTS * tiles.shape[0] * tiles.shape[2] + _LINE_TRANSFORMS) * sums
    return limit[..., None].repeat(tiles.shape[3] + 1 - upstream.shape[3], -1)


def _length(vectors: Array) -> Array:
    return np.sqrt((vectors**2).sum(-1))


def _of_slices(op: Any, arrays: list[Array], name: str) -> Array:
    """The same along three axes, of kernels with one tap along the depth: slices are images."""
    fields = {each.name: getattr(op, each.name) for each in dataclasses.fields(op)}
    flat = {
        each: value[1:] if isinstance(value, tuple) else value for each, value in fields.items()
    }
    weight = 0 if isinstance(op, ops.ConvInputGrad) else 1
    makes_weight = isinstance(op, ops.ConvWeightGrad)

    def along_two(array: Array, place: int) -> Array:
        if array.ndim < 5:
            return array
        if place == weight and not makes_weight:
            return array[:, :, 0]
        n, c, d, h, w = array.shape
        return array.swapaxes(1, 2).reshape(n * d, c, h, w)

    found = error(type(op)(**flat), [along_two(each, i) for i, each in enumerate(arrays)], name)
    shape = _shape(op, arrays)
    if makes_weight:
        return found.reshape(shape)
    n, c, d, h, w = shape
    return found.reshape(n, d, c, h, w).swapaxes(1, 2)


def _shape(op: Op, arrays: list[Array]) -> tuple[int, ...]:
    return op.infer(*(TensorSpec(each.shape, each.dtype) for each in arrays)).shape


def _of_group(op: Any, arrays: list[Array]) -> Array:
    before = tuple(pad for pad, _ in op.padding)
    if isinstance(op, ops.ConvWeightGrad):
        x, upstream = arrays
        lengths = _lengths(upstream, (0, 0), op.kernel, upstream.shape[2:], inside=True)
        pixels = _lengths(x, before, op.kernel, upstream.shape[2:])
        tiles = len(x) * pixels.shape[2] * pixels.shape[3]
        sums = np.einsum("nkij,ncij->kc", lengths, pixels)
        limit = np.broadcast_to(sums[:, :, None, None], (*sums.shape, *op.kernel))
        return (_PRODUCTS * tiles + _TRANSFORMS) * limit
    if isinstance(op, (ops.ConvInputGrad, ops.ConvTranspose)):
        transposed = isinstance(op, ops.ConvTranspose)
        image, weight = arrays if transposed else arrays[::-1]
        kernel = weight.shape[2:]
        sizes = _sizes(op, image, kernel)
        before = tuple(taps - 1 - pad for taps, pad in zip(kernel, before, strict=True))
        weight = weight.swapaxes(0, 1)
    else:
        image, weight = arrays
        kernel = weight.shape[2:]
        sizes = tuple(
            size + sum(pad) - taps + 1
            for size, pad, taps in zip(image.shape[2:], op.padding, kernel, strict=True)
        )
    pixels = _lengths(image, before, kernel, sizes)
    of_tiles = np.einsum("ncij,kc->nkij", pixels, np.sqrt((weight**2).sum((2, 3))))
    for axis, taps in enumerate(kernel, 2):
        of_tiles = of_tiles.repeat(_SIDE + 1 - taps, axis)
    return (_PRODUCTS * image.shape[1] + _TRANSFORMS) * of_tiles[:, :, : sizes[0], : sizes[1]]


def _sizes(op: Any, image: Array, kernel: tuple[int, ...]) -> tuple[int, ...]:
    """Return the sizes of what a transposed convolution, or an input gradient, computes."""
    if isinstance(op, ops.ConvInputGrad):
        return tuple(op.sizes)
    return tuple(
        size + taps - 1 - sum(pad) + extra
        for size, taps, pad, extra in zip(
            image.shape[2:], kernel, op.padding, op.output_padding, strict=True
        )
    )


def _lengths(
    x: Array,
    before: tuple[int, ...],
    kernel: tuple[int, ...],
    sizes: tuple[int, ...],
    inside: bool = False,
) -> Array:
    """Return [N, C, rows, columns]: the lengths of tiles of pixels, or of their outputs alone."""
    steps = [_SIDE + 1 - taps for taps in kernel]
    counts = [-(-size // step) for size, step in zip(sizes, steps, strict=True)]
    sides = steps if inside else [_SIDE, _SIDE]
    lengths = np.zeros((*x.shape[:2], *counts))
    for tile in product(*map(range, counts)):
        part = x
        for axis, (at, step, pad, side) in enumerate(
            zip(tile, steps, before, sides, strict=True), 2
        ):
            first = at * step - pad
            within = slice(max(0, first), max(0, first + side))
            part = part[(slice(None),) * axis + (within,)]
        lengths[(slice(None), slice(None), *tile)] = np.sqrt((part**2).sum((2, 3)))
    return lengths
