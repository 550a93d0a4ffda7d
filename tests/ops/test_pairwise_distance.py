"""Distances of vectors, and the loss that compares two of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional as F
from convolens.spec import DType, float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


@BOTH
@pytest.mark.parametrize(
    ("p", "expected", "slopes"),
    [
        (2.0, 5.0, [-0.6, 0.8]),
        (1.0, 7.0, [-1, 1]),
        (math.inf, 4.0, [0, 1]),
        (3.0, 91 ** (1 / 3), [-9 * 91 ** (-2 / 3), 16 * 91 ** (-2 / 3)]),
    ],
)
def test_by_hand(p: float, expected: float, slopes: list[float], dtype: DType) -> None:
    a = cl.tensor([[1.0, 5.0]], dtype=dtype, requires_grad=True)
    b = cl.tensor([[4.0, 1.0]], dtype=dtype, requires_grad=True)
    y = F.pairwise_distance(a, b, p, eps=0.0)
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(y.detach().numpy(), [expected], rtol=8 * eps)
    y.backward(cl.ones(1, dtype=dtype))
    assert a.grad is not None
    assert b.grad is not None
    np.testing.assert_allclose(a.grad.numpy()[0], slopes, rtol=16 * eps)
    np.testing.assert_array_equal(b.grad.numpy(), -a.grad.numpy())


def test_equals_have_a_slope_of_zero() -> None:
    """Where the distance is 0, as in torch; eps is there so that it is not."""
    for p in (2.0, 3.0):
        x = cl.ones(2, 3, requires_grad=True)
        F.pairwise_distance(x, cl.ones(2, 3), p, eps=0.0).sum().backward()
        assert x.grad is not None
        assert not x.grad.numpy().any()
    y = F.pairwise_distance(cl.ones(1, 4), cl.ones(1, 4))
    assert y.item() == pytest.approx(2e-6, rel=1e-5)


def test_shapes() -> None:
    a, b = cl.ones(2, 4, 3), cl.zeros(3)
    assert F.pairwise_distance(a, b).shape == (2, 4)
    assert F.pairwise_distance(a, b, keepdim=True).shape == (2, 4, 1)
    assert F.pairwise_distance(b, b).shape == ()
    assert F.pairwise_distance(cl.tensor(1.0), cl.tensor(3.0)).item() == pytest.approx(2, rel=1e-5)
    assert F.pairwise_distance(cl.ones(0, 3), cl.ones(3)).shape == (0,)
    assert F.pairwise_distance(cl.ones(2, 0), cl.ones(2, 0)).tolist() == [0, 0]
    assert F.pairwise_distance(a, b.double()).dtype == float64
    assert F.pairwise_distance(a, b).dtype == float32


@BOTH
def test_triplets(dtype: DType) -> None:
    anchor = cl.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]], dtype=dtype, requires_grad=True)
    near = cl.tensor([[3.0, 4.0], [0.0, 1.0], [0.0, 1.0]], dtype=dtype)
    far = cl.tensor([[0.0, 2.0], [0.0, 9.0], [0.0, 1.5]], dtype=dtype)
    each = [5 - 2 + 1, 0, 0.5]
    for reduction, expected in (("none", each), ("sum", sum(each)), ("mean", sum(each) / 3)):
        loss = F.triplet_margin_loss(anchor, near, far, reduction=reduction)  # type: ignore[arg-type]
        np.testing.assert_allclose(loss.detach().numpy(), expected, atol=4e-6)
    # The far one is nearer to the positive than to the anchor: that distance counts.
    loss = F.triplet_margin_loss(anchor, near, far, swap=True, reduction="none")
    np.testing.assert_allclose(loss.detach().numpy(), [4, 0, 1 - 0.5 + 1], atol=4e-6)
    loss.sum().backward()
    assert anchor.grad is not None
    np.testing.assert_allclose(anchor.grad.numpy(), [[-0.6, 0.2], [0, 0], [0, -1]], atol=4e-6)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: F.pairwise_distance(x, x, p=0.0), ArgumentError, "p is 0"),
        (lambda x: F.pairwise_distance(x, cl.ones(4)), ShapeError, "do not broadcast"),
        (lambda x: F.triplet_margin_loss(x, x, x, margin=0.0), ArgumentError, "margin is 0"),
        (lambda x: F.triplet_margin_loss(x, x, x[0]), ShapeError, "number of dimensions"),
        (lambda x: F.triplet_margin_loss(x, x, x, reduction="avg"), ArgumentError, "'avg'"),
        (lambda x: F.triplet_margin_loss(x[:0], x[:0], x[:0]), ShapeError, "nothing to average"),
        (lambda x: cl.nn.TripletMarginLoss(margin=-1.0), ArgumentError, "margin is -1"),
    ],
    ids=range(7),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.ones(2, 3))
