"""Kernels along the channels of a row, and dropout."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, into_new, refuse_all_but_float32
from convolens.backends.layout import dense, empty, memory_order
from convolens.ops import Array, Dropout, LocalResponseNorm, Op
from convolens.ops._axis import AlongAxis
from convolens.spec import TensorSpec


def _refuse_axis(op: Op, specs: Specs) -> str:
    if reason := refuse_all_but_float32(op, specs):
        return reason
    x = specs[0]
    if cast(AlongAxis, op).dim != memory_order(x.rank)[-1]:
        return f"axis {cast(AlongAxis, op).dim} is not the innermost one in memory"
    return ""


def _along_rows(kernel: Callable[..., None]) -> Candidate:
    return Candidate("native", _refuse_axis, estimate, into_new(kernel))


def _prepare_dropout(op: Op, specs: Specs, output: TensorSpec) -> Run:
    threshold, scale = cast(Dropout, op).threshold, cast(Dropout, op).scale

    def run(x: Array, key: Array) -> Array:
        y = empty(output)
        _native.dropout(dense(x), dense(key), y, threshold, scale)
        return y

    return run


def _prepare_response_norm(op: Op, specs: Specs, output: TensorSpec) -> Run:
    norm = cast(LocalResponseNorm, op)
    window = norm.window()

    def run(x: Array, g: Array | None = None) -> Array:
        y = empty(output)
        upstream = None if g is None else dense(g)
        _native.response_norm(
            dense(x), upstream, y, window.before, window.after, norm.k, norm.factor, norm.beta
        )
        return y

    return run


SOFTMAX = _along_rows(_native.softmax)
SOFTMAX_GRAD = _along_rows(_native.softmax_grad)
LOG_SOFTMAX = _along_rows(_native.log_softmax)
LOG_SOFTMAX_GRAD = _along_rows(_native.log_softmax_grad)
DROPOUT = Candidate("native", refuse_all_but_float32, estimate, _prepare_dropout)
RESPONSE_NORM = Candidate("native", refuse_all_but_float32, estimate, _prepare_response_norm)
RESPONSE_NORM_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_response_norm)
