"""Kernels for losses of pairs of numbers, and for distances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Op
from convolens.ops.bce_loss import check_shares
from convolens.spec import TensorSpec


def _parameter(op: Any) -> float:
    """Return the one number of a loss, or 0."""
    for name in ("beta", "delta", "log_target"):
        if hasattr(op, name):
            return float(getattr(op, name))
    return 0.0


def _weights(op: Any, arrays: tuple[Array, ...]) -> list[Array | None]:
    """Return the weights and the positive weights that follow the pair, each dense or None."""
    rest = iter(arrays)
    present = (getattr(op, "weighted", False), getattr(op, "pos_weighted", False))
    return [dense(next(rest)) if each else None for each in present]


def _forward(kernel: Callable[..., bool]) -> Callable[[Op, Specs, TensorSpec], Run]:
    def prepare(op: Any, specs: Specs, output: TensorSpec) -> Run:
        factor = 1.0 / specs[0].size if op.reduction == "mean" else 1.0
        parameter = _parameter(op)

        def run(x: Array, t: Array, *rest: Array) -> Array:
            loss = empty(output)
            x, t = dense(x), dense(t)
            if not kernel(x, t, *_weights(op, rest), loss, parameter, factor):
                check_shares(x, t)
            return loss

        return run

    return prepare


def _backward(kernel: Callable[..., None]) -> Callable[[Op, Specs, TensorSpec], Run]:
    def prepare(op: Any, specs: Specs, output: TensorSpec) -> Run:
        factor = 1.0 / specs[0].size if op.reduction == "mean" else 1.0
        parameter = _parameter(op)

        def run(x: Array, t: Array, *rest: Array) -> Array:
            dx = empty(output)
            weights = _weights(op, rest)
            kernel(dense(x), dense(t), *weights, dense(rest[-1]), dx, parameter, factor)
            return dx

        return run

    return prepare


def _refuse_no_parabola(op: Any, specs: Specs) -> str:
    if op.beta == 0.0:
        return "beta is 0: the absolute error has a kernel of its own"
    return refuse_all_but_float32(op, specs)


def _pair(
    forward: Callable[..., bool],
    backward: Callable[..., None],
    refuse: Callable[[Any, Specs], str] = refuse_all_but_float32,
) -> tuple[Candidate, Candidate]:
    """Return the candidates for a loss and its gradient."""
    return (
        Candidate("native", refuse, estimate, _forward(forward)),
        Candidate("native", refuse, estimate, _backward(backward)),
    )


def _refuse_distance(op: Any, specs: Specs) -> str:
    if op.p not in (1.0, 2.0):
        return f"kernels have p = 1 and p = 2, not {op.p:g}"
    if specs[0].rank > 2:
        return "the vectors do not lie side by side in memory"
    return refuse_all_but_float32(op, specs)


def _prepare_distance(op: Any, specs: Specs, output: TensorSpec) -> Run:
    def run(a: Array, b: Array) -> Array:
        y = empty(output)
        _native.distance(dense(a), dense(b), y, op.eps, op.p == 2.0)
        return y

    return run


def _prepare_distance_grad(op: Any, specs: Specs, output: TensorSpec) -> Run:
    def run(a: Array, b: Array, y: Array, g: Array) -> Array:
        da = empty(output)
        _native.distance_grad(dense(a), dense(b), dense(y), dense(g), da, op.eps, op.p == 2.0)
        return da

    return run


MSE, MSE_GRAD = _pair(_native.mse_loss, _native.mse_loss_grad)
L1, L1_GRAD = _pair(_native.l1_loss, _native.l1_loss_grad)
SMOOTH_L1, SMOOTH_L1_GRAD = _pair(
    _native.smooth_l1_loss, _native.smooth_l1_loss_grad, _refuse_no_parabola
)
HUBER, HUBER_GRAD = _pair(_native.huber_loss, _native.huber_loss_grad)
BCE, BCE_GRAD = _pair(_native.bce_loss, _native.bce_loss_grad)
BCE_WITH_LOGITS, BCE_WITH_LOGITS_GRAD = _pair(_native.bce_with_logits, _native.bce_with_logits_grad)
KL_DIV, KL_DIV_GRAD = _pair(_native.kl_div, _native.kl_div_grad)
DISTANCE = Candidate("native", _refuse_distance, estimate, _prepare_distance)
DISTANCE_GRAD = Candidate("native", _refuse_distance, estimate, _prepare_distance_grad)
