"""Kernels for poolings: their windows, as the operators' tap tables say."""

from __future__ import annotations

from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty
from convolens.ops import Array, AvgPool, AvgPoolGrad, Op
from convolens.ops._pool_geometry import PoolGeometry
from convolens.ops._taps import PAD, Table, runs
from convolens.spec import TensorSpec

_AXES = 3
_ONE: Table = np.zeros((1, 1), np.int64)


def _pool(op: Op, image: TensorSpec, first: int = 0, divisor: float = 0.0) -> _native.Pool:
    """Return the geometry. An average counts the entries from ``first`` on."""
    n, c, *sizes = image.shape
    missing = _AXES - len(sizes)
    tables = [_ONE] * missing + cast(PoolGeometry, op).tables(sizes)
    parts = [runs(table) for table in tables]
    return _native.Pool(
        input=(n, c, *(1,) * missing, *sizes),
        first=[begin.tolist() for begin, _, _ in parts],
        count=[count.tolist() for _, count, _ in parts],
        cells=[(table >= first).sum(axis=1).tolist() for table in tables],
        step=tuple(step for _, _, step in parts),
        divisor=divisor,
        power=1.0,
    )


def _prepare_max(op: Op, specs: Specs, output: TensorSpec) -> Run:
    forward = _pool(op, specs[0]).max_forward

    def run(x: Array) -> Array:
        y = empty(output)
        forward(dense(x), y)
        return y

    return run


def _prepare_avg(op: Op, specs: Specs, output: TensorSpec) -> Run:
    average = cast(AvgPool, op)
    forward = _pool(op, specs[0], PAD if average.count_include_pad else 0).avg_forward

    def run(x: Array) -> Array:
        y = empty(output)
        forward(dense(x), y)
        return y

    return run


def _prepare_max_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    backward = _pool(op, specs[0]).max_backward

    def run(x: Array, g: Array) -> Array:
        dx = empty(output)
        backward(dense(x), dense(g), dx)
        return dx

    return run


def _prepare_avg_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    average = cast(AvgPoolGrad, op)
    backward = _pool(op, output, PAD if average.count_include_pad else 0).avg_backward

    def run(g: Array) -> Array:
        dx = empty(output)
        backward(dense(g), dx)
        return dx

    return run


MAX = Candidate("native", refuse_all_but_float32, estimate, _prepare_max)
MAX_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_max_grad)
AVG = Candidate("native", refuse_all_but_float32, estimate, _prepare_avg)
AVG_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_avg_grad)
