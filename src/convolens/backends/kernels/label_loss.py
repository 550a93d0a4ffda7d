"""Kernels for losses of scores against class labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_all_but_float32
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Op
from convolens.ops._on_labels import OnLabels, refuse_label
from convolens.spec import TensorSpec


class _Rows:
    """A call's scores as rows of K, and what belongs to them as one number a row.

    In memory the K scores of a label lie side by side, in the order of the labels' indices.
    """

    def __init__(self, op: Any, scores: TensorSpec) -> None:
        self.op: OnLabels = op
        self.classes = scores.shape[1]
        self.count = scores.size // self.classes
        self.smoothing: float = getattr(op, "label_smoothing", 0.0)
        self.mean = op.reduction == "mean"
        self.matrix = scores.rank == 2

    def scores(self, array: Array) -> Array:
        """Return [N, K, *I] as [rows, K], in the same memory."""
        array = dense(array)
        if self.matrix:
            return array
        return np.moveaxis(array, 1, -1).reshape(self.count, self.classes)

    def numbers(self, array: Array) -> Array:
        """Return [N, *I] as [rows], or a single number as it is."""
        return dense(array if array.ndim < 2 else np.ascontiguousarray(array).reshape(-1))

    def labels(self, array: Array) -> tuple[Array, bool]:
        """Return the labels as [rows], after checking their range, and whether each counts 1.

        Then the plain kernels serve.
        """
        labels, ignored = self.numbers(array), self.op.ignore_index
        if _native.first_wrong_label(labels, self.classes, 0) < 0:  # no label is out of range
            return labels, not self.smoothing and not 0 <= ignored < self.classes
        wrong = _native.first_wrong_label(labels, self.classes, ignored)
        if wrong >= 0:
            refuse_label(self.op.name, int(labels[wrong]), wrong, self.classes)
        return labels, False


def _losses(rows: _Rows, output: TensorSpec, compute: Callable[[Array], None]) -> Array:
    """Return what ``compute`` writes into one number, or into one a row."""
    if rows.matrix or not output.shape:
        losses = empty(output)
        compute(losses)
        return losses
    flat = empty(TensorSpec((rows.count,), output.dtype))
    compute(flat)
    return dense(flat.reshape(output.shape))


def _prepare_cross_entropy(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, weighted = _Rows(op, specs[0]), len(specs) == 3
    factor = 1.0 / rows.count if rows.mean else 1.0

    def run(logits: Array, labels: Array, weight: Array | None = None) -> Array:
        x, (y, plain) = rows.scores(logits), rows.labels(labels)
        if plain and not weighted:
            return _losses(rows, output, lambda to: _native.cross_entropy(x, y, to, factor))
        w = None if weight is None else dense(weight)
        numbers = (rows.op.ignore_index, rows.smoothing, rows.mean)
        return _losses(rows, output, lambda to: _native.label_cross_entropy(x, y, w, to, *numbers))

    return run


def _prepare_cross_entropy_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, weighted = _Rows(op, specs[0]), len(specs) == 4
    factor = 1.0 / rows.count if rows.mean else 1.0

    def run(logits: Array, labels: Array, *rest: Array) -> Array:
        x, (y, plain), g = rows.scores(logits), rows.labels(labels), rows.numbers(rest[-1])
        dlogits = empty(output)
        to = rows.scores(dlogits)
        if plain and not weighted:
            _native.cross_entropy_grad(x, y, g, to, factor)
        else:
            w = dense(rest[0]) if weighted else None
            numbers = (rows.op.ignore_index, rows.smoothing, rows.mean)
            _native.label_cross_entropy_grad(x, y, w, g, to, *numbers)
        return dlogits

    return run


def _prepare_nll(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows = _Rows(op, specs[0])
    numbers = (rows.op.ignore_index, 0.0, rows.mean)

    def run(scores: Array, labels: Array, weight: Array | None = None) -> Array:
        x, (y, _) = rows.scores(scores), rows.labels(labels)
        w = None if weight is None else dense(weight)
        return _losses(rows, output, lambda to: _native.nll_loss(x, y, w, to, *numbers))

    return run


def _prepare_nll_grad(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rows, weighted = _Rows(op, specs[0]), len(specs) == 4
    numbers = (rows.op.ignore_index, 0.0, rows.mean)

    def run(scores: Array, labels: Array, *rest: Array) -> Array:
        x, (y, _), g = rows.scores(scores), rows.labels(labels), rows.numbers(rest[-1])
        dx = empty(output)
        w = dense(rest[0]) if weighted else None
        _native.nll_loss_grad(x, y, w, g, rows.scores(dx), *numbers)
        return dx

    return run


CROSS_ENTROPY = Candidate("native", refuse_all_but_float32, estimate, _prepare_cross_entropy)
CROSS_ENTROPY_GRAD = Candidate(
    "native", refuse_all_but_float32, estimate, _prepare_cross_entropy_grad
)
NLL = Candidate("native", refuse_all_but_float32, estimate, _prepare_nll)
NLL_GRAD = Candidate("native", refuse_all_but_float32, estimate, _prepare_nll_grad)
