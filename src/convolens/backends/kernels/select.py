"""Kernels that choose: by a condition, by what is larger, by sign with learned slopes."""

from __future__ import annotations

from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.kernels.pointwise import pointwise
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Op, WhereGrad
from convolens.spec import TensorSpec


def _fitted(array: Array, shape: tuple[int, ...]) -> Array:
    """Return a dense array of ``shape`` or of one number, repeated where it is neither."""
    if array.size == 1 or array.shape == shape:
        return dense(array)
    return dense(np.broadcast_to(array, shape))


def _prepare_where(op: Op, specs: Specs, output: TensorSpec) -> Run:
    shape = output.shape

    def run(condition: Array, a: Array, b: Array) -> Array:
        y = empty(output)
        _native.where(_fitted(condition, shape), _fitted(a, shape), _fitted(b, shape), y)
        return y

    return run


def _prepare_where_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    zero, keep = np.zeros((), np.float32), cast(WhereGrad, op).keep

    def run(condition: Array, g: Array) -> Array:
        y = empty(output)
        a, b = (dense(g), zero) if keep else (zero, dense(g))
        _native.where(_fitted(condition, output.shape), a, b, y)
        return y

    return run


def _prepare_prelu(op: Op, specs: Specs, output: TensorSpec) -> Run:
    def run(x: Array, weight: Array, g: Array | None = None) -> Array:
        y = empty(output)
        _native.prelu(dense(x), None if g is None else dense(g), dense(weight), y)
        return y

    return run


def _prepare_prelu_weight_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    def run(x: Array, g: Array) -> Array:
        dweight = empty(output)
        _native.prelu_weight_grad(dense(x), dense(g), dweight)
        return dweight

    return run


MAXIMUM_GRAD = pointwise(_native.maximum_grad)
WHERE = Candidate("native", refuse_all_but_float32, estimate, _prepare_where)
WHERE_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_where_grad)
PRELU = Candidate("native", refuse_all_but_float32, estimate, _prepare_prelu)
PRELU_INPUT_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_prelu)
PRELU_WEIGHT_GRAD = Candidate(
    "native", refuse_all_but_float32, estimate, _prepare_prelu_weight_grad
)
