"""Channels-last memory: the order in which the elements of an array lie.

An array [N, C, *I] of rank 3 or more lies in the order N, *I, C; one of lower rank in the order of
its axes. An array is dense if it has this order and no gaps.
"""

from __future__ import annotations

from collections.abc import Sequence

from convolens import _native
from convolens.ops import Array
from convolens.spec import TensorSpec


def memory_order(rank: int) -> tuple[int, ...]:
    """Return the axes, the one that runs slowest first.

    Example:
        >>> memory_order(4)
        (0, 2, 3, 1)
    """
    return tuple(range(rank)) if rank < 3 else (0, *range(2, rank), 1)


def axes_in_order(slowest_first: Sequence[int]) -> tuple[int, ...]:
    """Return the axes in the order in which an array that lies so is dense.

    Example:
        >>> axes_in_order((0, 1, 2, 3))  # the order of the indices
        (0, 3, 1, 2)
    """
    axes = [0] * len(slowest_first)
    for place, axis in zip(memory_order(len(slowest_first)), slowest_first, strict=True):
        axes[place] = axis
    return tuple(axes)


def inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    """Return the order that brings axes back: ``array.transpose(order)`` of it is the array.

    Example:
        >>> inverse((0, 2, 3, 1))
        (0, 3, 1, 2)
    """
    back = [0] * len(order)
    for place, axis in enumerate(order):
        back[axis] = place
    return tuple(back)


def dense_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the distance between neighbours along each axis, in elements.

    Example:
        >>> dense_strides((2, 3, 4, 5))
        (60, 1, 15, 3)
    """
    strides, step = [0] * len(shape), 1
    for axis in reversed(memory_order(len(shape))):
        strides[axis] = step
        step *= shape[axis]
    return tuple(strides)


def empty(spec: TensorSpec) -> Array:
    """Return a new dense array whose memory comes from the caching allocator."""
    return _native.empty(spec.shape, spec.dtype)


#: Returns the array itself if it is dense, else a dense copy.
dense = _native.dense
#: Returns whether all arrays of a list are dense.
are_dense = _native.are_dense
#: Returns whether an array is dense.
is_dense = _native.is_dense
