"""Arrays as the kernels of reductions see them: [outer, length, inner], in the order of memory."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NamedTuple

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
    return found or [Middle(prod(extent for _, extent in runs), 1, 1)]


def middle(x: TensorSpec, axes: Axes) -> Middle | None:
    """Return how ``axes`` lie in the memory of x, or None if they are not neighbours there.

    Example:
        >>> middle(TensorSpec((8, 64, 56, 56)), (2, 3))
        Middle(outer=8, length=3136, inner=64)
        >>> middle(TensorSpec((8, 64, 56, 56)), (0, 1))
    """
    found = passes(x, axes)
    return found[0] if len(found) == 1 else None


def _orders(x: TensorSpec, axes: Axes) -> tuple[list[int], list[int], list[int]]:
    """Return the axes that are kept, as they lie in x, by number, and as they lie without x."""
    kept = [axis for axis in memory_order(x.rank) if axis not in axes]
    names = [axis for axis in range(x.rank) if axis not in axes]
    return kept, names, [names[i] for i in memory_order(len(names))]


def lies_alike(x: TensorSpec, axes: Axes, output: TensorSpec) -> bool:
    """Return whether what is kept of x lies in the order of the output's memory.

    Axes that are removed may leave the others in another one.
    """
    kept, _, wanted = _orders(x, axes)
    return output.rank == x.rank or _wide(x, kept) == _wide(x, wanted)


def landing(
    x: TensorSpec, axes: Axes, output: TensorSpec
) -> Callable[[Callable[[Array], None]], Array]:
    """Return how to make the output from what a kernel writes in the order of x's memory.

    Where the results lie in another order than the output's memory, they are moved.
    """
    kept, names, _ = _orders(x, axes)
    if lies_alike(x, axes, output):

        def straight(write: Callable[[Array], None]) -> Array:
            y = empty(output)
            write(y)
            return y

        return straight
    flat = TensorSpec((output.size,), output.dtype)
    shape = tuple(x.shape[axis] for axis in kept)
    order = tuple(kept.index(axis) for axis in names)
    move = _native.move if output.dtype == float32 else _copy

    def turned(write: Callable[[Array], None]) -> Array:
        results, y = empty(flat), empty(output)
        write(results)
        move(results.reshape(shape).transpose(order), y)
        return y

    return turned


def _wide(x: TensorSpec, axes: list[int]) -> list[int]:
    return [axis for axis in axes if x.shape[axis] != 1]


def _copy(source: Array, target: Array) -> None:
    np.copyto(target, source)
