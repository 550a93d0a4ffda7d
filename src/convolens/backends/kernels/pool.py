"""Kernels for poolings: their windows, as the operators' tap tables say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty
from convolens.ops import Array, AvgPool, LPPool, LPPoolGrad, MaxUnpool, MaxUnpoolGrad, Op
from convolens.ops._avg_windows import AvgWindows
from convolens.ops._pool_geometry import PoolWindows
from convolens.ops._taps import Table, runs
from convolens.ops.lp_pool import LPPoolGeometry
from convolens.spec import TensorSpec

_AXES = 3
_ONE: Table = np.zeros((1, 1), np.int64)
#: Places within an image are counted in 32 bits.
_LARGEST_IMAGE = 2**31 - 1


def _pool(op: Op, image: TensorSpec) -> _native.Pool:
    """Return the geometry of a pooling of ``image``."""
    n, c, *sizes = image.shape
    missing = _AXES - len(sizes)
    tables = [_ONE] * missing + cast(PoolWindows, op).tables(sizes)
    parts = [runs(table) for table in tables]
    counted, divisor = 0, 0
    if isinstance(op, AvgWindows):
        counted, divisor = op.first_counted(), op.fixed_divisor() or 0
    return _native.Pool(
        input=(n, c, *(1,) * missing, *sizes),
        first=[first.tolist() for first, _, _ in parts],
        count=[count.tolist() for _, count, _ in parts],
        cells=[(table >= counted).sum(axis=1).tolist() for table in tables],
        step=tuple(step for _, _, step in parts),
        divisor=divisor,
    )


def _refuse(op: Op, specs: Specs) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    if prod(specs[0].shape[2:]) > _LARGEST_IMAGE:
        return "an image has more than 2**31 - 1 pixels"
    return "the output is empty" if op.infer(*specs).size == 0 else ""


def _refuse_indices(op: Op, specs: Specs) -> str:
    if specs[0].size > _LARGEST_IMAGE:
        return "the images together have more than 2**31 - 1 numbers"
    return _refuse(op, specs)


def _from_image(method: str) -> Callable[[Op, Specs, TensorSpec], Run]:
    """Return how to prepare a kernel that reads an image."""

    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        kernel = getattr(_pool(op, specs[0]), method)

        def run(*arrays: Array) -> Array:
            y = empty(output)
            kernel(*map(dense, arrays), y)
            return y

        return run

    return prepare


def _prepare_indices(op: Op, specs: Specs, output: TensorSpec) -> Run:
    kernel = _pool(op, specs[0]).max_indices

    def run(x: Array) -> Array:
        index = empty(output)
        kernel(dense(x), None, index)
        return index

    return run


def _prepare_spread(op: Op, specs: Specs, output: TensorSpec) -> Run:
    kernel = _pool(op, output).avg_backward

    def run(g: Array) -> Array:
        dx = empty(output)
        kernel(dense(g), dx)
        return dx

    return run


def _is_whole(op: AvgWindows, sizes: tuple[int, ...]) -> bool:
    """Return whether the only window is the image, and its mean is taken."""
    tables = op.tables(sizes)
    return op.fixed_divisor() is None and all(
        table.shape == (1, size) and (table >= 0).all()
        for table, size in zip(tables, sizes, strict=True)
    )


#: The mean of so few pixels, in rows of so few, takes less time by windows.
_FEW_PIXELS, _SHORT_ROW = 64, 8


def _prepare_average(op: Op, specs: Specs, output: TensorSpec) -> Run:
    n, c, *sizes = specs[0].shape
    pixels = prod(sizes)
    is_small = pixels <= _FEW_PIXELS and sizes[-1] <= _SHORT_ROW and c > 1
    if is_small or not _is_whole(cast(AvgWindows, op), tuple(sizes)):
        return _from_image("avg_forward")(op, specs, output)

    def run(x: Array) -> Array:
        y = empty(output)
        _native.sum(dense(x), y, n, pixels, c, 1.0 / pixels)
        return y

    return run


def _mean_and_cells(lp: LPPoolGeometry, x: TensorSpec) -> tuple[AvgPool, int]:
    """Return an average over the windows, and what times it is their sum.

    Where all windows are whole, it is the sum itself: that saves two roundings.
    """
    mean, cells = lp.mean(), prod(lp.kernel)
    if (mean.divisors(x.shape[2:]) == cells).all():
        return replace(mean, divisor_override=1), 1
    return mean, cells


def _power_of(cells: int, exponent: float) -> float:
    """Return cells^exponent, infinite where it is too large for a float."""
    with np.errstate(over="ignore"):
        return float(np.float64(cells) ** exponent)


def _prepare_lp(op: Op, specs: Specs, output: TensorSpec) -> Run:
    lp = cast(LPPool, op)
    mean, cells = _mean_and_cells(lp, specs[0])
    average = _pool(mean, specs[0]).avg_forward
    (x_spec,) = specs
    factor = _power_of(cells, 1 / lp.norm)

    def run(x: Array) -> Array:
        powers, means, y = empty(x_spec), empty(output), empty(output)
        _native.power(dense(x), None, powers, lp.norm, 1.0, False)
        average(powers, means)
        _native.power(means, None, y, 1 / lp.norm, factor, False)
        return y

    return run


def _prepare_lp_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    lp = cast(LPPoolGrad, op)
    x_spec, g_spec = specs
    mean, cells = _mean_and_cells(lp, x_spec)
    pool = _pool(mean, x_spec)
    factor = _power_of(cells, 1 / lp.norm)

    def run(x: Array, g: Array) -> Array:
        x = dense(x)
        powers, means, share, dx = empty(x_spec), empty(g_spec), empty(g_spec), empty(output)
        _native.power(x, None, powers, lp.norm, 1.0, False)
        pool.avg_forward(powers, means)
        _native.power(means, dense(g), share, 1 / lp.norm - 1, factor, True)
        spreads = powers
        pool.avg_backward(share, spreads)
        _native.power(x, spreads, dx, lp.norm - 1, 1.0, False)
        return dx

    return run


def _prepare_unpool(op: Op, specs: Specs, output: TensorSpec) -> Run:
    unpool = cast(MaxUnpool, op)

    def run(x: Array, indices: Array) -> Array:
        y = empty(output)
        if not _native.unpool(dense(x), dense(indices), y, unpool.accumulate):
            unpool.refuse_outside(indices)
        return y

    return run


def _prepare_unpool_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    unpool = cast(MaxUnpoolGrad, op)

    def run(indices: Array, g: Array) -> Array:
        dx = empty(output)
        if not _native.unpool_grad(dense(indices), dense(g), dx):
            unpool.refuse_outside(indices)
        return dx

    return run


def _row(prepare: Callable[[Op, Specs, TensorSpec], Run]) -> Candidate:
    return Candidate("native", _refuse, estimate, prepare)


MAX = _row(_from_image("max_forward"))
MAX_GRAD = _row(_from_image("max_backward"))
MAX_INDICES = Candidate("native", _refuse_indices, estimate, _prepare_indices)
AVG = _row(_prepare_average)
AVG_GRAD = _row(_prepare_spread)
LP = _row(_prepare_lp)
LP_GRAD = _row(_prepare_lp_grad)
UNPOOL = _row(_prepare_unpool)
UNPOOL_GRAD = _row(_prepare_unpool_grad)
