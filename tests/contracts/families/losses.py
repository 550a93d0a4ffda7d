"""Losses of pairs of numbers and of scores against labels, and distances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from convolens import ops
from convolens.ops import Op, Sample
from convolens.ops._on_labels import OnLabels, with_positive_weights
from convolens.ops._pairwise_loss import PairwiseLoss, PairwiseLossGrad, prepared
from convolens.ops._reduction import REDUCTIONS
from convolens.ops.pairwise_distance import with_distance
from convolens.spec import TensorSpec, int64

PAIR_LOSSES: tuple[tuple[type[PairwiseLoss], type[PairwiseLossGrad]], ...] = (
    (ops.MseLoss, ops.MseLossGrad),
    (ops.L1Loss, ops.L1LossGrad),
    (ops.SmoothL1Loss, ops.SmoothL1LossGrad),
    (ops.HuberLoss, ops.HuberLossGrad),
    (ops.BceLoss, ops.BceLossGrad),
    (ops.BceWithLogits, ops.BceWithLogitsGrad),
    (ops.KlDiv, ops.KlDivGrad),
)
LABEL_LOSSES: tuple[tuple[type[OnLabels], type[OnLabels], tuple[dict[str, Any], ...]], ...] = (
    (
        ops.CrossEntropy,
        ops.CrossEntropyGrad,
        ({}, {"label_smoothing": 0.2}, {"ignore_index": 0}),
    ),
    (ops.NllLoss, ops.NllLossGrad, ({}, {"ignore_index": 0})),
)


def _pair_call(loss: type[PairwiseLoss], op: Any, shape: tuple[int, ...]) -> Sample:
    with_g = isinstance(op, PairwiseLossGrad)
    x, g = TensorSpec(shape), TensorSpec(shape if op.reduction == "none" else ())
    specs = (x,) * op.count() + ((g,) if with_g else ())
    return Sample(op, specs, prepare=prepared(loss, with_g))


def _pair_calls(loss: type[PairwiseLoss], operator: Any) -> Iterator[Sample]:
    """Every length up to 4 registers and one, in turn with each reduction and variant."""
    tried = [operator(r, **variant) for variant in loss.variants() for r in REDUCTIONS]
    shapes: list[tuple[int, ...]] = [(size,) for size in range(1, 68)]
    shapes += [(2, channels, 3, 2) for channels in range(1, 36)]
    shapes += [(), (2, 3, 4), (4095,), (4097,)]
    for place, shape in enumerate(shapes):
        yield _pair_call(loss, tried[place % len(tried)], shape)


def _big_pairs(loss: type[PairwiseLoss], operator: Any) -> Iterator[Sample]:
    for variant in loss.variants():
        for reduction in REDUCTIONS:
            yield _pair_call(loss, operator(reduction, **variant), (8, 37, 20, 21))


def _label_call(op: Any, shape: tuple[int, ...], weighted: bool, with_g: bool) -> Sample:
    specs = [TensorSpec(shape), TensorSpec(shape[:1] + shape[2:], int64)]
    specs += [TensorSpec(shape[1:2])] if weighted else []
    if with_g:
        specs.append(op.loss_spec(*specs))
    prepare = with_positive_weights if weighted else None
    return Sample(op, tuple(specs), below=shape[1], prepare=prepare)


def _labelled(operator: type[OnLabels], options: Any, with_g: bool) -> Iterator[Sample]:
    for classes in range(1, 40):
        for place, shape in enumerate(((1, classes), (5, classes), (2, classes, 3, 2))):
            for attributes in options:
                for weighted in (False, True):
                    op = operator(REDUCTIONS[(place + classes) % 3], **attributes)
                    yield _label_call(op, shape, weighted, with_g)


def _big_labels(operator: type[OnLabels], options: Any, with_g: bool) -> Iterator[Sample]:
    for attributes in options:
        for reduction in REDUCTIONS:
            yield _label_call(operator(reduction, **attributes), (3000, 43), False, with_g)
        yield _label_call(operator("none", **attributes), (4, 21, 30, 31), True, with_g)


def _distances(grad: bool) -> Iterator[Sample]:
    for length in range(1, 68):
        for op in (ops.PairwiseDistance(2.0), ops.PairwiseDistance(1.0, 0.25)):
            yield _distance(op, (3, length), grad)
    yield _distance(ops.PairwiseDistance(), (19,), grad)


def _distance(op: ops.PairwiseDistance, shape: tuple[int, ...], grad: bool) -> Sample:
    pair, distances = (TensorSpec(shape),) * 2, (TensorSpec(shape[:-1]),) * 2
    if not grad:
        return Sample(op, pair)
    slope = ops.PairwiseDistanceGrad(op.p, op.eps)
    return Sample(slope, (*pair, *distances), prepare=with_distance(slope))


def _big_distances(grad: bool) -> Iterator[Sample]:
    yield _distance(ops.PairwiseDistance(), (900, 513), grad)
    yield _distance(ops.PairwiseDistance(1.0), (900, 513), grad)


SMALL: dict[type[Op], Callable[[], Iterable[Sample]]] = {}
BIG: dict[type[Op], Callable[[], Iterable[Sample]]] = {}
for _loss, _grad in PAIR_LOSSES:
    for _operator in (_loss, _grad):
        SMALL[_operator] = partial(_pair_calls, _loss, _operator)
        BIG[_operator] = partial(_big_pairs, _loss, _operator)
for _forward, _backward, _options in LABEL_LOSSES:
    SMALL[_forward] = partial(_labelled, _forward, _options, False)
    SMALL[_backward] = partial(_labelled, _backward, _options, True)
    BIG[_forward] = partial(_big_labels, _forward, _options, False)
    BIG[_backward] = partial(_big_labels, _backward, _options, True)
SMALL[ops.PairwiseDistance] = partial(_distances, False)
SMALL[ops.PairwiseDistanceGrad] = partial(_distances, True)
BIG[ops.PairwiseDistance] = partial(_big_distances, False)
BIG[ops.PairwiseDistanceGrad] = partial(_big_distances, True)
