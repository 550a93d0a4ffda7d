"""How far algorithms for stride 1 may be off where they compute the phases of a strided call."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from convolens import ops
from convolens.ops import Array, Op
from convolens.spec import TensorSpec
from lines import kernel_of, read

Pair = tuple[int, int]
_PLAIN = ((1, 1), ((0, 0), (0, 0)), (1, 1))


def error(
    op: Any, arrays: list[Array], bound: Callable[[Op, list[Array], str], Array], name: str
) -> Array:
    """Return the bound of the algorithm ``name``, of the call with stride 1 that computes ``op``.

    A call along one axis is one along the width.
    """
    absolute = [np.abs(each).astype(np.float64) for each in arrays]
    first, second = (each if each.ndim == 4 else each[:, :, None] for each in absolute[:2])
    kernel, stride = _two(kernel_of(op, arrays)), _two(op.stride)
    before = (0, *(pad for pad, _ in op.padding))[-2:]
    sides = [-(-taps // step) for taps, step in zip(kernel, stride, strict=True)]
    shape = op.infer(*(TensorSpec(each.shape, each.dtype) for each in arrays)).shape

    def cells(places: tuple[int, ...]) -> list[int]:
        return [count + side - 1 for count, side in zip(places, sides, strict=True)]

    if isinstance(op, ops.ConvWeightGrad):
        image = _phases(first, before, stride, cells(second.shape[2:]))
        call = ops.ConvWeightGrad(*_PLAIN, kernel=tuple(sides))
        limit = bound(call, [image, second], name)
        return _from_phases(limit, (0, 0), stride, kernel).reshape(shape)
    if isinstance(op, (ops.ConvInputGrad, ops.ConvTranspose)):
        g, weight = (first, second) if isinstance(op, ops.ConvTranspose) else (second, first)
        taps = _phases(weight, (0, 0), stride, sides)
        gradient = ops.ConvInputGrad(*_PLAIN, sizes=tuple(cells(g.shape[2:])))
        limit = bound(gradient, [taps, g], name)
        limit = _from_phases(limit, before, stride, _two(shape[2:])).reshape(shape)
    else:
        image = _phases(first, before, stride, cells(_two(shape[2:])))
        taps = _phases(second, (0, 0), stride, sides)
        limit = bound(ops.Conv(*_PLAIN), [image, taps], name).reshape(shape)
    return limit + (op.reference(*absolute) if len(arrays) == 3 else 0)


def _two(values: tuple[int, ...]) -> Pair:
    first, second = (1, *values)[-2:]
    return first, second


def _phases(x: Array, before: tuple[int, ...], stride: Pair, cells: list[int]) -> Array:
    """Return [N, phases C, *cells]: pixel s j + b of the padded image is cell j of phase b."""
    reads = [s * np.arange(j) - pad for s, j, pad in zip(stride, cells, before, strict=True)]
    parts = [
        read(read(x, reads[0] + top, 2), reads[1] + left, 3)
        for top in range(stride[0])
        for left in range(stride[1])
    ]
    return np.concatenate(parts, axis=1)


def _from_phases(phases: Array, before: tuple[int, ...], stride: Pair, sizes: Pair) -> Array:
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
