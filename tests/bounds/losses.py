"""Losses: the rounding of each part, and of their sum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bounds.activations import SIGMOID, rounded, sigmoid
from convolens import ops
from convolens.ops import Array, Op
from convolens.ops._on_labels import rows_of, scores_of
from convolens.ops._pairwise_loss import PairwiseLoss, PairwiseLossGrad
from convolens.ops.bce_with_logits import parted
from convolens.ops.softplus import log_one_plus_exp
from tolerance import FUNCTION

Bound = Callable[[Any, list[Array]], Array]


def summed(op: Any, errors: Array, losses: Array) -> Array:
    """The parts' errors, and those of the sum, of 1 / n and of their product."""
    if op.reduction == "none":
        return errors
    n = losses.size
    total = errors.sum() + (n + 2) * np.abs(losses).sum()
    return total / n if op.reduction == "mean" else total


def pair(each: Bound) -> Bound:
    """Return the bound of a loss of pairs from that of each pair."""

    def bound(op: PairwiseLoss, arrays: list[Array]) -> Array:
        return summed(op, each(op, arrays), op.each(*arrays))

    return bound


def pair_grad(each: Bound) -> Bound:
    """Return the bound of a gradient from that of the slope of each pair.

    The slope is multiplied with a weight and with g times 1 / n, all rounded.
    """

    def bound(op: PairwiseLossGrad, arrays: list[Array]) -> Array:
        *inputs, g = arrays
        parts = inputs[0].size if op.reduction == "mean" else 1
        return (each(op, inputs) + 4 * np.abs(op.slope(*inputs))) * np.abs(g) / parts

    return bound


def _relative(times: float) -> Bound:
    return lambda op, arrays: times * np.abs(op.each(*arrays))


def _relative_slope(times: float) -> Bound:
    return lambda op, arrays: times * np.abs(op.slope(*arrays))


def _smooth_l1(op: ops.SmoothL1Loss, arrays: list[Array]) -> Array:
    """d^2 / 2 times the rounded 1 / beta; or d less the rounded beta / 2."""
    d = np.abs(arrays[0] - arrays[1])
    return 5 * op.each(*arrays) + d + 0.5 * op.beta


def _huber(op: ops.HuberLoss, arrays: list[Array]) -> Array:
    d = np.abs(arrays[0] - arrays[1])
    return 4 * op.each(*arrays) + op.delta * (d + op.delta)


def _bce(op: ops.BceLoss, arrays: list[Array]) -> Array:
    x, t, *weight = arrays
    parts = np.abs((1 - t) * np.log1p(-x)) + np.abs(t * np.log(x))
    return (FUNCTION + 6) * parts * (weight[0] if weight else 1)


def _bce_with_logits(op: ops.BceWithLogits, arrays: list[Array]) -> Array:
    x, t = arrays[:2]
    w, p = parted(op, arrays)
    extra = np.abs((1 if p is None else p) - 1) * t
    less = log_one_plus_exp(-x)
    small = np.exp(-np.abs(x))
    logarithm = (FUNCTION + 3) * np.log1p(small) + FUNCTION * small / (1 + small) + less
    right, wrong = np.abs((1 - t) * x), (1 + extra) * less
    error = 2 * right + (1 + extra) * logarithm + 4 * wrong + right + wrong
    return error if w is None else w * (error + right + wrong)


def _bce_with_logits_grad(op: ops.BceWithLogitsGrad, arrays: list[Array]) -> Array:
    x, t = arrays[:2]
    w, p = parted(op, arrays)
    yes = t if p is None else p * t
    whole = 1.0 if p is None else np.abs(1 - t) + yes
    error = whole * sigmoid(x) * (SIGMOID + 4) + 2 * yes
    return error if w is None else w * error


def _kl_div(op: ops.KlDiv, arrays: list[Array]) -> Array:
    x, t = arrays
    if op.log_target:
        return (FUNCTION + 2) * np.exp(t) * np.abs(t - x)
    return (FUNCTION + 2) * np.abs(t * np.log(t)) + 2 * np.abs(t * x)


def _surprise(rows: Array) -> tuple[Array, Array]:
    """-log softmax of each score, and its error: n u of a sum are an absolute error of its log."""
    shifted = rows - rows.max(axis=1, keepdims=True)
    logs = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    error = 2 * np.abs(shifted) + (FUNCTION + 1) * np.abs(logs) + rows.shape[1] + FUNCTION + 2
    return logs - shifted, error


def _label_mean(op: Any, errors: Array, losses: Array, counts: Array, shape: Any) -> Array:
    """Losses of labels, whose mean is divided by a sum of what they count."""
    if op.reduction == "none":
        return errors.reshape(shape)
    n = losses.size
    total = errors.sum() + (2 * n + 2) * np.abs(losses).sum()
    return total / counts.sum() if op.reduction == "mean" else total


