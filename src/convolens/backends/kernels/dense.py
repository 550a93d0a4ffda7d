"""Kernels for products of matrices, and changes of shape."""

from __future__ import annotations

import itertools
from math import prod
from typing import NamedTuple, cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Packed, Run, Specs
from convolens.backends.kernels._common import (
    LARGEST_RANK,
    estimate,
    in_index_order,
    refuse_all_but_float32,
    refuse_other_types,
)
from convolens.backends.layout import dense, empty, is_dense
from convolens.ops import Array, Matmul, Op
from convolens.spec import TensorSpec


def _refuse_matmul(op: Op, specs: Specs) -> str:
    if max(spec.rank for spec in specs) > LARGEST_RANK:
        return f"an input has more than {LARGEST_RANK} dimensions"
    return refuse_all_but_float32(op, specs)


def _prepare_matmul(op: Op, specs: Specs, output: TensorSpec) -> Run:
    matmul = cast(Matmul, op)
    if output.rank > 2:
        return _prepare_batch(matmul, output)

    def run(a: Array, b: Array) -> Array:
        c = empty(output)
        left, transpose_a = _dense_or_turned(a, matmul.transpose_a)
        right, transpose_b = _dense_or_turned(b, matmul.transpose_b)
        _native.matmul(left, right, None, c, transpose_a, transpose_b)
        return c

    return run


def _dense_or_turned(matrix: Array, transpose: bool) -> tuple[Array, bool]:
    """Return a matrix or its transpose, whichever is dense, and whether to transpose it then."""
    if not is_dense(matrix) and is_dense(matrix.T):
        return matrix.T, not transpose
    return dense(matrix), transpose


def _prepare_batch(matmul: Matmul, output: TensorSpec) -> Run:
    """Return a run for many pairs of matrices.

    In memory the matrices of a batch [B, M, N] are transposed: axis 1 runs on. A result of more
    axes lies in the order of its indices.
    """
    batch = output.shape[:-2]
    flat = TensorSpec((output.size,))

    def run(a: Array, b: Array) -> Array:
        left = _matrices(a, matmul.transpose_a, batch)
        right = _matrices(b, matmul.transpose_b, batch)
        c = empty(output) if output.rank == 3 else empty(flat).reshape(output.shape)
        _native.matmul_batch(left, right, c)
        return c

    return run


def _matrices(array: Array, transpose: bool, batch: tuple[int, ...]) -> Array:
    """Return the matrices of an operand, repeated as the batch asks."""
    if not array.flags.aligned:
        array = in_index_order(array)
    if array.shape[:-2] != batch:
        array = np.broadcast_to(array, (*batch, *array.shape[-2:]))
    return array.swapaxes(-1, -2) if transpose else array


def _prepare_dot(op: Op, specs: Specs, output: TensorSpec) -> Run:
    def run(a: Array, b: Array) -> Array:
        y = empty(output)
        _native.dot(dense(a), dense(b), y)
        return y

    return run


class _Panels(NamedTuple):
    """A weight as the product reads it."""

    floats: Array


def _prepare_linear(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, features = prod(output.shape[:-1]), output.shape[-1]
    flat = TensorSpec((rows, features), output.dtype)
    inputs = specs[0].shape[-1]
    is_matrix = output.rank == 2

    def run(x: Array, weight: Array | _Panels, bias: Array | None = None) -> Array:
        y = empty(flat)
        start = None if bias is None else dense(bias)
        matrix = dense(x) if is_matrix else in_index_order(x).reshape(rows, inputs)
        if isinstance(weight, _Panels):
            _native.packed_product(matrix, weight.floats, start, y)
        else:
            _native.matmul(matrix, dense(weight), start, y, False, True)
        return y if is_matrix else y.reshape(output.shape)

    def pack(weight: Array) -> _Panels:
        panels = _Panels(empty(TensorSpec((_native.packed_size(inputs, features),))))
        _native.pack_weight(dense(weight), panels.floats)
        return panels

    if not _native.packed_serves(rows, features, inputs):
        return run
    return Packed((1,), "panels", pack, run, borrow=lambda weight: weight)


def _prepare_reshape(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,) = specs
    flat = TensorSpec((x.size,), x.dtype)
    common = _common_sizes(x.shape, output.shape)
    from_image = not _is_in_index_order(x)
    to_image = not _is_in_index_order(output)

    def flattened(array: Array) -> Array:
        if not from_image:
            return dense(array).reshape(flat.shape)
        y = empty(flat)
        _native.flatten(dense(array), y)
        return y

    def copied(array: Array) -> Array:
        if not to_image:
            return flattened(array).reshape(output.shape)
        y = empty(output)
        if from_image and common is not None:
            _native.move(array.reshape(common), y.reshape(common))
        else:
            _native.unflatten(flattened(array), y)
        return y

    # What is written into a part of a tensor, such as a row, is seen in the tensor: a copy is made
    # only where no view is possible.
    def run(array: Array) -> Array:
        if not to_image and array.flags.c_contiguous:
            return array.reshape(output.shape)
        if common is not None and (view := _as_view(array, common, output.shape)) is not None:
            return view
        return copied(array)

    return run


def _as_view(array: Array, common: tuple[int, ...], shape: tuple[int, ...]) -> Array | None:
    """Return the array in another shape; None if that takes a copy.

    Args:
        array: The array.
        common: The sizes into which the axes of both shapes can be split alike.
        shape: The other shape.
    """
    split = array.reshape(common)  # to split axes takes no copy
    inner = {prod(shape[axis:]) for axis in range(len(shape))}
    left = split.size
    for axis, extent in enumerate(common[:-1]):
        left //= extent
        joined = left not in inner  # with the axis after it
        if joined and split.strides[axis] != split.strides[axis + 1] * common[axis + 1]:
            return None
    return split.reshape(shape)


def _common_sizes(old: tuple[int, ...], new: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the sizes into which the axes of two shapes can be split alike; None if they cannot.

    Example:
        >>> _common_sizes((6, 20), (2, 3, 5, 4))
        (2, 3, 5, 4)
    """
    inner = {prod(shape[axis:]) for shape in (old, new) for axis in range(len(shape) + 1)}
    edges = sorted(inner, reverse=True)
    pairs = list(itertools.pairwise(edges))
    if any(outer % inner for outer, inner in pairs) or len(pairs) > LARGEST_RANK:
        return None
    return tuple(outer // inner for outer, inner in pairs)


def _is_in_index_order(spec: TensorSpec) -> bool:
    """Return whether a dense array lies in memory in the order of its indices."""
    return spec.rank < 3 or spec.shape[1] == 1 or prod(spec.shape[2:]) == 1


MATMUL = Candidate("native", _refuse_matmul, estimate, _prepare_matmul, any_order=True)
DOT = Candidate("native", refuse_all_but_float32, estimate, _prepare_dot)
LINEAR = Candidate("native", refuse_all_but_float32, estimate, _prepare_linear, any_order=True)
RESHAPE = Candidate("native", refuse_other_types, estimate, _prepare_reshape, any_order=True)
