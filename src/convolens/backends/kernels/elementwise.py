"""Kernels that compute each element from the elements at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.kernels.pointwise import dense_order, into_new, pointwise
from convolens.backends.layout import (
    are_dense,
    dense,
    dense_strides,
    empty,
    inverse,
    is_dense,
    memory_order,
)
from convolens.ops import Array, Op, Pow, PowGrad, Scale
from convolens.spec import TensorSpec


def _refuse_broadcast(op: Op, specs: Specs) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    shape = op.infer(*specs).shape
    if len(shape) > 6:
        return "more than 6 dimensions"
    inner = [axis for axis in memory_order(len(shape)) if shape[axis] != 1][-1:]
    for axis in inner:
        for spec in specs:
            own = axis - (len(shape) - spec.rank)
            if own >= 0 and spec.shape[own] != 1 and dense_strides(spec.shape)[own] != 1:
                return f"the innermost axis of the result is not that of {spec}"
    return ""


#: As many as a call of a kernel copies in the time that a few lines of Python take.
_FEW = 8192


def _binary(same: Callable[..., None], rows: Callable[..., None]) -> Candidate:
    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        kernel = same if specs[0].shape == specs[1].shape else rows

        def run(a: Array, b: Array) -> Array:
            if not are_dense([a, b]):
                a, b = _few_copied(a), _few_copied(b)
                if not are_dense([a, b]):
                    return _in_any_order(op, same, rows, [a, b], output)
            y = empty(output)
            kernel(a, b, y)
            return y

        return run

    return Candidate("native", _refuse_broadcast, estimate, prepare, any_order=True)


def _in_any_order(
    op: Op,
    same: Callable[..., None],
    rows: Callable[..., None],
    arrays: list[Array],
    output: TensorSpec,
) -> Array:
    """Compute a call on arrays that do not all lie as kernels read them.

    Axes along which an array repeats itself are not copied out, but broadcast. The result lies as
    an array of its shape does.
    """
    whole = [each for each in arrays if each.shape == output.shape and 0 not in each.strides]
    order = None
    if whole and not any(map(is_dense, whole)):
        order = next(filter(None, map(dense_order, whole)), None)
    if order is None:
        order = tuple(range(output.rank))
    shape = tuple(output.shape[axis] for axis in order)
    turned = [dense(_once(each, output.rank).transpose(order)) for each in arrays]
    specs = tuple(TensorSpec(each.shape, each.dtype) for each in turned)
    is_whole = np.broadcast_shapes(*(spec.shape for spec in specs)) == shape
    if not is_whole or _refuse_broadcast(op, specs):
        turned = [dense(np.broadcast_to(each, shape)) for each in turned]
    y = empty(TensorSpec(shape, output.dtype))
    kernel = same if turned[0].shape == turned[1].shape else rows
    kernel(*turned, y)
    return y.transpose(inverse(order))


def _few_copied(array: Array) -> Array:
    """Return a dense copy of few numbers that repeat: sooner made than their axes sorted out."""
    return dense(array) if array.size <= _FEW and 0 in array.strides else array


def _once(array: Array, rank: int) -> Array:
    """Return a view with ``rank`` axes, of size 1 where the array repeats itself."""
    repeated = [step == 0 for step in array.strides]
    view = array[tuple(slice(0, 1) if each else slice(None) for each in repeated)]
    return view[(np.newaxis,) * (rank - view.ndim)]


def _prepare_scale(op: Op, specs: Specs, output: TensorSpec) -> Run:
    factor = cast(Scale, op).factor
    scaled = into_new(lambda x, y: _native.scale(x, y, factor))(op, specs, output)

    def copy(x: Array) -> Array:
        return scaled(x) if is_dense(x) else dense(x)

    return copy if factor == 1 else scaled


def _prepare_pow(op: Op, specs: Specs, output: TensorSpec) -> Run:
    exponent = cast(Pow, op).exponent
    kernel = into_new(lambda x, y: _native.power(x, None, y, exponent, 1.0, False))
    return kernel(op, specs, output)


def _prepare_pow_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    exponent = cast(PowGrad, op).exponent
    kernel = into_new(lambda x, g, dx: _native.power(x, g, dx, exponent - 1, exponent, False))
    return kernel(op, specs, output)


RELU = pointwise(_native.relu)
RELU_GRAD = pointwise(_native.relu_grad)
SIGMOID = pointwise(_native.sigmoid)
SIGMOID_GRAD = pointwise(_native.sigmoid_grad)
TANH = pointwise(_native.tanh)
TANH_GRAD = pointwise(_native.tanh_grad)
EXP = pointwise(_native.exp)
POW = Candidate("native", refuse_all_but_float32, estimate, _prepare_pow, any_order=True)
POW_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_pow_grad, any_order=True)
SCALE = Candidate("native", refuse_all_but_float32, estimate, _prepare_scale, any_order=True)
ADD = _binary(_native.add, _native.add_rows)
SUB = _binary(_native.sub, _native.sub_rows)
MUL = _binary(_native.mul, _native.mul_rows)
DIV = _binary(_native.div, _native.div_rows)
MAXIMUM = _binary(_native.maximum, _native.maximum_rows)
MINIMUM = _binary(_native.minimum, _native.minimum_rows)
