"""Convolutions along one axis as lines that are cut into tiles, for algorithms that do so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convolens import ops
from convolens.ops import Array
from convolens.spec import TensorSpec

#: From tiles of pixels [N, C, tiles, side] and weights [K, C, taps] to [N, K, tiles, outputs].
Forward = Callable[[Array, Array], Array]
#: From such tiles and those of outputs [N, K, tiles, outputs] to [K, C, taps].
WeightGrad = Callable[[Array, Array], Array]


def kernel_of(op: Any, arrays: list[Array]) -> tuple[int, ...]:
    """Return the sizes of a convolution's kernel, whichever of its operators it is."""
    if isinstance(op, ops.ConvWeightGrad):
        return op.kernel
    return arrays[0 if isinstance(op, ops.ConvInputGrad) else 1].shape[2:]


def error(
    op: Any, arrays: list[Array], side: int, forward: Forward, weight_grad: WeightGrad
) -> Array:
    """Return the error of each output, without its bias, from what tiles of ``side`` pixels give.

    Windows reach along one axis, in steps of the dilation, with stride 1; each pixel along the
    others is of another line.
    """
    makes_weight = isinstance(op, ops.ConvWeightGrad)
    backward = isinstance(op, (ops.ConvInputGrad, ops.ConvTranspose))
    specs = [TensorSpec(each.shape, each.dtype) for each in arrays]
    shape = op.infer(*specs).shape
    kernel = kernel_of(op, arrays)
    axis = int(np.argmax(kernel))
    taps, step = kernel[axis], op.dilation[axis]
    image, other = arrays[:2] if not isinstance(op, ops.ConvInputGrad) else arrays[1::-1]
    before = [pad for pad, _ in op.padding]
    for at, (low, high) in enumerate(op.padding):  # along the others no window reaches further
        if at != axis and backward:
            image = image.take(range(low, low + shape[2 + at]), 2 + at)
        elif at != axis:
            width = [(low, high) if i == 2 + at else (0, 0) for i in range(image.ndim)]
            image = np.pad(image, width)
    first = step * (taps - 1) - before[axis] if backward else before[axis]
    size = other.shape[2 + axis] if makes_weight else shape[2 + axis]
    outputs = side + 1 - taps
    begins = np.arange(-(-size // (outputs * step)))[:, None] * outputs * step + np.arange(step)
    pixels, places = (begins.ravel()[:, None] + step * np.arange(n) for n in (side, outputs))

    found = []
    x = np.split(_lines(image, axis), op.groups, 1)
    if makes_weight:
        upstream = np.split(_lines(other, axis), op.groups, 1)
        for own, g in zip(x, upstream, strict=True):
            found.append(weight_grad(read(own, pixels - first, 2), read(g, places, 2)))
        return np.concatenate(found).reshape(shape)
    for own, weight in zip(x, np.split(other, op.groups, 0), strict=True):
        flat = weight.reshape(*weight.shape[:2], taps)
        if backward:
            flat = flat[:, :, ::-1].swapaxes(0, 1)
        tiles = forward(read(own, pixels - first, 2), flat)
        lines = np.zeros((*tiles.shape[:2], size))
        inside = places < size
        lines[:, :, places[inside]] = tiles[:, :, inside]
        found.append(lines)
    n, channels, *sizes = shape
    del sizes[axis]
    whole = np.concatenate(found, 1).reshape(n, *sizes, channels, size)
    return np.moveaxis(np.moveaxis(whole, -2, 1), -1, 2 + axis)


def _lines(array: Array, axis: int) -> Array:
    """Return [N of all the other axes, C, L] of [N, C, *I]."""
    moved = np.moveaxis(np.moveaxis(array, 2 + axis, -1), 1, -2)
    return moved.reshape(-1, *moved.shape[-2:])


def read(x: Array, places: Array, axis: int) -> Array:
    """Return what lies at the places along an axis, zeros outside."""
    inside = (places >= 0) & (places < x.shape[axis])
    found = np.take(x, np.clip(places, 0, x.shape[axis] - 1), axis)
    return found * inside.reshape(*inside.shape, *(1,) * (x.ndim - 1 - axis))
