"""What torch refuses of elementwise functions, activations and losses is refused here, and no more.

Each call is written once, for either library: ``m`` is the library and ``F`` its functions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import convolens as cl

from .peer import outcome, torch

CALLS: dict[str, Callable[[Any, Any], Any]] = {
    # Functions of single numbers, and choices.
    "abs of truths": lambda m, F: m.tensor([True]).abs(),
    "clamp by nothing": lambda m, F: m.ones(2).clamp(),
    "clamp by text": lambda m, F: m.ones(2).clamp(min="a"),
    "clamp beyond uint8": lambda m, F: m.tensor([1], dtype=m.uint8).clamp(0, 300),
    "maximum of a number": lambda m, F: m.maximum(m.ones(2), 1.0),
    "maximum shapes": lambda m, F: m.maximum(m.ones(2), m.ones(3)),
    "minimum of text": lambda m, F: m.minimum(m.ones(2), "a"),
    "where of floats": lambda m, F: m.where(m.ones(2), 1.0, 0.0),
    "where of whole numbers": lambda m, F: m.where(m.arange(2), 1.0, 0.0),
    "where shapes": lambda m, F: m.where(m.ones(2) > 0, m.ones(3), m.ones(2)),
    "where of a list": lambda m, F: m.where([True], m.ones(1), m.ones(1)),
    "where of text": lambda m, F: m.where(m.ones(1) > 0, "a", m.ones(1)),
    **{
        f"{name} of text": lambda m, F, name=name: getattr(m, name)("a")
        for name in ("abs", "neg", "exp", "log", "sqrt", "erf", "relu", "sigmoid", "tanh")
    },
    "pow of text": lambda m, F: m.pow("a", 2),
    "clamp of a list": lambda m, F: m.clamp([1.0], 0.0, 1.0),
    "maximum of nothing": lambda m, F: m.maximum(None, m.ones(2)),
    # Activations.
    **{
        f"{name} of a list": lambda m, F, name=name: getattr(F, name)([1.0])
        for name in (
            *("relu", "relu6", "hardtanh", "leaky_relu", "elu", "selu", "gelu", "silu"),
            *("hardswish", "hardsigmoid", "softplus"),
        )
    },
    "prelu of a list": lambda m, F: F.prelu([1.0], m.ones(1)),
    "prelu by a number": lambda m, F: F.prelu(m.ones(2), 0.25),
    "layer of a list": lambda m, F: m.nn.ReLU()([1.0]),
    "hardtanh bounds": lambda m, F: F.hardtanh(m.ones(2), 1.0, -1.0),
    "leaky_relu of whole numbers": lambda m, F: F.leaky_relu(m.arange(3)),
    "elu of whole numbers": lambda m, F: F.elu(m.arange(3)),
    "selu of whole numbers": lambda m, F: F.selu(m.arange(3)),
    "gelu of whole numbers": lambda m, F: F.gelu(m.arange(3)),
    "silu of whole numbers": lambda m, F: F.silu(m.arange(3)),
    "hardswish of whole numbers": lambda m, F: F.hardswish(m.arange(3)),
    "hardsigmoid of whole numbers": lambda m, F: F.hardsigmoid(m.arange(3)),
    "softplus of whole numbers": lambda m, F: F.softplus(m.arange(3)),
    "relu6 of truths": lambda m, F: F.relu6(m.tensor([True])),
    "gelu name": lambda m, F: F.gelu(m.ones(2), approximate="erf"),
    "prelu slopes": lambda m, F: F.prelu(m.ones(2, 3), m.ones(2)),
    "prelu matrix": lambda m, F: F.prelu(m.ones(2, 3), m.ones(1, 3)),
    "prelu of a row": lambda m, F: F.prelu(m.ones(3), m.ones(3)),
    "prelu of a number": lambda m, F: F.prelu(m.tensor(-1.0), m.ones(1)),
    "prelu of a number, slopes": lambda m, F: F.prelu(m.tensor(-1.0), m.ones(2)),
    "prelu slope of rank 0": lambda m, F: F.prelu(m.ones(2, 3), m.tensor(0.5)),
    "prelu types": lambda m, F: F.prelu(m.ones(2, 3), m.ones(3).double()),
    "prelu of nothing": lambda m, F: F.prelu(m.ones(0, 3), m.ones(3)),
    "softmax2d": lambda m, F: m.nn.Softmax2d()(m.ones(2, 3)),
    "softmax2d of one": lambda m, F: m.nn.Softmax2d()(m.ones(2, 3, 4)),
    "negative slopes": lambda m, F: m.nn.PReLU(-1),
    "no slopes": lambda m, F: m.nn.PReLU(0),
    # Losses of pairs.
    "mse shapes": lambda m, F: F.mse_loss(m.ones(2), m.ones(3)),
    "mse repeated": lambda m, F: F.mse_loss(m.ones(2), m.ones(2, 1)),
    "mse types": lambda m, F: F.mse_loss(m.ones(2), m.ones(2).double()),
    "mse of whole numbers": lambda m, F: F.mse_loss(m.arange(2), m.arange(2)),
    "mse reduction": lambda m, F: F.mse_loss(m.ones(2), m.ones(2), reduction="avg"),
    "mse weights": lambda m, F: F.mse_loss(m.ones(2, 2), m.ones(2, 2), weight=m.ones(2)),
    "l1 shapes": lambda m, F: F.l1_loss(m.ones(2), m.ones(3)),
    "smooth_l1 beta": lambda m, F: F.smooth_l1_loss(m.ones(2), m.ones(2), beta=-1.0),
    "huber delta": lambda m, F: F.huber_loss(m.ones(2), m.ones(2), delta=0.0),
    "huber not a number": lambda m, F: F.huber_loss(m.ones(2), m.ones(2), delta=float("nan")),
    "huber types": lambda m, F: F.huber_loss(m.ones(2), m.ones(2).double()),
    "bce shapes": lambda m, F: F.binary_cross_entropy(m.ones(2), m.ones(2, 1)),
    "bce types": lambda m, F: F.binary_cross_entropy(m.ones(2), m.ones(2).double()),
    "bce whole targets": lambda m, F: F.binary_cross_entropy(m.ones(2), m.ones(2).long()),
    "bce large": lambda m, F: F.binary_cross_entropy(m.ones(2) * 1.5, m.ones(2)),
    "bce negative": lambda m, F: F.binary_cross_entropy(m.ones(2) * -0.5, m.ones(2)),
    "bce not a number": lambda m, F: F.binary_cross_entropy(m.ones(2) * float("nan"), m.ones(2)),
    "bce of one number": lambda m, F: F.binary_cross_entropy(m.tensor(1.5), m.tensor(1.0)),
    "bce of one that is none": lambda m, F: F.binary_cross_entropy(
        m.tensor(float("nan")), m.tensor(1.0)
    ),
    "bce targets": lambda m, F: F.binary_cross_entropy(m.ones(2), m.ones(2) * 2),
    "bce weights": lambda m, F: F.binary_cross_entropy(m.ones(2, 3), m.ones(2, 3), m.ones(2)),
    "bce larger weights": lambda m, F: F.binary_cross_entropy(m.ones(3), m.ones(3), m.ones(2, 3)),
    "bce learned weights": lambda m, F: F.binary_cross_entropy(
        m.ones(3, requires_grad=True) * 0.5, m.ones(3), m.ones(3, requires_grad=True)
    ),
    "logits shapes": lambda m, F: F.binary_cross_entropy_with_logits(m.ones(2), m.ones(2, 1)),
    "logits types": lambda m, F: F.binary_cross_entropy_with_logits(m.ones(2), m.ones(2).double()),
    "logits whole targets": lambda m, F: F.binary_cross_entropy_with_logits(
        m.ones(2), m.ones(2).long()
    ),
    "logits weights": lambda m, F: F.binary_cross_entropy_with_logits(
        m.ones(2, 3), m.ones(2, 3), pos_weight=m.ones(2)
    ),
    "logits larger weights": lambda m, F: F.binary_cross_entropy_with_logits(
        m.ones(3), m.ones(3), pos_weight=m.ones(2, 3)
    ),
    "kl_div shapes": lambda m, F: F.kl_div(m.ones(2), m.ones(3), reduction="sum"),
    "kl_div repeated": lambda m, F: F.kl_div(m.ones(2, 3), m.ones(3), reduction="sum"),
    "kl_div reduction": lambda m, F: F.kl_div(m.ones(2), m.ones(2), reduction="avg"),
    "mean of no pairs": lambda m, F: F.mse_loss(m.ones(0), m.ones(0)),
    "sum of no pairs": lambda m, F: F.mse_loss(m.ones(0), m.ones(0), reduction="sum"),
    # Losses against labels.
    "ignored": lambda m, F: F.cross_entropy(m.zeros(2, 3), m.tensor([0, -100])),
    "ignored 3": lambda m, F: F.cross_entropy(m.zeros(2, 3), m.tensor([0, 3]), ignore_index=3),
    "class weights": lambda m, F: F.cross_entropy(m.zeros(2, 3), m.tensor([0, 1]), m.ones(2)),
    "class weights' rank": lambda m, F: F.cross_entropy(
        m.zeros(2, 3), m.tensor([0, 1]), m.ones(1, 3)
    ),
    "class weights' type": lambda m, F: F.cross_entropy(
        m.zeros(2, 3), m.tensor([0, 1]), m.ones(3).double()
    ),
    "learned class weights": lambda m, F: F.cross_entropy(
        m.zeros(2, 3, requires_grad=True), m.tensor([0, 1]), m.ones(3, requires_grad=True)
    ),
    "smoothing": lambda m, F: F.cross_entropy(m.zeros(2, 3), m.tensor([0, 1]), label_smoothing=1.5),
    "negative smoothing": lambda m, F: F.cross_entropy(
        m.zeros(2, 3), m.tensor([0, 1]), label_smoothing=-0.1
    ),
    "uint8 labels": lambda m, F: F.cross_entropy(m.zeros(2, 3), m.tensor([0, 1], dtype=m.uint8)),
    "labels of truths": lambda m, F: F.cross_entropy(m.zeros(2, 3), m.tensor([True, False])),
    "labels of floats": lambda m, F: F.cross_entropy(m.zeros(2, 3), m.ones(2)),
    "shares' type": lambda m, F: F.cross_entropy(m.zeros(2, 3), m.ones(2, 3).double()),
    "shares' shape": lambda m, F: F.cross_entropy(m.zeros(2, 3), m.ones(2, 4)),
    "shares with ignored": lambda m, F: F.cross_entropy(
        m.zeros(2, 3), m.ones(2, 3), ignore_index=1
    ),
    "whole shares": lambda m, F: F.cross_entropy(m.zeros(3, 3), m.zeros(3, 3).long()),
    "one image": lambda m, F: F.cross_entropy(m.zeros(3), m.tensor(1)),
    "one image, one label": lambda m, F: F.cross_entropy(m.zeros(3), m.tensor([1])),
    "one image, two labels": lambda m, F: F.cross_entropy(m.zeros(3), m.tensor([1, 1])),
    "one image, shares": lambda m, F: F.cross_entropy(m.zeros(3), m.ones(3)),
    "a number": lambda m, F: F.cross_entropy(m.zeros(()), m.tensor(0)),
    "pixels": lambda m, F: F.cross_entropy(m.zeros(2, 3, 4), m.zeros(2, 5).long()),
    "no classes": lambda m, F: F.cross_entropy(m.zeros(2, 0), m.zeros(2).long()),
    "no images": lambda m, F: F.cross_entropy(m.zeros(0, 3), m.zeros(0).long()),
    "sum of no images": lambda m, F: F.cross_entropy(
        m.zeros(0, 3), m.zeros(0).long(), reduction="sum"
    ),
    "nll label": lambda m, F: F.nll_loss(m.zeros(2, 3), m.tensor([0, 3])),
    "nll labels of floats": lambda m, F: F.nll_loss(m.zeros(2, 3), m.ones(2)),
    "nll of whole numbers": lambda m, F: F.nll_loss(m.zeros(2, 3).long(), m.tensor([0, 1])),
    "nll pixels": lambda m, F: F.nll_loss(m.zeros(2, 3, 4), m.zeros(2, 5).long()),
    "nll one image": lambda m, F: F.nll_loss(m.zeros(3), m.tensor(1)),
    # Distances.
    "distance shapes": lambda m, F: F.pairwise_distance(m.ones(2, 3), m.ones(4)),
    "distance of numbers": lambda m, F: F.pairwise_distance(m.tensor(1.0), m.tensor(2.0)),
    "distance p": lambda m, F: F.pairwise_distance(m.ones(2, 3), m.ones(3), p=0.0),
    "distance of types": lambda m, F: F.pairwise_distance(m.ones(2, 3), m.ones(3).double()),
    "margin": lambda m, F: F.triplet_margin_loss(m.ones(2, 3), m.ones(2, 3), m.ones(2, 3), 0.0),
    "margin of a layer": lambda m, F: m.nn.TripletMarginLoss(-1.0),
    "triplet ranks": lambda m, F: F.triplet_margin_loss(m.ones(2, 3), m.ones(3), m.ones(2, 3)),
    "triplet repeated": lambda m, F: F.triplet_margin_loss(
        m.ones(2, 3), m.ones(1, 3), m.ones(2, 3)
    ),
    "no triplets": lambda m, F: F.triplet_margin_loss(m.ones(0, 3), m.ones(0, 3), m.ones(0, 3)),
    # Layers refuse when they are made.
    "layer reduction": lambda m, F: m.nn.MSELoss(reduction="avg"),
    "layer smoothing": lambda m, F: m.nn.CrossEntropyLoss(label_smoothing=1.5),
    "layer gelu": lambda m, F: m.nn.GELU("erf"),
}

#: What torch computes and convolens refuses, and why.
STRICTER = {
    "no slopes": "a layer without slopes can only fail",
    "mean of no pairs": "the mean of nothing is NaN in torch",
    "no images": "the mean of nothing is NaN in torch",
    "no triplets": "the mean of nothing is NaN in torch",
    "negative smoothing": "torch takes it as no smoothing",
    "distance p": "the number of differences is no distance, and has no slope",
    "layer reduction": "torch refuses it when the layer is called",
    "layer smoothing": "torch refuses it when the layer is called",
    "layer gelu": "torch refuses it when the layer is called",
}


@pytest.mark.parametrize("name", CALLS)
def test_refused_by_both_or_by_neither(name: str) -> None:
    call = CALLS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        theirs = outcome(lambda: call(torch, torch.nn.functional))
        ours = outcome(lambda: call(cl, cl.nn.functional))
    assert isinstance(ours, Exception) == (isinstance(theirs, Exception) or name in STRICTER), (
        ours,
        theirs,
    )
    assert (name in STRICTER) == (isinstance(ours, Exception) and not isinstance(theirs, Exception))
    if isinstance(theirs, Exception):
        kind = RuntimeError if isinstance(theirs, RuntimeError) else type(theirs)
        assert isinstance(ours, kind), (type(ours).__mro__, kind, str(theirs))
        assert str(ours)
    elif hasattr(theirs, "shape") and name not in STRICTER:
        assert tuple(ours.shape) == tuple(theirs.shape)
        assert ours.dtype.name == str(theirs.dtype).removeprefix("torch.")
