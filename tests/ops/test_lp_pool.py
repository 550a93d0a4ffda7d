"""Power averages: norms by hand, and what becomes of zeros, signs and infinity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional as F
from convolens.ops import LPPool
from convolens.spec import float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


@BOTH
def test_three_and_four_are_five(dtype: Any) -> None:
    x = cl.tensor([[[[3, 0, 1, 1], [0, -4, 1, 1]]]]).to(dtype)
    assert F.lp_pool2d(x, 2, 2).tolist() == [[[[5, 2]]]]


@pytest.mark.parametrize("norm", [1.0, 2.0, 3.0, 2.5, -1.0, -2.0])
def test_the_definition_is_the_norm_of_each_window(norm: float) -> None:
    x = np.abs(np.random.default_rng(1).standard_normal((2, 3, 7, 8))) + 0.1
    op = LPPool((3, 2), (2, 2), ((0, 0), (0, 0)), (1, 1), False, norm)
    y = op.reference(x)
    for p in range(3):
        for q in range(4):
            window = x[:, :, 2 * p : 2 * p + 3, 2 * q : 2 * q + 2].reshape(2, 3, 6)
            expected = (window**norm).sum(axis=2) ** (1 / norm)
            np.testing.assert_allclose(y[:, :, p, q], expected, rtol=1e-13)


@BOTH
def test_norm_1_adds(dtype: Any) -> None:
    x = cl.randn(1, 2, 4, 4).to(dtype) ** 2
    expected = F.avg_pool2d(x, 2, divisor_override=1)
    np.testing.assert_allclose(F.lp_pool2d(x, 1, 2).numpy(), expected.numpy(), rtol=1e-6)


@BOTH
def test_infinity_takes_the_largest_magnitude(dtype: Any) -> None:
    x = cl.tensor([[[[3, 0], [0, -4]]]]).to(dtype)
    assert F.lp_pool2d(x, float("inf"), 2).item() == 4
    assert F.lp_pool2d(x, -float("inf"), 2).item() == 0


@BOTH
def test_a_window_cut_by_ceil_mode_counts_as_a_whole_one(dtype: Any) -> None:
    """As in torch, which multiplies the mean by the window's size."""
    x = cl.ones(1, 1, 3, dtype=dtype)
    np.testing.assert_allclose(
        F.lp_pool1d(x, 2, 2, ceil_mode=True).numpy(), [[[np.sqrt(2), np.sqrt(2)]]], rtol=1e-6
    )


@BOTH
def test_a_sum_of_zero_sends_no_gradient(dtype: Any) -> None:
    x = cl.tensor([[[[0, 0, 3, 4]]]]).to(dtype).requires_grad_()
    F.lp_pool2d(x, 2, (1, 2)).sum().backward()
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), [[[[0, 0, 0.6, 0.8]]]], rtol=1e-6)


@BOTH
def test_a_negative_sum_has_no_root(dtype: Any) -> None:
    assert np.isnan(F.lp_pool1d(cl.full((1, 1, 2), -1.0, dtype=dtype), 3, 2).item())


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: F.lp_pool2d(x, 0, 2), ArgumentError, "norm is 0.0"),
        (lambda x: F.lp_pool2d(x, float("nan"), 2), ArgumentError, "norm is nan"),
        (lambda x: F.lp_pool2d(x, 2, 5), ShapeError, "covers 5"),
        (lambda x: F.lp_pool2d(x, 2, 0), ArgumentError, "kernel is 0"),
        (lambda x: F.lp_pool2d(x.long(), 2, 2), TypeError, "int64"),
    ],
    ids=range(5),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        call(cl.ones(1, 1, 4, 4))
    assert words in str(caught.value)
