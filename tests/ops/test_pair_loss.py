"""Losses of pairs: hand-made numbers, reductions, broadcasting, weights, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, GradientError, ShapeError
from convolens.nn import functional as F
from convolens.spec import DType, float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)
LOG2 = math.log(2)

#: A loss, inputs, targets, the loss of each pair and its slope.
BY_HAND: dict[str, tuple[Any, list[float], list[float], list[float], list[float]]] = {
    "mse": (F.mse_loss, [1, 4], [0, 2], [1, 4], [2, 4]),
    "l1": (F.l1_loss, [1, 4, 3], [0, 6, 3], [1, 2, 0], [1, -1, 0]),
    "smooth l1": (F.smooth_l1_loss, [0.5, 4], [0, 2], [0.125, 1.5], [0.5, 1]),
    "smooth l1 wide": (
        lambda *a, **k: F.smooth_l1_loss(*a, beta=4.0, **k),
        [2, -6],
        [0, 0],
        [0.5, 4],
        [0.5, -1],
    ),
    "smooth l1 sharp": (
        lambda *a, **k: F.smooth_l1_loss(*a, beta=0.0, **k),
        [2, -6],
        [0, -6],
        [2, 0],
        [1, 0],
    ),
    "huber": (lambda *a, **k: F.huber_loss(*a, delta=2.0, **k), [1, 5], [0, 2], [0.5, 4], [1, 2]),
    "bce": (
        F.binary_cross_entropy,
        [0.5, 0.25, 1.0],
        [1, 0.5, 1],
        [LOG2, -0.5 * math.log(0.25) - 0.5 * math.log(0.75), 0],
        [-2, -0.25 / 0.1875, 0],
    ),
    "bce with logits": (
        F.binary_cross_entropy_with_logits,
        [0, 1000, -1000],
        [1, 0, 0.5],
        [LOG2, 1000, 500],
        [-0.5, 1, -0.5],
    ),
    "kl div": (
        F.kl_div,
        [math.log(0.5), 0],
        [0.25, 0],
        [0.25 * math.log(0.5), 0],
        [-0.25, 0],
    ),
    "kl div of logarithms": (
        lambda *a, **k: F.kl_div(*a, log_target=True, **k),
        [math.log(0.5), 0],
        [math.log(0.25), -math.inf],
        [0.25 * math.log(0.5), math.nan],
        [-0.25, 0],
    ),
}


@BOTH
@pytest.mark.parametrize("name", BY_HAND)
def test_by_hand(name: str, dtype: DType) -> None:
    function, x, t, losses, slopes = BY_HAND[name]
    target = cl.tensor(np.array(t, dtype))
    eps = np.finfo(dtype).eps
    for reduction, loss, g in (
        ("none", losses, 1),
        ("sum", sum(losses), 1),
        ("mean", sum(losses) / len(x), 1 / len(x)),
    ):
        given = cl.tensor(np.array(x, dtype), requires_grad=True)
        computed = function(given, target, reduction=reduction)
        np.testing.assert_allclose(computed.detach().numpy(), loss, rtol=8 * eps, atol=eps)
        computed.sum().backward()
        assert given.grad is not None
        np.testing.assert_allclose(given.grad.numpy(), np.array(slopes) * g, rtol=8 * eps, atol=eps)


@BOTH
def test_the_target_may_want_a_gradient_too(dtype: DType) -> None:
    random = np.random.default_rng(0)
    x, t = (1 / (1 + np.exp(-random.standard_normal((3, 4)))) for _ in range(2))
    cases: list[Any] = [
        (F.mse_loss, -2 * (x - t)),
        (F.l1_loss, -np.sign(x - t)),
        (F.huber_loss, -(x - t)),
        (F.binary_cross_entropy, np.log(1 - x) - np.log(x)),
        (F.binary_cross_entropy_with_logits, -x),
        (F.kl_div, np.log(t) + 1 - x),
    ]
    for function, expected in cases:
        target = cl.tensor(t.astype(dtype), requires_grad=True)
        function(cl.tensor(x.astype(dtype)), target, reduction="sum").backward()
        assert target.grad is not None
        np.testing.assert_allclose(
            target.grad.numpy(), expected, rtol=0, atol=16 * np.finfo(dtype).eps
        )


@BOTH
def test_a_sure_and_wrong_share_costs_100(dtype: DType) -> None:
    """And its slope is finite, as in torch."""
    x = cl.tensor([0.0, 1.0], dtype=dtype, requires_grad=True)
    loss = F.binary_cross_entropy(x, cl.tensor([1.0, 0.0], dtype=dtype), reduction="none")
    assert loss.tolist() == [100, 100]
    loss.sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), [-1e12, 1e12], rtol=1e-6)


@BOTH
def test_weights(dtype: DType) -> None:
    random = np.random.default_rng(0)
    x, t, w = (np.asarray(random.random((4, 3)), dtype) for _ in range(3))
    p = np.array([1.0, 2.0, 0.5], dtype)
    given, target = cl.tensor(x), cl.tensor(t)
    each = F.binary_cross_entropy(given, target, reduction="none").numpy()
    eps = np.finfo(dtype).eps
    for weight in (w, w[0], w[:, :1], w[0, 0]):
        loss = F.binary_cross_entropy(given, target, cl.tensor(weight)).item()
        np.testing.assert_allclose(loss, (each * weight).mean(), rtol=20 * eps)
    loss = F.binary_cross_entropy_with_logits(
        given, target, cl.tensor(w[0]), "sum", pos_weight=cl.tensor(p)
    ).item()
    shares = 1 / (1 + np.exp(-x.astype(float64)))
    parts = -(p * t * np.log(shares) + (1 - t) * np.log(1 - shares)) * w[0]
    np.testing.assert_allclose(loss, parts.sum(), rtol=40 * eps)
    # The mean of the weighted squares is divided by the weights; Huber's by the number of elements.
    squares = (x.astype(float64) - t) ** 2
    mean = F.mse_loss(given, target, weight=cl.tensor(w)).item()
    np.testing.assert_allclose(mean, (squares * w).sum() / w.sum(), rtol=20 * eps)
    mean = F.l1_loss(given, target, weight=cl.tensor(w)).item()
    np.testing.assert_allclose(mean, (np.abs(x - t) * w).sum() / w.sum(), rtol=40 * eps)
    mean = F.huber_loss(given, target, weight=cl.tensor(w)).item()
    np.testing.assert_allclose(mean, (squares / 2 * w).mean(), rtol=40 * eps)


def test_targets_of_another_shape_are_repeated_with_a_warning() -> None:
    """[N] against [N, 1] makes N^2 pairs: hardly ever what was meant."""
    x, t = cl.ones(3), cl.zeros(3, 1)
    for function in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss):
        with pytest.warns(UserWarning, match=r"target has shape \[3, 1\], but the input has \[3\]"):
            assert function(x, t, reduction="none").shape == (3, 3)


def test_types_are_joined() -> None:
    x = cl.ones(2)
    for function in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.kl_div):
        assert function(x, cl.ones(2, dtype=float64)).dtype == float64
    assert F.mse_loss(x, cl.arange(2)).item() == 0.5
    assert F.huber_loss(x, cl.ones(2, dtype=float64)).dtype == float32


def test_the_divergence_of_one_image() -> None:
    x, t = cl.tensor([[0.5, 0.5]] * 3).log(), cl.tensor([[0.25, 0.75]] * 3)
    divergence = 0.25 * math.log(0.5) + 0.75 * math.log(1.5)
    assert F.kl_div(x, t, "batchmean").item() == pytest.approx(divergence, rel=1e-6)
    assert F.kl_div(x, t).item() == pytest.approx(divergence / 2, rel=1e-6)
    assert math.isnan(F.kl_div(cl.zeros(0, 2), cl.zeros(0, 2), "batchmean").item())


def test_a_mean_does_not_depend_on_threads() -> None:
    x = cl.randn(3, 37, 41, 11)
    t = cl.randn(3, 37, 41, 11)
    before = cl.get_num_threads()
    try:
        results = []
        for count in (1, 2, 5):
            cl.set_num_threads(count)
            results.append(F.mse_loss(x, t).item())
    finally:
        cl.set_num_threads(before)
    assert len(set(results)) == 1


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: F.mse_loss(x, x, "avg"), ArgumentError, "reduction is 'avg'"),
        (lambda x: F.mse_loss(x, x, "avg", weight=x), ArgumentError, "reduction is 'avg'"),
        (lambda x: F.kl_div(x, x, "avg"), ArgumentError, "reduction is 'avg'"),
        (lambda x: F.mse_loss(x, cl.ones(4)), ShapeError, "do not broadcast"),
        (lambda x: F.mse_loss(cl.ones(0), cl.ones(0)), ShapeError, "nothing to average"),
        (lambda x: F.mse_loss(x, x, weight=cl.ones(1)), ShapeError, "one weight an element"),
        (lambda x: F.smooth_l1_loss(x, x, beta=-1.0), ArgumentError, "beta is -1"),
        (lambda x: F.huber_loss(x, x, delta=0.0), ArgumentError, "delta is 0"),
        (lambda x: F.binary_cross_entropy(x, cl.ones(3, 1)), ShapeError, r"\[3, 1\]"),
        (lambda x: F.binary_cross_entropy(x * 2, x), ArgumentError, r"input\[0\] is 2"),
        (lambda x: F.binary_cross_entropy(x, x - 2), ArgumentError, r"target\[0\] is -1"),
        (lambda x: F.binary_cross_entropy(x * math.nan, x), ArgumentError, "is nan"),
        (lambda x: F.binary_cross_entropy(x, x.double()), DTypeError, "float32, float64"),
        (
            lambda x: F.binary_cross_entropy(x, x, cl.ones(2, 3)),
            ShapeError,
            "larger than the input",
        ),
        (lambda x: F.binary_cross_entropy(x, x, cl.ones(2)), ShapeError, "do not broadcast"),
        (
            lambda x: F.binary_cross_entropy(x, x, cl.ones(3, requires_grad=True)),
            GradientError,
            "weight requires a gradient",
        ),
        (
            lambda x: F.binary_cross_entropy_with_logits(x, cl.arange(3)),
            DTypeError,
            "target is int64",
        ),
        (
            lambda x: F.binary_cross_entropy_with_logits(
                x, x, pos_weight=cl.ones(3, requires_grad=True)
            ),
            GradientError,
            "pos_weight requires a gradient",
        ),
    ],
    ids=range(18),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.ones(3))


def test_a_share_outside_is_found_in_every_part() -> None:
    """The kernel looks at all of a large input, and says where the first one is."""
    x = np.full((3, 4099), 0.5, np.float32)
    x[2, 4098] = 1.5
    with pytest.raises(ArgumentError, match=r"input\[2, 4098\] is 1.5"):
        F.binary_cross_entropy(cl.from_numpy(x), cl.ones(3, 4099))
