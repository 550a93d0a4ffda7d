"""Cross-entropy: hand-made numbers, extremes, reductions, and labels that are not there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError
from convolens.nn.functional import cross_entropy
from convolens.spec import DType, float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


@BOTH
def test_by_hand(dtype: DType) -> None:
    logits = cl.tensor(np.log(np.array([[1, 2, 5], [4, 4, 2]], dtype)), requires_grad=True)
    labels = cl.tensor([2, 0])
    each = [-math.log(5 / 8), -math.log(4 / 10)]
    eps = np.finfo(dtype).eps
    for reduction, expected in (("none", each), ("sum", sum(each)), ("mean", sum(each) / 2)):
        loss = cross_entropy(logits, labels, reduction=reduction)
        np.testing.assert_allclose(loss.detach().numpy(), expected, rtol=8 * eps)
    cross_entropy(logits, labels).backward()
    assert logits.grad is not None
    shares = [[1 / 8, 2 / 8, 5 / 8 - 1], [4 / 10 - 1, 4 / 10, 2 / 10]]
    np.testing.assert_allclose(logits.grad.numpy(), np.array(shares) / 2, rtol=8 * eps)


@BOTH
def test_an_undecided_network_costs_the_logarithm_of_the_classes(dtype: DType) -> None:
    loss = cross_entropy(cl.zeros(7, 10, dtype=dtype), cl.tensor([3] * 7))
    assert loss.item() == pytest.approx(math.log(10), rel=4 * float(np.finfo(dtype).eps))


@BOTH
@pytest.mark.parametrize("height", [1e4, 1e30])
def test_sure_networks(dtype: DType, height: float) -> None:
    """Right costs 0, wrong costs the height, and the slopes stay finite."""
    logits = cl.tensor(np.array([[height, 0], [height, 0]], dtype), requires_grad=True)
    loss = cross_entropy(logits, cl.tensor([0, 1]), reduction="none")
    np.testing.assert_array_equal(loss.detach().numpy(), np.array([0, height], dtype))
    loss.sum().backward()
    assert logits.grad is not None
    assert logits.grad.tolist() == [[0, 0], [1, -1]]


@BOTH
def test_infinite_logits(dtype: DType) -> None:
    logits = cl.tensor(np.array([[-np.inf, 0], [-np.inf, 0], [np.inf, 0]], dtype))
    loss = cross_entropy(logits, cl.tensor([1, 0, 0]), reduction="none").numpy()
    np.testing.assert_array_equal(loss, [0, np.inf, np.nan])


@BOTH
def test_the_slopes_of_a_row_sum_to_zero(dtype: DType) -> None:
    cl.manual_seed(4)
    logits = (cl.randn(50, 9) * 3).to(dtype).detach().requires_grad_()
    cross_entropy(logits, cl.arange(50) - cl.tensor([i // 9 * 9 for i in range(50)])).backward()
    assert logits.grad is not None
    sums = logits.grad.numpy().sum(axis=1)
    np.testing.assert_allclose(sums, 0, atol=9 * np.finfo(dtype).eps / 50)


@pytest.mark.parametrize(
    ("logits", "labels", "options", "error", "words"),
    [
        (cl.zeros(2, 3), [0, 3], {}, IndexRangeError, "label 3 at position 1 is out of bounds"),
        (cl.zeros(2, 3), [-1, 0], {}, IndexRangeError, "label -1 at position 0"),
        (cl.zeros(2, 3), [0, -(2**63)], {}, IndexRangeError, "label -9223372036854775808"),
        (cl.zeros(2, 3), [0.0, 1.0], {}, DTypeError, "labels are float32"),
        (cl.zeros(2, 3), [0, 1, 2], {}, ShapeError, "do not fit"),
        (cl.zeros(2, 3, 4), [0, 1], {}, ShapeError, "do not fit"),
        (cl.zeros(3), [0, 1], {}, ShapeError, "need one label"),
        (cl.zeros(2, 3), [0, 1], {"reduction": "avg"}, ArgumentError, "reduction is 'avg'"),
        (cl.zeros(2, 3, dtype="int64"), [0, 1], {}, DTypeError, "logits is int64"),
    ],
    ids=range(9),
)
@BOTH
def test_refusals(
    logits: cl.Tensor, labels: list[Any], options: Any, error: Any, words: str, dtype: DType
) -> None:
    if logits.dtype == float32:
        logits = logits.to(dtype)
    with pytest.raises(error, match=words):
        cross_entropy(logits, cl.tensor(labels), **options)


def test_bad_labels_are_found_in_the_backward_pass_too() -> None:
    logits, labels = cl.zeros(2, 3, requires_grad=True), np.array([0, 1])
    loss = cross_entropy(logits, cl.from_numpy(labels))
    labels[1] = 99  # behind the library's back
    with pytest.raises(IndexRangeError, match="label 99"):
        loss.backward()
