"""Kernels along one axis, wherever it lies in memory: softmax and its kin, cumulative sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, into_new, refuse_all_but_float32
from convolens.backends.kernels.reduce import sized
from convolens.backends.layout import dense, empty, memory_order
from convolens.ops import Array, CumSum, Op
from convolens.ops._axis import AlongAxis
from convolens.spec import TensorSpec


def _along(rows: Callable[..., None], across: Callable[..., None]) -> Candidate:
    """Return the candidate for a kernel of rows of memory, and one across the rows."""

    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        dim, order = cast(AlongAxis, op).dim, memory_order(output.rank)
        size = sized(output, (dim,))
        if dim == order[-1]:
            return into_new(rows)(op, specs, output)

        def run(*arrays: Array) -> Array:
            y = empty(output)
            across(*map(dense, arrays), y, *size)
            return y

        def run_rows(*arrays: Array) -> Array:
            y = empty(output)
            # All axes within have one number: the rows lie one behind the other.
            matrices = (
                array.transpose(order).reshape(-1, size.length)
                for array in (*map(dense, arrays), y)
            )
            rows(*matrices)
            return y

        return run if size.inner > 1 else run_rows

    return Candidate("native", refuse_all_but_float32, estimate, prepare)


def _prepare_cumulative(op: Op, specs: Specs, output: TensorSpec) -> Run:
    reverse = cast(CumSum, op).reverse
    size = sized(output, (cast(CumSum, op).dim,))

    def run(x: Array) -> Array:
        y = empty(output)
        _native.cumulative_sum(dense(x), y, *size, reverse)
        return y

    return run


SOFTMAX = _along(_native.softmax, _native.softmax_across)
SOFTMAX_GRAD = _along(_native.softmax_grad, _native.softmax_grad_across)
LOG_SOFTMAX = _along(_native.log_softmax, _native.log_softmax_across)
LOG_SOFTMAX_GRAD = _along(_native.log_softmax_grad, _native.log_softmax_grad_across)
CUM_SUM = Candidate("native", refuse_all_but_float32, estimate, _prepare_cumulative)
