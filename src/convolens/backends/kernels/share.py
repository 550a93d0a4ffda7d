"""Kernels that give the numbers of a group what is stated for the group: their gradients."""

from __future__ import annotations

from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate
from convolens.backends.kernels.reduce import refuse_apart, sized
from convolens.backends.layout import dense, empty
from convolens.ops import Array, ExtremeGrad, NormGrad, Op, ProdGrad
from convolens.ops.norm import quotient
from convolens.spec import TensorSpec


def _prepare_extreme_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    size = sized(specs[0], cast(ExtremeGrad, op).axes)

    def run(x: Array, y: Array, g: Array) -> Array:
        _native.not_recorded()
        x, y, g = dense(x), dense(y), dense(g)
        count, dx = empty(specs[1]), empty(output)
        _native.sum_matches(x, y, count, *size, 1.0)
        _native.share_matches(x, y, dense(np.asarray(g / np.maximum(count, 1))), dx, *size)
        return dx

    return run


def _refuse_norm_grad(op: Op, specs: Specs) -> str:
    if reason := refuse_apart(op, specs):
        return reason
    return "" if cast(NormGrad, op).order in (1, 2) else "kernels have norms of order 1 and 2"


def _prepare_norm_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    norm = cast(NormGrad, op)
    size = sized(specs[0], norm.axes)

    def signs(x: Array, y: Array, g: Array) -> Array:
        dx = empty(output)
        _native.share_signs(dense(x), dense(g), dx, *size)
        return dx

    def parts(x: Array, y: Array, g: Array) -> Array:
        _native.not_recorded()
        dx = empty(output)
        _native.mul_rows(dense(x), dense(np.asarray(quotient(g, y))), dx)
        return dx

    return signs if norm.order == 1 else parts


def _prepare_prod_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    size = sized(specs[0], cast(ProdGrad, op).axes)

    def run(x: Array, g: Array) -> Array:
        dx = empty(output)
        _native.product_grad(dense(x), dense(g), dx, *size)
        return dx

    return run


EXTREME_GRAD = Candidate("native", refuse_apart, estimate, _prepare_extreme_grad)
NORM_GRAD = Candidate("native", _refuse_norm_grad, estimate, _prepare_norm_grad)
PROD_GRAD = Candidate("native", refuse_apart, estimate, _prepare_prod_grad)
