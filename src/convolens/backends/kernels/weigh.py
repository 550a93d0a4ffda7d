"""The kernel for weighted sums along axes, as weighted tap tables describe them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from math import prod
from typing import NamedTuple, cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty, memory_order
from convolens.ops import Array, Op, PadGrad, RepeatGrad, Resample, ResampleGrad
from convolens.ops._taps import Table
from convolens.ops._weighted_taps import Entries, Weighted, entries, transposed
from convolens.spec import TensorSpec, float32


class Pass(NamedTuple):
    """The weighted sums along one axis: y[outer][output][inner] from x[outer][inputs][inner]."""

    outer: int
    inputs: int
    inner: int
    table: Entries
    output: TensorSpec

    @property
    def operations(self) -> int:
        """How many products are computed and how many sums written."""
        outputs = len(self.table.first) - 1
        return self.outer * self.inner * (len(self.table.taps) + outputs)


def _pass(shape: tuple[int, ...], axis: int, table: Entries) -> Pass:
    order = memory_order(len(shape))
    place = order.index(axis)
    outer = prod(shape[a] for a in order[:place])
    inner = prod(shape[a] for a in order[place + 1 :])
    sizes = (*shape[:axis], len(table.first) - 1, *shape[axis + 1 :])
    return Pass(outer, shape[axis], inner, table, TensorSpec(sizes, float32))


def _passes(shape: tuple[int, ...], tables: dict[int, Entries]) -> list[Pass]:
    """Return the passes for the tables of some axes, in the cheapest order."""
    ways = []
    for order in itertools.permutations(tables):
        current, passes = shape, []
        for axis in order:
            passes.append(_pass(current, axis, tables[axis]))
            current = passes[-1].output.shape
        ways.append(passes)
    return min(ways, key=lambda passes: sum(each.operations for each in passes))


def _changes_nothing(weighted: Weighted, size: int) -> bool:
    """Return whether each output is the input at its place."""
    taps, weights = weighted
    return np.array_equal(taps, np.arange(size)[:, None]) and bool((weights == 1).all())


def _weigh(x: TensorSpec, first: int, tables: Sequence[Weighted]) -> Run:
    """Return the function that applies tables to the axes from ``first`` on."""
    axes = dict(enumerate(tables, start=first))
    needed = {
        axis: each for axis, each in axes.items() if not _changes_nothing(each, x.shape[axis])
    }
    chosen = needed or {first: axes[first]}
    passes = _passes(x.shape, {axis: _float32(entries(each)) for axis, each in chosen.items()})

    def run(array: Array) -> Array:
        current = dense(array)
        for outer, inputs, inner, table, output in passes:
            result = empty(output)
            _native.weigh(current, *table, result, outer, inputs, inner)
            current = result
        return current

    return run


def _float32(table: Entries) -> Entries:
    return table._replace(weights=table.weights.astype(np.float32))


def _counted(table: Table) -> Weighted:
    """Return a table of one tap with weight 1 for every input that is read."""
    return Weighted(table, (table >= 0).astype(np.float64))


def _prepare_resample(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs
    return _weigh(x, 2, cast(Resample, op).tables(x.shape[2:]))


def _prepare_resample_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    return _weigh(specs[0], 2, cast(ResampleGrad, op).transposed_tables())


def _prepare_pad_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    grad = cast(PadGrad, op)
    tables = [
        transposed(_counted(table), size)
        for table, size in zip(grad.tables(grad.sizes), grad.sizes, strict=True)
    ]
    return _weigh(specs[0], specs[0].rank - len(tables), tables)


def _prepare_repeat_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    grad = cast(RepeatGrad, op)
    tables = []
    for times, size in zip(grad.repeats, grad.shape, strict=True):
        copies = np.arange(times * size, dtype=np.int64)[:, None] % max(size, 1)
        tables.append(transposed(_counted(copies), size))
    return _weigh(specs[0], 0, tables)


def _refuse_repeat_grad(op: Op, specs: Specs) -> str:
    if not specs[0].rank:
        return "there is no axis"
    return refuse_all_but_float32(op, specs)


RESAMPLE = Candidate("native", refuse_all_but_float32, estimate, _prepare_resample)
RESAMPLE_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_resample_grad)
PAD_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_pad_grad)
REPEAT_GRAD = Candidate("native", _refuse_repeat_grad, estimate, _prepare_repeat_grad)
