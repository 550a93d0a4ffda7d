"""Kernels that compute each number from those at its place, in whatever order these lie."""

from __future__ import annotations

from collections.abc import Callable

from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import are_dense, axes_in_order, dense, empty, inverse, is_dense
from convolens.ops import Array, Op
from convolens.spec import TensorSpec

Order = tuple[int, ...]


def dense_order(array: Array) -> Order | None:
    """Return the order of axes in which an array is dense; None if it has gaps or repeats.

    Example:
        >>> import numpy as np
        >>> rows = np.zeros((2, 3, 4), np.float32)
        >>> dense_order(rows), dense_order(rows[:, :2])
        ((0, 2, 1), None)
    """
    slowest_first = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    order = axes_in_order(slowest_first)
    return order if is_dense(array.transpose(order)) else None


def in_one_order(kernel: Callable[..., None], arrays: list[Array], output: TensorSpec) -> Array:
    """Compute a kernel on arrays of one shape; the result lies as the first does that is gapless.

    The kernel takes dense arrays. Where an array is dense in another order of its axes, it is given
    with its axes in that order, and so are the others.
    """
    if any(map(is_dense, arrays)):
        order = None
    else:
        order = next(filter(None, map(dense_order, arrays)), None)
    if order is None:
        y = empty(output)
        kernel(*map(dense, arrays), y)
        return y
    y = empty(TensorSpec(tuple(output.shape[axis] for axis in order), output.dtype))
    kernel(*(dense(array.transpose(order)) for array in arrays), y)
    return y.transpose(inverse(order))


def into_new(kernel: Callable[..., None]) -> Callable[[Op, Specs, TensorSpec], Run]:
    """Return how to prepare a kernel that takes inputs of one shape, and then the output."""

    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        if len(specs) == 1:

            def run_one(x: Array) -> Array:
                if not is_dense(x):
                    return in_one_order(kernel, [x], output)
                y = empty(output)
                kernel(x, y)
                return y

            return run_one

        def run(*arrays: Array) -> Array:
            if not are_dense(list(arrays)):
                return in_one_order(kernel, list(arrays), output)
            y = empty(output)
            kernel(*arrays, y)
            return y

        return run

    return prepare


def pointwise(kernel: Callable[..., None]) -> Candidate:
    """Return the candidate for a kernel whose only condition is float32."""
    return Candidate("native", refuse_all_but_float32, estimate, into_new(kernel), any_order=True)
