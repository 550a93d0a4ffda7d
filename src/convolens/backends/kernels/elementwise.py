"""Kernels that compute each element from the elements at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, into_new, plain, refuse_all_but_float32
from convolens.backends.layout import dense, dense_strides, empty, memory_order
from convolens.ops import Array, Op, Pow, Scale
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


def _binary(same: Callable[..., None], rows: Callable[..., None]) -> Candidate:
    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        kernel = same if specs[0].shape == specs[1].shape else rows
        return into_new(kernel)(op, specs, output)

    return Candidate("native", _refuse_broadcast, estimate, prepare)


def _prepare_scale(op: Op, specs: Specs, output: TensorSpec) -> Run:
    factor = cast(Scale, op).factor

    def run(x: Array) -> Array:
        y = empty(output)
        _native.scale(dense(x), y, factor)
        return y

    return run


def _prepare_pow(op: Op, specs: Specs, output: TensorSpec) -> Run:
    exponent = cast(Pow, op).exponent

    def run(x: Array) -> Array:
        y = empty(output)
        _native.power(dense(x), None, y, exponent, 1.0, False)
        return y

    return run


RELU = plain(_native.relu)
RELU_GRAD = plain(_native.relu_grad)
SIGMOID = plain(_native.sigmoid)
SIGMOID_GRAD = plain(_native.sigmoid_grad)
TANH = plain(_native.tanh)
TANH_GRAD = plain(_native.tanh_grad)
EXP = plain(_native.exp)
POW = Candidate("native", refuse_all_but_float32, estimate, _prepare_pow)
SCALE = Candidate("native", refuse_all_but_float32, estimate, _prepare_scale)
ADD = _binary(_native.add, _native.add_rows)
SUB = _binary(_native.sub, _native.sub_rows)
MUL = _binary(_native.mul, _native.mul_rows)
DIV = _binary(_native.div, _native.div_rows)
MAXIMUM = _binary(_native.maximum, _native.maximum_rows)
MINIMUM = _binary(_native.minimum, _native.minimum_rows)
