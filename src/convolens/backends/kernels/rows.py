"""Kernels for response normalisation along the channels, and dropout."""

from __future__ import annotations

from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Dropout, LocalResponseNorm, Op
from convolens.spec import TensorSpec


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


DROPOUT = Candidate("native", refuse_all_but_float32, estimate, _prepare_dropout)
RESPONSE_NORM = Candidate("native", refuse_all_but_float32, estimate, _prepare_response_norm)
RESPONSE_NORM_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_response_norm)
