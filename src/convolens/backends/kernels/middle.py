"""Arrays as the kernels of reductions see them: [outer, length, inner], in the order of memory."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

import numpy as np

from convolens import _native
from convolens.backends.layout import empty, memory_order
from convolens.ops import Array
from convolens.spec import TensorSpec, float32

Axes = tuple[int, ...]


class Middle(NamedTuple):
    """The sizes of an array whose middle axis is reduced."""

    outer: int
    length: int
    inner: int


def _runs(x: TensorSpec, axes: Axes) -> list[tuple[bool, int]]:
    """Return (is reduced, elements) of each run of axes that lie side by side in memory."""
    runs: list[tuple[bool, int]] = []
    for axis in memory_order(x.rank):
        is_reduced, extent = axis in axes, x.shape[axis]
        if extent == 1:
            continue
        if runs and runs[-1][0] == is_reduced:
            runs[-1] = (is_reduced, runs[-1][1] * extent)
        else:
            runs.append((is_reduced, extent))
    return runs


def passes(x: TensorSpec, axes: Axes) -> list[Middle]:
    """Return the reductions that make one over ``axes``, the innermost first.

    Example:
        >>> passes(TensorSpec((8, 64, 56, 56)), (0, 1))
        [Middle(outer=25088, length=64, inner=1), Middle(outer=1, length=8, inner=3136)]
    """
    runs = _runs(x, axes)
    found: list[Middle] = []
    for place in reversed(range(len(runs))):
        is_reduced, length = runs[place]
        if is_reduced:
            outer = prod(extent for _, extent in runs[:place])
            inner = prod(extent for kept, extent in runs[place + 1 :] if not kept)
            found.append(Middle(outer, length, inner))
    return found or [Middle(1, 1, prod(extent for _, extent in runs))]


def middle(x: TensorSpec, axes: Axes) -> Middle | None:
    """Return how ``axes`` lie in the memory of x, or None if they are not neighbours there.

    Example:
        >>> middle(TensorSpec((8, 64, 56, 56)), (2, 3))
        Middle(outer=8, length=3136, inner=64)
        >>> middle(TensorSpec((8, 64, 56, 56)), (0, 1))
    """
    found = passes(x, axes)
    return found[0] if len(found) == 1 else None


def landing(x: TensorSpec, axes: Axes, output: TensorSpec) -> Callable[..., Array]:
    """Return how to make the output from what a kernel writes in the order of x's memory.

    It takes the kernel, its input, and what the kernel takes behind the array that it writes.

    Axes that are removed may leave the others in another order than that of the output's memory;
    then the results are moved.
    """
    kept = [axis for axis in memory_order(x.rank) if axis not in axes]
    names = [axis for axis in range(x.rank) if axis not in axes]
    wanted = [names[i] for i in memory_order(len(names))]
    if output.rank == x.rank or _wide(x, kept) == _wide(x, wanted):

        def straight(kernel: Callable[..., None], array: Array, *sizes: Any) -> Array:
            y = empty(output)
            kernel(array, y, *sizes)
            return y

        return straight
    flat = TensorSpec((output.size,), output.dtype)
    shape = tuple(x.shape[axis] for axis in kept)
    order = tuple(kept.index(axis) for axis in names)
    move = _native.move if output.dtype == float32 else _copy

    def turned(kernel: Callable[..., None], array: Array, *sizes: Any) -> Array:
        results, y = empty(flat), empty(output)
        kernel(array, results, *sizes)
        move(results.reshape(shape).transpose(order), y)
        return y

    return turned


def _wide(x: TensorSpec, axes: list[int]) -> list[int]:
    return [axis for axis in axes if x.shape[axis] != 1]


def _copy(source: Array, target: Array) -> None:
    np.copyto(target, source)
