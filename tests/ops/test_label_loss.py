"""Losses against labels: class weights, labels to ignore, smoothing, shares, images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import ops
from convolens.errors import ArgumentError, DTypeError, GradientError, IndexRangeError, ShapeError
from convolens.nn import functional as F
from convolens.spec import DType, float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)
SHAPES = pytest.mark.parametrize("shape", [(6, 4), (3, 5, 7), (2, 4, 3, 5)], ids=str)
LOGITS = np.log(np.array([[1, 2, 5], [4, 4, 2], [1, 1, 8]]))


def logs_of(logits: Any, dtype: DType) -> cl.Tensor:
    return cl.tensor(np.array(logits, dtype), requires_grad=True)


@BOTH
def test_weights_by_hand(dtype: DType) -> None:
    x, labels = logs_of(LOGITS, dtype), cl.tensor([2, 0, 1])
    weight = cl.tensor([2.0, 3.0, 1.0], dtype=dtype)
    each = [-math.log(5 / 8), -2 * math.log(4 / 10), -3 * math.log(1 / 10)]
    eps = np.finfo(dtype).eps
    for reduction, expected in (("none", each), ("sum", sum(each)), ("mean", sum(each) / 6)):
        loss = F.cross_entropy(x, labels, weight, reduction=reduction)  # type: ignore[arg-type]
        np.testing.assert_allclose(loss.detach().numpy(), expected, rtol=8 * eps)
        loss = F.nll_loss(x.log_softmax(1), labels, weight, reduction=reduction)  # type: ignore[arg-type]
        np.testing.assert_allclose(loss.detach().numpy(), expected, rtol=8 * eps)
    F.cross_entropy(x, labels, weight).backward()
    shares = np.array([[1, 2, -3], [-12, 8, 4], [1, -9, 8]]) / [[8], [10], [10]]
    shares[1] /= 2
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), shares * [[1], [2], [3]] / 6, rtol=8 * eps, atol=eps)


@BOTH
def test_labels_to_ignore(dtype: DType) -> None:
    x = logs_of(LOGITS, dtype)
    expected = [-math.log(5 / 8), 0, -math.log(1 / 10)]
    eps = np.finfo(dtype).eps
    for labels, ignored in (([2, -100, 1], -100), ([2, 7, 1], 7), ([2, 0, 1], 0)):
        y = cl.tensor(labels)
        loss = F.cross_entropy(x, y, ignore_index=ignored, reduction="none")
        np.testing.assert_allclose(loss.detach().numpy(), expected, rtol=8 * eps)
        loss = F.cross_entropy(x, y, ignore_index=ignored)
        np.testing.assert_allclose(loss.item(), sum(expected) / 2, rtol=8 * eps)
        loss.backward()
        assert x.grad is not None
        assert x.grad[1].tolist() == [0, 0, 0]
        assert np.abs(x.grad[0].numpy()).min() > 0
        x.grad = None


@BOTH
def test_a_mean_over_nothing_that_counts_is_not_a_number(dtype: DType) -> None:
    """As in torch; and the gradient is zero."""
    x = logs_of(LOGITS, dtype)
    for options in ({}, {"label_smoothing": 0.1}, {"weight": cl.ones(3, dtype=dtype)}):
        loss = F.cross_entropy(x, cl.tensor([-100] * 3), **options)
        assert math.isnan(loss.item())
        loss.backward()
        assert x.grad is not None
        assert not x.grad.numpy().any()
    assert F.cross_entropy(x, cl.tensor([-100] * 3), reduction="sum").item() == 0


@BOTH
@SHAPES
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_a_label_is_a_distribution_over_classes(
    shape: tuple[int, ...], weighted: bool, smoothing: float, dtype: DType
) -> None:
    """The loss is the sum of -log softmax times the label's shares."""
    random = np.random.default_rng(1)
    x = np.asarray(random.standard_normal(shape), dtype)
    labels = random.integers(0, shape[1], shape[:1] + shape[2:])
    labels.flat[0] = -100
    weight = np.asarray(random.random(shape[1]) + 0.5, dtype) if weighted else None
    given = [] if weight is None else [weight]
    eps = np.finfo(dtype).eps
    for reduction in ("mean", "sum"):
        shares = ops.LabelShares(reduction, -100, smoothing).reference(x, labels, *given)  # type: ignore[arg-type]
        expected = -(ops.LogSoftmax(1).reference(x.astype(float64)) * shares).sum()
        logits = cl.tensor(x, requires_grad=True)
        loss = F.cross_entropy(
            logits,
            cl.tensor(labels),
            None if weight is None else cl.tensor(weight),
            reduction=reduction,  # type: ignore[arg-type]
            label_smoothing=smoothing,
        )
        np.testing.assert_allclose(loss.item(), expected, rtol=40 * eps)
        loss.backward()
        assert logits.grad is not None
        softmax = ops.Softmax(1).reference(x.astype(float64))
        slopes = softmax * shares.sum(axis=1, keepdims=True) - shares
        np.testing.assert_allclose(logits.grad.numpy(), slopes, rtol=0, atol=40 * eps)


@BOTH
@SHAPES
def test_images_are_rows_of_pixels(shape: tuple[int, ...], dtype: DType) -> None:
    random = np.random.default_rng(1)
    x = np.asarray(random.standard_normal(shape), dtype)
    labels = random.integers(0, shape[1], shape[:1] + shape[2:])
    rows = np.moveaxis(x, 1, -1).reshape(-1, shape[1])
    for function in (F.cross_entropy, F.nll_loss):
        loss = function(cl.tensor(x), cl.tensor(labels), reduction="none")
        flat = function(cl.tensor(rows), cl.tensor(labels.reshape(-1)), reduction="none")
        np.testing.assert_array_equal(loss.numpy(), flat.numpy().reshape(labels.shape))


