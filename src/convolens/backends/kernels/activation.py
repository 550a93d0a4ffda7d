"""Kernels of activations and of elementary functions, with and without numbers of their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.kernels.pointwise import into_new, pointwise
from convolens.ops import Array, Clamp, Op
from convolens.spec import TensorSpec

Two = tuple[float, float]


def _curve(
    kernel: Callable[..., None],
    numbers: Callable[[Any], Two],
    refuse: Callable[[Op, Specs], str] = refuse_all_but_float32,
) -> Candidate:
    """Return the candidate for a kernel with two numbers, which follow from the attributes."""

    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        first, second = numbers(op)

        def with_numbers(*arrays: Array) -> None:
            kernel(*arrays, first, second)

        return into_new(with_numbers)(op, specs, output)

    return Candidate("native", refuse, estimate, prepare, any_order=True)


def _bounds(op: Clamp) -> Two:
    return -math.inf if op.min is None else op.min, math.inf if op.max is None else op.max


def _refuse_clamp(op: Op, specs: Specs) -> str:
    if any(map(math.isnan, _bounds(op))):  # type: ignore[arg-type]
        return "a bound is not a number"
    return refuse_all_but_float32(op, specs)


def _approximate(exact: Callable[..., None], tanh: Callable[..., None]) -> Candidate:
    """Return the candidate for the two kinds of GELU."""

    def prepare(op: Any, specs: Specs, output: TensorSpec) -> Run:
        return into_new(exact if op.approximate == "none" else tanh)(op, specs, output)

    return Candidate("native", refuse_all_but_float32, estimate, prepare, any_order=True)


ABS = pointwise(_native.abs)
ABS_GRAD = pointwise(_native.abs_grad)
LOG = pointwise(_native.log)
SQRT = pointwise(_native.sqrt)
ERF = pointwise(_native.erf)
CLAMP = _curve(_native.clamp, _bounds, _refuse_clamp)
CLAMP_GRAD = _curve(_native.clamp_grad, _bounds, _refuse_clamp)
LEAKY_RELU = _curve(_native.leaky_relu, lambda op: (op.negative_slope, 0.0))
LEAKY_RELU_GRAD = _curve(_native.leaky_relu_grad, lambda op: (op.negative_slope, 0.0))
ELU = _curve(_native.elu, lambda op: (op.scale * op.alpha, op.scale))
ELU_GRAD = _curve(_native.elu_grad, lambda op: (op.scale * op.alpha, op.scale))
GELU = _approximate(_native.gelu, _native.gelu_tanh)
GELU_GRAD = _approximate(_native.gelu_grad, _native.gelu_tanh_grad)
SILU = pointwise(_native.silu)
SILU_GRAD = pointwise(_native.silu_grad)
SOFTPLUS = _curve(_native.softplus, lambda op: (op.beta, op.threshold))
SOFTPLUS_GRAD = _curve(_native.softplus_grad, lambda op: (op.beta, op.threshold))
HARDTANH = _curve(_native.clamp, lambda op: (op.min_val, op.max_val))
HARDTANH_GRAD = _curve(_native.hardtanh_grad, lambda op: (op.min_val, op.max_val))
HARDSIGMOID = pointwise(_native.hardsigmoid)
HARDSIGMOID_GRAD = pointwise(_native.hardsigmoid_grad)
HARDSWISH = pointwise(_native.hardswish)
HARDSWISH_GRAD = pointwise(_native.hardswish_grad)
SCALED_TANH = pointwise(_native.scaled_tanh)
SCALED_TANH_GRAD = pointwise(_native.scaled_tanh_grad)
