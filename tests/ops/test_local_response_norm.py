"""Local response normalisation: the paper's formula, both scalings, even windows."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError
from convolens.nn.functional import local_response_norm
from convolens.ops import ChannelSum, LocalResponseNorm
from convolens.spec import DType, float32, float64
from tolerance import assert_within

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


def paper(x: np.ndarray, n: int, alpha: float, beta: float, k: float) -> np.ndarray:
    """b_i = a_i / (k + alpha sum of a_j^2, j from i - n/2 to i + n/2)^beta, for an odd n."""
    y = np.empty_like(x)
    channels = x.shape[1]
    for i in range(channels):
        near = x[:, max(0, i - n // 2) : min(channels, i + n // 2 + 1)]
        y[:, i] = x[:, i] / (k + alpha * (near**2).sum(axis=1)) ** beta
    return y


@BOTH
@pytest.mark.parametrize("channels", [1, 3, 7, 96])
def test_the_papers_formula(channels: int, dtype: DType) -> None:
    x = np.asarray(np.random.default_rng(0).standard_normal((2, channels, 3, 2)) * 20, dtype)
    op = LocalResponseNorm(5, 1e-4, 0.75, 2.0, "sum")
    np.testing.assert_allclose(
        op.reference(x.astype(float64)), paper(x.astype(float64), 5, 1e-4, 0.75, 2.0), rtol=1e-14
    )
    computed = local_response_norm(cl.tensor(x), 5, 1e-4, 0.75, 2.0, "sum").numpy()
    assert_within(op, [x], computed, dtype)


def test_the_papers_alpha_is_five_times_smaller_than_torchs() -> None:
    x = cl.randn(2, 16, 4, 4) * 30
    ours = nn.LocalResponseNorm(5, alpha=5e-4, k=2.0)(x)
    papers = nn.LocalResponseNorm(5, alpha=1e-4, k=2.0, scaling="sum")(x)
    np.testing.assert_array_equal(ours.numpy(), papers.numpy())
    assert np.abs(ours.numpy() - nn.LocalResponseNorm(5, k=2.0)(x).numpy()).max() > 1e-3


@pytest.mark.parametrize("size", range(1, 8))
def test_the_window_of_each_size(size: int) -> None:
    """An even window has one channel more before."""
    window = LocalResponseNorm(size).window()
    assert window == ChannelSum(size // 2, (size - 1) // 2)
    x = np.eye(9)
    reached = window.reference(x)
    for channel in range(9):
        seen = [j for j in range(9) if channel - size // 2 <= j <= channel + (size - 1) // 2]
        assert np.flatnonzero(reached[:, channel]).tolist() == seen


def test_equal_inputs() -> None:
    """The documented number: (1 + 1e-4)^-0.75 for k = 1, away from the ends."""
    y = local_response_norm(cl.ones(1, 9, 1, 1), 5).numpy()
    assert y[0, 4, 0, 0] == pytest.approx((1 + 1e-4) ** -0.75, rel=1e-6)


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="size is 0"):
        local_response_norm(cl.ones(1, 3, 2, 2), 0)
    with pytest.raises(ArgumentError, match="scaling is 'both'"):
        nn.LocalResponseNorm(5, scaling="both")  # type: ignore[arg-type]
