"""Kernels for cross-entropy, response normalisation along the channels, and dropout."""

from __future__ import annotations

from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Dropout, LocalResponseNorm, Op
from convolens.ops.cross_entropy import OnLabels, refuse_label
from convolens.spec import TensorSpec


def _check_labels(labels: Array, classes: int) -> None:
    wrong = _native.first_wrong_label(labels, classes)
    if wrong >= 0:
        refuse_label(int(labels[wrong]), wrong, classes)


def _factor(op: Op, specs: Specs) -> float:
    return 1.0 / specs[1].size if cast(OnLabels, op).reduction == "mean" else 1.0


def _prepare_cross_entropy(op: Op, specs: Specs, output: TensorSpec) -> Run:
    factor, classes = _factor(op, specs), specs[0].shape[1]

    def run(logits: Array, labels: Array) -> Array:
        labels = dense(labels)
        _check_labels(labels, classes)
        loss = empty(output)
        _native.cross_entropy(dense(logits), labels, loss, factor)
        return loss

    return run


def _prepare_cross_entropy_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    factor, classes = _factor(op, specs), specs[0].shape[1]

    def run(logits: Array, labels: Array, g: Array) -> Array:
        labels = dense(labels)
        _check_labels(labels, classes)
        dlogits = empty(output)
        _native.cross_entropy_grad(dense(logits), labels, dense(g), dlogits, factor)
        return dlogits

    return run


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


CROSS_ENTROPY = Candidate("native", refuse_all_but_float32, estimate, _prepare_cross_entropy)
CROSS_ENTROPY_GRAD = Candidate(
    "native", refuse_all_but_float32, estimate, _prepare_cross_entropy_grad
)
DROPOUT = Candidate("native", refuse_all_but_float32, estimate, _prepare_dropout)
RESPONSE_NORM = Candidate("native", refuse_all_but_float32, estimate, _prepare_response_norm)
RESPONSE_NORM_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_response_norm)