def _cross_entropy(op: ops.CrossEntropy, arrays: list[Array]) -> Array:
    logits, labels, *weight = arrays
    rows, flat = rows_of(logits), labels.reshape(-1)
    w = weight[0] if weight else None
    losses, errors = _surprise(rows)
    k = rows.shape[1]
    counts = op.counts(flat, w, rows.dtype)
    at = np.arange(len(flat)), np.where(flat == op.ignore_index, 0, flat)
    each = (1 - op.label_smoothing) * counts * (errors[at] + 4 * losses[at])
    every = (errors + (k + 4) * losses) * (1 if w is None else w)
    each = each + op.label_smoothing / k * every.sum(axis=1) * (flat != op.ignore_index)
    own = replace(op, reduction="none").reference(*arrays).reshape(-1)
    return _label_mean(op, each, own, counts, labels.shape)


def _cross_entropy_grad(op: ops.CrossEntropyGrad, arrays: list[Array]) -> Array:
    logits, labels, *weight, g = arrays
    rows, flat = rows_of(logits), labels.reshape(-1)
    w = weight[0] if weight else None
    counts = op.counts(flat, w, rows.dtype)
    shares = op._shares().each(flat, w, rows)
    whole = shares.sum(axis=1, keepdims=True)
    shifted = np.abs(rows - rows.max(axis=1, keepdims=True))
    softmax = ops.Softmax(1).reference(rows)
    mean = op.reduction == "mean"
    upstream = np.abs(g / op.divided(counts)).reshape(-1, 1)
    counted = len(flat) if mean else 0
    error = whole * softmax * (shifted + 2 * FUNCTION + rows.shape[1] + 10) + 5 * shares
    return scores_of(upstream * (error + counted * np.abs(whole * softmax - shares)), logits.shape)


def _nll(op: ops.NllLoss, arrays: list[Array]) -> Array:
    labels, weight = arrays[1], arrays[2] if len(arrays) == 3 else None
    losses = replace(op, reduction="none").reference(*arrays).reshape(-1)
    counts = op.counts(labels.reshape(-1), weight, arrays[0].dtype)
    return _label_mean(op, np.abs(losses), losses, counts, labels.shape)


def _nll_grad(op: ops.NllLossGrad, arrays: list[Array]) -> Array:
    counted = arrays[1].size + 1 if op.reduction == "mean" else 0
    return (counted + 3) * np.abs(op.reference(*arrays))


def _difference(op: Any, a: Array, b: Array) -> tuple[Array, Array]:
    """a - b + eps, and its error: eps is rounded, the difference and the sum."""
    d = np.abs(op.difference(a, b))
    return d, np.abs(a - b) + abs(op.eps) + d


def _distance(op: ops.PairwiseDistance, arrays: list[Array]) -> Array:
    a, b = arrays
    d, error = _difference(op, a, b)
    n = max(1, a.shape[-1])
    if op.p == 1.0:
        return error.sum(axis=-1) + n * d.sum(axis=-1)
    y = op.reference(a, b)
    squares = (2 * d * error + (n + 1) * d * d).sum(axis=-1)
    return np.divide(squares, 2 * y, out=np.zeros_like(y), where=y > 0) + y


def _distance_grad(op: ops.PairwiseDistanceGrad, arrays: list[Array]) -> Array:
    a, b, y, g = arrays
    if op.p == 1.0:
        return np.zeros(())
    d, error = _difference(op, a, b)
    each = np.divide(np.abs(g), y, out=np.zeros_like(y), where=y > 0)[..., None]
    size = np.abs(op.reference(*arrays))
    if op.p in (2.0, np.inf):
        return error * each + 2 * size
    # Two products of two powers, each of which a library rounds to a unit of the last place.
    slope = abs(op.p - 1) * np.divide(size, d, out=np.zeros_like(d), where=d > 0)
    return error * np.maximum(each, slope) + 6 * size


BOUNDS: dict[type[Op], Bound] = {
    ops.MseLoss: pair(_relative(3)),
    ops.MseLossGrad: pair_grad(_relative_slope(1)),
    ops.L1Loss: pair(_relative(1)),
    ops.L1LossGrad: pair_grad(_relative_slope(0)),
    ops.SmoothL1Loss: pair(_smooth_l1),
    ops.SmoothL1LossGrad: pair_grad(_relative_slope(3)),
    ops.HuberLoss: pair(_huber),
    ops.HuberLossGrad: pair_grad(_relative_slope(1)),
    ops.BceLoss: pair(_bce),
    ops.BceLossGrad: pair_grad(_relative_slope(5)),
    ops.BceWithLogits: pair(_bce_with_logits),
    ops.BceWithLogitsGrad: pair_grad(_bce_with_logits_grad),
    ops.KlDiv: pair(_kl_div),
    ops.KlDivGrad: pair_grad(_relative_slope(FUNCTION)),
    ops.CrossEntropy: _cross_entropy,
    ops.CrossEntropyGrad: _cross_entropy_grad,
    ops.NllLoss: _nll,
    ops.NllLossGrad: _nll_grad,
    ops.LabelShares: rounded(4),
    ops.PairwiseDistance: _distance,
    ops.PairwiseDistanceGrad: _distance_grad,
}
