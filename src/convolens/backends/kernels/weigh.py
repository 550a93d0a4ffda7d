"""Kernels for weighted sums along axes, as weighted tap tables describe them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
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

Shape = tuple[int, ...]


class Stage(NamedTuple):
    """Weighted sums along one axis, or along two that are neighbours in memory."""

    axes: tuple[int, ...]
    tables: tuple[Entries, ...]

    def result(self, shape: Shape) -> Shape:
        """Return the shape of the sums of an array of ``shape``."""
        sizes = list(shape)
        for axis, table in zip(self.axes, self.tables, strict=True):
            sizes[axis] = len(table.first) - 1
        return tuple(sizes)

    def prepare(self, shape: Shape) -> Run:
        """Return the function that computes the sums of dense arrays of ``shape``."""
        order = memory_order(len(shape))
        first, last = order.index(self.axes[0]), order.index(self.axes[-1])
        outer = prod(shape[axis] for axis in order[:first])
        inner = prod(shape[axis] for axis in order[last + 1 :])
        height, width = shape[self.axes[0]], shape[self.axes[-1]]
        rows, columns = self.tables[0], self.tables[-1]
        output = TensorSpec(self.result(shape), float32)

        def along_one(x: Array) -> Array:
            y = empty(output)
            _native.weigh(x, rows, y, outer, height, inner)
            return y

        def along_two(x: Array) -> Array:
            y = empty(output)
            _native.weigh_planes(x, rows, columns, y, outer, height, width, inner)
            return y

        return along_one if len(self.axes) == 1 else along_two


def _stages(shape: Shape, tables: Sequence[Weighted]) -> list[Stage]:
    """Return the stages for images of ``shape``, those first that keep what is between small.

    Axes whose tables change nothing are left out.
    """
    axes = range(len(shape) - len(tables), len(shape))
    real = [
        (axis, _float32(table))
        for axis, table in zip(axes, tables, strict=True)
        if not _changes_nothing(table, shape[axis])
    ] or [(axes[-1], _float32(tables[-1]))]
    split = len(real) - 2 if len(real) > 1 and real[-2][0] + 1 == real[-1][0] else len(real)
    stages = [Stage((axis,), (table,)) for axis, table in real[:split]]
    if split < len(real):
        (first, rows), (second, columns) = real[split:]
        stages.append(Stage((first, second), (rows, columns)))

    return list(min(itertools.permutations(stages), key=lambda order: _between(shape, order)))


def _between(shape: Shape, stages: Iterable[Stage]) -> int:
    """Return how many numbers all the stages write."""
    total = 0
    for stage in stages:
        shape = stage.result(shape)
        total += prod(shape)
    return total


def _weigh(shape: Shape, tables: Sequence[Weighted]) -> Run:
    """Return the function that computes the weighted sums of images of ``shape``."""
    steps: list[Run] = []
    for stage in _stages(shape, tables):
        steps.append(stage.prepare(shape))
        shape = stage.result(shape)

    def run(x: Array) -> Array:
        current = dense(x)
        for step in steps:
            current = step(current)
        return current

    return run


def _changes_nothing(table: Weighted, size: int) -> bool:
    """Return whether each output is the input at its place."""
    taps, weights = table
    return np.array_equal(taps, np.arange(size)[:, None]) and bool((weights == 1).all())


def _float32(table: Weighted) -> Entries:
    first, taps, weights = entries(table)
    return Entries(first, taps, weights.astype(np.float32))


def _counted(table: Table) -> Weighted:
    """Return a table of taps with weight 1 for every input that is read."""
    return Weighted(table, (table >= 0).astype(np.float64))


def _prepare_resample(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs
    return _weigh(x.shape, cast(Resample, op).tables(x.shape[2:]))


def _prepare_resample_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    return _weigh(specs[0].shape, cast(ResampleGrad, op).transposed_tables())


def _prepare_pad_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    grad = cast(PadGrad, op)
    pairs = zip(grad.tables(grad.sizes), grad.sizes, strict=True)
    return _weigh(specs[0].shape, [transposed(_counted(table), size) for table, size in pairs])


def _refuse_pad_grad(op: Op, specs: Specs) -> str:
    if specs[0].rank != len(cast(PadGrad, op).padding) + 2:
        return "the padded axes are not neighbours in memory"
    return refuse_all_but_float32(op, specs)


def _prepare_repeat_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    """Along a repeated axis the copies follow each other in memory: they are summed as rows are."""
    grad, shape = cast(RepeatGrad, op), list(specs[0].shape)
    order = memory_order(len(shape))
    passes: list[tuple[TensorSpec, tuple[int, int, int]]] = []
    for place, axis in enumerate(order):
        if grad.repeats[axis] != 1:
            outer = prod(shape[a] for a in order[:place])
            shape[axis] = grad.shape[axis]
            inner = prod(shape[a] for a in order[place:])
            passes.append((TensorSpec(tuple(shape), float32), (outer, grad.repeats[axis], inner)))
    passes = passes or [(output, (1, 1, output.size))]

    def run(g: Array) -> Array:
        current = dense(g)
        for spec, sizes in passes:
            total = empty(spec)
            _native.sum(current, total, *sizes, 1.0)
            current = total
        return current

    return run


RESAMPLE = Candidate("native", refuse_all_but_float32, estimate, _prepare_resample)
RESAMPLE_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_resample_grad)
PAD_GRAD = Candidate("native", _refuse_pad_grad, estimate, _prepare_pad_grad)
REPEAT_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_repeat_grad)
