"""Kernels that read, or add to, places that an index names.

The kernels refuse an index out of range; which one it is, is looked up then.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty, memory_order
from convolens.ops import Array, Gather, IndexAdd, IndexSelect, Op, ScatterAdd
from convolens.ops._indices import check_indices
from convolens.spec import FLOATS, TensorSpec


def _sizes(x: TensorSpec, dim: int) -> tuple[int, int]:
    """Return how many numbers are outside and inside of an axis in memory."""
    order = memory_order(x.rank)
    at = order.index(dim)
    return (
        int(np.prod([x.shape[axis] for axis in order[:at]], dtype=np.int64)),
        int(np.prod([x.shape[axis] for axis in order[at + 1 :]], dtype=np.int64)),
    )


def _refuse_picks(op: Op, specs: Specs) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    if specs[0].dtype not in FLOATS:
        return f"kernels compute in float32, not {specs[0].dtype.name}"
    return ""


def _prepare_select(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x, _), dim = specs, cast(IndexSelect, op).dim
    outer, inner = _sizes(x, dim)
    size = x.shape[dim]

    def run(array: Array, index: Array) -> Array:
        y, index = empty(output), dense(index)
        try:
            _native.take(dense(array), index, y, outer, size, inner)
        except IndexError:
            check_indices(op.name, index, size)
            raise
        return y

    return run


def _prepare_add(op: Op, specs: Specs, output: TensorSpec) -> Run:
    index_add = cast(IndexAdd, op)
    outer, inner = _sizes(output, index_add.dim)

    def run(index: Array, array: Array) -> Array:
        y, index = empty(output), dense(index)
        try:
            _native.add_at(dense(array), index, y, outer, index_add.size, inner)
        except IndexError:
            check_indices(op.name, index, index_add.size)
            raise
        return y

    return run


def _refuse_gather(op: Op, specs: Specs) -> str:
    if isinstance(op, ScatterAdd):
        whole, index = op.shape, specs[0]
        if 0 in whole:
            return "the output is empty"
    else:
        whole, index = specs[0].shape, specs[1]
    if reason := _refuse_picks(op, specs[::-1] if isinstance(op, ScatterAdd) else specs):
        return reason
    dim = cast(Gather | ScatterAdd, op).dim
    beside = [axis for axis in range(len(whole)) if axis != dim]
    if any(whole[axis] != index.shape[axis] for axis in beside):
        return "the index is smaller than the input beside the axis"
    return ""


def _prepare_gather(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x, index), dim = specs, cast(Gather, op).dim
    outer, inner = _sizes(x, dim)
    length, rows = x.shape[dim], index.shape[dim]

    def run(array: Array, at: Array) -> Array:
        y = empty(output)
        try:
            _native.gather(dense(array), dense(at), y, outer, length, rows, inner)
        except IndexError:
            check_indices(op.name, at, length)
            raise
        return y

    return run


def _prepare_scatter(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (index, _), dim = specs, cast(ScatterAdd, op).dim
    outer, inner = _sizes(output, dim)
    length, rows = output.shape[dim], index.shape[dim]

    def run(at: Array, array: Array) -> Array:
        y = empty(output)
        try:
            _native.scatter_add(dense(array), dense(at), y, outer, length, rows, inner)
        except IndexError:
            check_indices(op.name, at, length)
            raise
        return y

    return run


INDEX_SELECT = Candidate("native", _refuse_picks, estimate, _prepare_select)
INDEX_ADD = Candidate("native", refuse_all_but_float32, estimate, _prepare_add)
GATHER = Candidate("native", _refuse_gather, estimate, _prepare_gather)
SCATTER_ADD = Candidate("native", _refuse_gather, estimate, _prepare_scatter)
