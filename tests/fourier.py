"""How far Fourier transforms may be from the sum of products that they replace.

A transform of N numbers of length |x| is off by at most a few units u times log2 N |x| in length,
and so are products of transforms (Higham, "Accuracy and Stability of Numerical Algorithms", 2002,
theorem 24.2). By Parseval's theorem each output of a tile is then off by at most a number of
roundings times the length of the tile's pixels times that of the kernel, summed over channels.
"""

from __future__ import annotations

import dataclasses
from itertools import product
from typing import Any

import numpy as np

from convolens import ops
from convolens.ops import Array, Op
from convolens.spec import TensorSpec

_SIDE = 16
#: Three transforms of eight steps, each of which rounds seven times in length; and Gauss's three
#: products of sums, which are up to three times as large as what they add up to.
_TRANSFORMS, _PRODUCTS = 3 * 8 * 7, 3


def error(op: Any, arrays: list[Array], name: str) -> Array:
    """Return the largest error of each output of a convolution or its gradients, in units u."""
    absolute = [np.abs(each).astype(np.float64) for each in arrays]
    if absolute[0].ndim == 5:
        return _along_three(op, absolute, name)
    first, second = (_image(each) for each in absolute[:2])
    # Weights have their outputs first, images and gradients their channels second.
    axes = (1, 1) if isinstance(op, ops.ConvWeightGrad) else (1, 0)
    axes = (0, 1) if isinstance(op, ops.ConvInputGrad) else axes
    groups = zip(
        np.split(first, op.groups, axes[0]), np.split(second, op.groups, axes[1]), strict=True
    )
    axis = 0 if isinstance(op, ops.ConvWeightGrad) else 1
    limit = np.concatenate([_of_group(op, list(group)) for group in groups], axis)
    return limit.reshape(_shape(op, arrays)) + (op.reference(*absolute) if len(arrays) == 3 else 0)


def _along_three(op: Any, arrays: list[Array], name: str) -> Array:
    """Return the same along three axes, of kernels that have one tap along the depth, or along the
    two others: then the slices are images, or each is one row of pixels.
    """
    transposed = isinstance(op, ops.ConvInputGrad)
    makes_weight = isinstance(op, ops.ConvWeightGrad)
    kernel = op.kernel if makes_weight else arrays[0 if transposed else 1].shape[2:]
    slices = kernel[0] == 1
    kept = slice(1, 3) if slices else slice(0, 2)
    fields = {each.name: getattr(op, each.name) for each in dataclasses.fields(op)}
    flat = {
        each: value[kept] if isinstance(value, tuple) else value for each, value in fields.items()
    }
    if transposed and not slices:
        flat["sizes"] = (op.sizes[0], op.sizes[1] * op.sizes[2])

    def along_two(array: Array, place: int) -> Array:
        if array.ndim < 5:
            return array
        n, c, d, h, w = array.shape
        if not makes_weight and place == (0 if transposed else 1):
            return array.reshape(n, c, *kernel[kept])
        return (
            array.swapaxes(1, 2).reshape(n * d, c, h, w)
            if slices
            else array.reshape(n, c, d, h * w)
        )

    found = error(type(op)(**flat), [along_two(each, i) for i, each in enumerate(arrays)], name)
    shape = _shape(op, arrays)
    if makes_weight or not slices:
        return found.reshape(shape)
    n, c, d, h, w = shape
    return found.reshape(n, d, c, h, w).swapaxes(1, 2)


def _shape(op: Op, arrays: list[Array]) -> tuple[int, ...]:
    return op.infer(*(TensorSpec(each.shape, each.dtype) for each in arrays)).shape


def _image(array: Array) -> Array:
    """Return [N, C, H, W], with one row for an array along one axis."""
    return array if array.ndim == 4 else array[:, :, None]


def _two(values: tuple[Any, ...], missing: Any) -> tuple[Any, Any]:
    first, second = (missing, *values) if len(values) == 1 else values
    return first, second


def _of_group(op: Any, arrays: list[Array]) -> Array:
    before = tuple(pair[0] for pair in _two(op.padding, (0, 0)))
    if isinstance(op, ops.ConvWeightGrad):
        kernel = _two(op.kernel, 1)
        x, upstream = arrays
        lengths = _lengths(upstream, (0, 0), kernel, upstream.shape[2:], inside=True)
        pixels = _lengths(x, before, kernel, upstream.shape[2:])
        tiles = len(x) * pixels.shape[2] * pixels.shape[3]
        sums = np.einsum("nkij,ncij->kc", lengths, pixels)
        limit = np.broadcast_to(sums[:, :, None, None], (*sums.shape, *kernel))
        return (_PRODUCTS * tiles + _TRANSFORMS) * limit
    if isinstance(op, (ops.ConvInputGrad, ops.ConvTranspose)):
        transposed = isinstance(op, ops.ConvTranspose)
        image, weight = arrays if transposed else arrays[::-1]
        kernel = weight.shape[2:]
        sizes = _two(_sizes(op, image, kernel), 1)
        before = tuple(taps - 1 - pad for taps, pad in zip(kernel, before, strict=True))
        weight = weight.swapaxes(0, 1)
    else:
        image, weight = arrays
        kernel = weight.shape[2:]
        padding = _two(op.padding, (0, 0))
        sizes = tuple(
            size + sum(pad) - taps + 1
            for size, pad, taps in zip(image.shape[2:], padding, kernel, strict=True)
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
    axes = len(op.padding)
    return tuple(
        size + taps - 1 - sum(pad) + extra
        for size, taps, pad, extra in zip(
            image.shape[-axes:], kernel[-axes:], op.padding, op.output_padding, strict=True
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
