"""Kernels for products of matrices, sums, and changes of shape."""

from __future__ import annotations

from math import prod
from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import (
    estimate,
    refuse_all_but_float32,
    refuse_other_types,
)
from convolens.backends.layout import dense, empty, memory_order
from convolens.ops import Array, Matmul, Mean, Op, Sum
from convolens.spec import TensorSpec, float32


def _prepare_matmul(op: Op, specs: Specs, output: TensorSpec) -> Run:
    matmul = cast(Matmul, op)

    def run(a: Array, b: Array) -> Array:
        c = empty(output)
        _native.matmul(dense(a), dense(b), None, c, matmul.transpose_a, matmul.transpose_b)
        return c

    return run


def _prepare_linear(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, features = prod(output.shape[:-1]), output.shape[-1]
    flat = TensorSpec((rows, features), output.dtype)
    inputs = specs[0].shape[-1]
    is_matrix = output.rank == 2

    def run(x: Array, weight: Array, bias: Array | None = None) -> Array:
        y = empty(flat)
        start = None if bias is None else dense(bias)
        matrix = x if is_matrix else np.reshape(x, (rows, inputs))
        _native.matmul(dense(matrix), dense(weight), start, y, False, True)
        return y if is_matrix else dense(y.reshape(output.shape))

    return run


def _memory_runs(x: TensorSpec, axes: tuple[int, ...]) -> list[tuple[bool, int]]:
    """Return (is summed, elements) of each run of axes that lie side by side in memory."""
    runs: list[tuple[bool, int]] = []
    for axis in memory_order(x.rank):
        summed, extent = axis in axes, x.shape[axis]
        if extent == 1:
            continue
        if runs and runs[-1][0] == summed:
            runs[-1] = (summed, runs[-1][1] * extent)
        else:
            runs.append((summed, extent))
    return runs


def _refuse_sum(op: Op, specs: Specs) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    (x,) = specs
    total = cast(Sum | Mean, op)
    if total.keepdim:
        return ""
    kept = [axis for axis in memory_order(x.rank) if axis not in total.axes and x.shape[axis] != 1]
    result = [axis for axis in range(x.rank) if axis not in total.axes]
    wanted = [result[i] for i in memory_order(len(result)) if x.shape[result[i]] != 1]
    return "" if kept == wanted else "the axes of the result lie in another order than the input's"


def _prepare_sum(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs
    total = cast(Sum | Mean, op)
    count = prod(x.shape[axis] for axis in total.axes)
    factor = 1.0 / count if isinstance(op, Mean) else 1.0
    # One pass for each run that is summed, the innermost first.
    runs = _memory_runs(x, total.axes)
    passes: list[tuple[int, int, int]] = []
    for place in reversed(range(len(runs))):
        if runs[place][0]:
            outer = prod(extent for _, extent in runs[:place])
            inner = prod(extent for summed, extent in runs[place + 1 :] if not summed)
            passes.append((outer, runs[place][1], inner))
    passes = passes or [(output.size, 1, 1)]

    def run(array: Array) -> Array:
        current = dense(array)
        for outer, reduced, inner in passes[:-1]:
            partial = empty(TensorSpec((outer * inner,), float32))
            _native.sum(current, partial, outer, reduced, inner, 1.0)
            current = partial
        outer, reduced, inner = passes[-1]
        y = empty(output)
        _native.sum(current, y, outer, reduced, inner, factor)
        return y

    return run


def _prepare_reshape(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs

    flat = TensorSpec((x.size,), x.dtype)

    def view(array: Array) -> Array:
        return dense(array).reshape(output.shape)

    def flatten(array: Array) -> Array:
        y = empty(flat)
        _native.flatten(dense(array), y)
        return y.reshape(output.shape)

    def unflatten(array: Array) -> Array:
        y = empty(output)
        _native.unflatten(dense(array).reshape(flat.shape), y)
        return y

    def both(array: Array) -> Array:
        y = empty(flat)
        _native.flatten(dense(array), y)
        return unflatten(y)

    from_image = not _is_in_index_order(x)
    to_image = not _is_in_index_order(output)
    if from_image and to_image:
        return both
    if from_image:
        return flatten
    return unflatten if to_image else view


def _is_in_index_order(spec: TensorSpec) -> bool:
    """Return whether a dense array lies in memory in the order of its indices."""
    return spec.rank < 3 or spec.shape[1] == 1 or prod(spec.shape[2:]) == 1


MATMUL = Candidate("native", refuse_all_but_float32, estimate, _prepare_matmul)
LINEAR = Candidate("native", refuse_all_but_float32, estimate, _prepare_linear)
SUM = Candidate("native", _refuse_sum, estimate, _prepare_sum)
MEAN = Candidate("native", _refuse_sum, estimate, _prepare_sum)
RESHAPE = Candidate("native", refuse_other_types, estimate, _prepare_reshape)
