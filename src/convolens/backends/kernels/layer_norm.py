"""Kernels for layer normalisation: sets of numbers in rows of the memory, or across its rows."""

from __future__ import annotations

from math import prod
from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Packed, Run, Specs
from convolens.backends.kernels._common import estimate, in_index_order, refuse_all_but_float32
from convolens.backends.layout import dense, empty, inverse, memory_order
from convolens.ops import Array, LayerNorm, Op
from convolens.ops._row_statistics import RowStatistics
from convolens.spec import TensorSpec


class _Rows:
    """Arrays [*B, *S] as a matrix, with a row for each entry of *B.

    A dense array is one where *S has all axes but the first, or where there are no more than two.
    So is one that lies in the order of its indices. What belongs to the places of a row is put into
    the order of the memory.
    """

    def __init__(self, op: Op, x: TensorSpec) -> None:
        dims = cast(RowStatistics, op).dims
        outer, order = x.rank - dims, memory_order(x.rank)
        self.inner = x.shape[outer:]
        self.sizes = (prod(x.shape[:outer]), prod(self.inner))
        self.of_dense = order[:outer] == tuple(range(outer))
        self.order = order if self.of_dense else tuple(range(x.rank))
        self.memory = tuple(x.shape[axis] for axis in self.order)
        self.back = inverse(self.order)
        self.axes = tuple(axis - outer for axis in self.order[outer:])
        self.is_matrix = x.rank == 2 and dims == 1

    def hold(self, x: Array) -> bool:
        """Return whether each set of ``x`` is a row of its memory."""
        return self.of_dense or x.flags.c_contiguous

    def matrix(self, array: Array) -> Array:
        """Return the rows."""
        if self.is_matrix:
            return dense(array)
        lying = dense(array) if self.of_dense else in_index_order(array)
        return lying.transpose(self.order).reshape(self.sizes)

    def array(self, matrix: Array) -> Array:
        """Return the array whose rows are given."""
        return matrix if self.is_matrix else matrix.reshape(self.memory).transpose(self.back)

    def parameter(self, array: Array | None) -> Array | None:
        """Return a parameter of shape S in the order of a row."""
        if array is None or array.ndim == 1:
            return None if array is None else dense(array)
        return in_index_order(array.transpose(self.axes)).reshape(-1)

    def by_parameter(self, sums: Array) -> Array:
        """Return sums [2, S] in the order of a row in the order of the indices."""
        if self.axes == tuple(range(len(self.axes))):
            return sums
        shape = tuple(self.inner[axis] for axis in self.axes)
        turned = sums.reshape(2, *shape).transpose(0, *(1 + axis for axis in inverse(self.axes)))
        return in_index_order(turned).reshape(sums.shape)


class _Across:
    """Dense arrays [*B, *S] as [outer][reduced][inner], with sets along the middle: *S.

    Innermost is axis 1, which then belongs to *B.
    """

    def __init__(self, op: Op, x: TensorSpec) -> None:
        dims = cast(RowStatistics, op).dims
        n, c, *_ = (*x.shape, 1, 1)
        self.sizes = (prod(x.shape[: x.rank - dims]) // max(1, c), prod(x.shape[-dims:]), c)
        self.between = prod(x.shape[2 : x.rank - dims])  # the entries of B from axis 2 on
        self.indices, self.memory = (2, n, c, self.between), (2, n, self.between, c)

    def to_memory(self, m: Array) -> Array:
        """Return moments [2, B] in the order in which the sets lie in memory."""
        if self.between == 1:
            return dense(m)
        return in_index_order(dense(m).reshape(self.indices).swapaxes(2, 3)).reshape(m.shape)

    def to_indices(self, m: Array) -> Array:
        """Return moments in the order of the memory in that of the indices."""
        if self.between == 1:
            return m
        return in_index_order(m.reshape(self.memory).swapaxes(2, 3)).reshape(m.shape)

    @staticmethod
    def parameter(array: Array | None) -> Array | None:
        """Return a parameter of shape S in the order of a set."""
        return None if array is None else in_index_order(array).reshape(-1)


def _prepare_moments(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, across = _Rows(op, specs[0]), _Across(op, specs[0])

    def run(x: Array) -> Array:
        m = empty(output)
        if rows.hold(x):
            _native.moments(rows.matrix(x), m, *rows.sizes, 1, 1)
            return m
        _native.moments(dense(x), m, *across.sizes, across.sizes[-1])
        return across.to_indices(m)

    return run


def _prepare_norm(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, across, eps = _Rows(op, specs[0]), _Across(op, specs[0]), cast(LayerNorm, op).eps

    def of_rows(
        x: Array, m: Array, weight: Array | None = None, bias: Array | None = None
    ) -> Array:
        matrix = empty(TensorSpec(rows.sizes))
        _native.layer_norm(rows.matrix(x), dense(m), weight, bias, matrix, *rows.sizes, eps)
        return rows.array(matrix)

    if rows.of_dense and len(specs) > 2:
        return Packed((2, 3), ("row of", rows.axes), rows.parameter, of_rows)

    def run(x: Array, m: Array, weight: Array | None = None, bias: Array | None = None) -> Array:
        if rows.hold(x):
            return of_rows(x, m, rows.parameter(weight), rows.parameter(bias))
        y = empty(output)
        parameters = (across.parameter(weight), across.parameter(bias))
        _native.layer_norm_across(dense(x), across.to_memory(m), *parameters, y, *across.sizes, eps)
        return y

    return run


def _prepare_sums(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, across, eps = _Rows(op, specs[0]), _Across(op, specs[0]), cast(LayerNorm, op).eps

    def run(x: Array, m: Array, g: Array) -> Array:
        s = empty(output)
        if rows.hold(x):
            inputs = (rows.matrix(x), dense(m), rows.matrix(g))
            _native.layer_norm_sums(*inputs, s, *rows.sizes, eps)
            return rows.by_parameter(s)
        inputs = (dense(x), across.to_memory(m), dense(g))
        _native.layer_norm_across_sums(*inputs, s, *across.sizes, eps)
        return s

    return run


def _prepare_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, across, eps = _Rows(op, specs[0]), _Across(op, specs[0]), cast(LayerNorm, op).eps

    def of_rows(x: Array, m: Array, g: Array, weight: Array | None = None) -> Array:
        matrix = empty(TensorSpec(rows.sizes))
        inputs = (rows.matrix(x), dense(m), rows.matrix(g), weight)
        _native.layer_norm_grad(*inputs, matrix, *rows.sizes, eps)
        return rows.array(matrix)

    if rows.of_dense and len(specs) > 3:
        return Packed((3,), ("row of", rows.axes), rows.parameter, of_rows)

    def run(x: Array, m: Array, g: Array, weight: Array | None = None) -> Array:
        if rows.hold(x):
            return of_rows(x, m, g, rows.parameter(weight))
        dx = empty(output)
        inputs = (dense(x), across.to_memory(m), dense(g), across.parameter(weight))
        _native.layer_norm_across_grad(*inputs, dx, *across.sizes, eps)
        return dx

    return run


MOMENTS = Candidate("native", refuse_all_but_float32, estimate, _prepare_moments, any_order=True)
NORM = Candidate("native", refuse_all_but_float32, estimate, _prepare_norm, any_order=True)
SUMS = Candidate("native", refuse_all_but_float32, estimate, _prepare_sums, any_order=True)
GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_grad, any_order=True)