@BOTH
def test_one_image(dtype: DType) -> None:
    x = logs_of(LOGITS[0], dtype)
    for label in (cl.tensor(2), cl.tensor([2])):
        for reduction in ("mean", "none"):
            loss = F.cross_entropy(x, label, reduction=reduction)  # type: ignore[arg-type]
            assert loss.shape == ()
            assert loss.item() == pytest.approx(-math.log(5 / 8), rel=1e-6)
    assert F.cross_entropy(x, cl.tensor([0.0, 0.0, 1.0], dtype=dtype)).item() == pytest.approx(
        -math.log(5 / 8), rel=1e-6
    )


@BOTH
@SHAPES
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_shares_in_place_of_labels(shape: tuple[int, ...], smoothing: float, dtype: DType) -> None:
    """One-hot shares are labels, but for the divisor of a weighted mean."""
    random = np.random.default_rng(1)
    x = cl.tensor(np.asarray(random.standard_normal(shape), dtype), requires_grad=True)
    labels = random.integers(0, shape[1], shape[:1] + shape[2:])
    hot = np.moveaxis(np.eye(shape[1], dtype=dtype)[labels], -1, 1)
    eps = np.finfo(dtype).eps
    for reduction in ("mean", "sum", "none"):
        options: Any = {"reduction": reduction, "label_smoothing": smoothing}
        by_share = F.cross_entropy(x, cl.tensor(np.ascontiguousarray(hot)), **options)
        by_label = F.cross_entropy(x, cl.tensor(labels), **options)
        np.testing.assert_allclose(
            by_share.detach().numpy(), by_label.detach().numpy(), rtol=60 * eps, atol=8 * eps
        )
    weight = cl.tensor(np.asarray(random.random(shape[1]), dtype))
    by_share = F.cross_entropy(x, cl.tensor(np.ascontiguousarray(hot)), weight, reduction="sum")
    by_label = F.cross_entropy(x, cl.tensor(labels), weight, reduction="sum")
    np.testing.assert_allclose(by_share.item(), by_label.item(), rtol=60 * eps)


def test_small_whole_numbers_are_labels() -> None:
    x, labels = cl.zeros(2, 3), cl.tensor([0, 2], dtype="uint8")
    assert F.cross_entropy(x, labels).item() == pytest.approx(math.log(3), rel=1e-6)
    assert F.nll_loss(x, labels).item() == 0


def test_second_derivatives() -> None:
    """The slope of the gradient along a direction, against finite differences."""
    random = np.random.default_rng(0)
    x, d = (random.standard_normal((3, 4, 2)) for _ in range(2))
    labels, weight = cl.tensor([[0, 3], [1, -100], [2, 2]]), cl.tensor(random.random(4) + 0.5)

    def gradient(logits: np.ndarray) -> np.ndarray:
        t = cl.tensor(logits, requires_grad=True)
        F.cross_entropy(t, labels, weight, label_smoothing=0.2).backward()
        assert t.grad is not None
        return t.grad.numpy()

    t = cl.tensor(x, requires_grad=True)
    loss = F.cross_entropy(t, labels, weight, label_smoothing=0.2)
    (first,) = cl.autograd.grad(loss, t, create_graph=True)
    assert first is not None
    (second,) = cl.autograd.grad((first * cl.tensor(d)).sum(), t)
    assert second is not None
    step = 1e-6
    measured = (gradient(x + step * d) - gradient(x - step * d)) / (2 * step)
    np.testing.assert_allclose(second.numpy(), measured, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: F.nll_loss(x, cl.tensor([0, 3])), IndexRangeError, "nll_loss: label 3"),
        (lambda x: F.nll_loss(x, cl.tensor([0.0, 1.0])), DTypeError, "labels are float32"),
        (
            lambda x: F.cross_entropy(x, cl.tensor([0, 1]), cl.ones(2)),
            ShapeError,
            "weights have shape",
        ),
        (
            lambda x: F.cross_entropy(x, cl.tensor([0, 1]), cl.ones(3).double()),
            DTypeError,
            "float32, float64",
        ),
        (
            lambda x: F.cross_entropy(x, cl.tensor([0, 1]), cl.ones(3, requires_grad=True)),
            GradientError,
            "weight requires a gradient",
        ),
        (
            lambda x: F.cross_entropy(x, cl.tensor([0, 1]), label_smoothing=1.5),
            ArgumentError,
            "label_smoothing is 1.5",
        ),
        (lambda x: F.cross_entropy(x, x, ignore_index=1), ArgumentError, "ignore_index is 1"),
        (lambda x: F.cross_entropy(x, x, cl.ones(2)), ShapeError, "weights have shape"),
        (lambda x: F.cross_entropy(x, cl.ones(2, 4)), DTypeError, "labels are float32"),
        (lambda x: F.cross_entropy(x[0], cl.tensor([0, 1])), ShapeError, "need one label"),
        (
            lambda x: F.cross_entropy(cl.zeros(2, 3, 4), cl.zeros(2, 5, dtype="int64")),
            ShapeError,
            "do not fit",
        ),
        (lambda x: F.cross_entropy(x[:0], x[:0]), ShapeError, "nothing to average"),
    ],
    ids=range(12),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.zeros(2, 3))


def test_a_wrong_label_beside_one_to_ignore() -> None:
    with pytest.raises(IndexRangeError, match="label 9 at position 2"):
        F.cross_entropy(cl.zeros(3, 4), cl.tensor([-100, 0, 9]))
