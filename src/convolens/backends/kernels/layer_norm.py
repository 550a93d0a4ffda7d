"""Kernels for layer normalisation: rows of numbers that lie side by side in memory."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty, memory_order
from convolens.ops import Array, LayerNorm, Op
from convolens.ops._row_statistics import RowStatistics
from convolens.spec import TensorSpec

Order = Callable[[Array], Array]


class _Rows:
    """How the rows of an array [*B, *S] come to lie side by side, and back.

    Where the memory of an array holds each row in one piece, it is taken as it is, and what belongs
    to the places of a row is put into the order of the memory. Else it is copied row by row.
    """

    def __init__(self, op: Op, x: TensorSpec) -> None:
        dims = cast(RowStatistics, op).dims
        self.shape = x.shape
        self.inner = x.shape[x.rank - dims :]
        self.rows, self.length = prod(x.shape[: x.rank - dims]), prod(self.inner)
        order = memory_order(x.rank)
        outer = x.rank - dims
        #: Whether the first axes of the memory are those of B, in order.
        self.as_it_is = order[:outer] == tuple(range(outer))
        self.axes = tuple(axis - outer for axis in order[outer:])
        self.is_plain = self.axes == tuple(range(dims))

    def matrix(self, array: Array) -> Array:
        """Return the rows as a matrix."""
        if not self.as_it_is:
            return _in_index_order(array).reshape(self.rows, self.length)
        order = memory_order(len(self.shape))
        return dense(array).transpose(order).reshape(self.rows, self.length)

    def target(self, y: Array) -> tuple[Array, Callable[[], Array]]:
        """Return a matrix to write the result to, and how ``y`` comes to hold it."""
        if self.as_it_is:
            order = memory_order(len(self.shape))
            return y.transpose(order).reshape(self.rows, self.length), lambda: y
        matrix = empty(TensorSpec((self.rows, self.length)))

        def copy() -> Array:
            _native.move(matrix.reshape(self.shape), y)
            return y

        return matrix, copy

    def parameter(self, array: Array | None) -> Array | None:
        """Return a parameter of shape S in the order of a row."""
        if array is None:
            return None
        if not self.as_it_is:
            return _in_index_order(array).reshape(self.length)
        return _in_index_order(array.transpose(self.axes)).reshape(self.length)

    def by_parameter(self, sums: Array) -> Array:
        """Return sums [2, S] in the order of a row in the order of the indices."""
        if not self.as_it_is or self.is_plain:
            return sums
        shape = tuple(self.inner[axis] for axis in self.axes)
        back = np.argsort(self.axes)
        target = empty(TensorSpec(sums.shape))
        for row, to in zip(sums, target, strict=True):
            _native.move(row.reshape(shape).transpose(back), to.reshape(self.inner))
        return target


def _in_index_order(array: Array) -> Array:
    """Return the array, or a copy, that lies in memory in the order of its indices."""
    if array.flags.c_contiguous:
        return array
    flat = empty(TensorSpec((array.size,)))
    _native.move(array, flat.reshape(array.shape))
    return flat.reshape(array.shape)


def _prepare_moments(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows = _Rows(op, specs[0])

    def run(x: Array) -> Array:
        m = empty(output)
        _native.moments(rows.matrix(x), m, rows.rows, rows.length, 1, 1)
        return m

    return run


def _prepare_norm(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, eps = _Rows(op, specs[0]), cast(LayerNorm, op).eps

    def run(x: Array, m: Array, weight: Array | None = None, bias: Array | None = None) -> Array:
        y, finish = rows.target(empty(output))
        parameters = (rows.parameter(weight), rows.parameter(bias))
        _native.layer_norm(rows.matrix(x), dense(m), *parameters, y, rows.rows, rows.length, eps)
        return finish()

    return run


def _prepare_sums(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, eps = _Rows(op, specs[0]), cast(LayerNorm, op).eps

    def run(x: Array, m: Array, g: Array) -> Array:
        s = empty(output)
        inputs = (rows.matrix(x), dense(m), rows.matrix(g))
        _native.layer_norm_sums(*inputs, s, rows.rows, rows.length, eps)
        return rows.by_parameter(s)

    return run


def _prepare_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, eps = _Rows(op, specs[0]), cast(LayerNorm, op).eps

    def run(x: Array, m: Array, g: Array, weight: Array | None = None) -> Array:
        dx, finish = rows.target(empty(output))
        inputs = (rows.matrix(x), dense(m), rows.matrix(g), rows.parameter(weight))
        _native.layer_norm_grad(*inputs, dx, rows.rows, rows.length, eps)
        return finish()

    return run


MOMENTS = Candidate("native", refuse_all_but_float32, estimate, _prepare_moments)
NORM = Candidate("native", refuse_all_but_float32, estimate, _prepare_norm)
SUMS = Candidate("native", refuse_all_but_float32, estimate, _prepare_sums)
GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_grad)
