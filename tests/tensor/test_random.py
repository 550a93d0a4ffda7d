"""Random numbers: the same from the same seed, and distributed as they say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError
from convolens.spec import float64
from convolens.tensor.random import random_state, set_random_state

COUNT = 400_000
#: Five deviations: one false alarm in two million, and the seeds are fixed.
SIGMAS = 5


def test_a_seed_brings_everything_back() -> None:
    def draw() -> list[np.ndarray]:
        cl.manual_seed(42)
        net = cl.nn.Linear(3, 4)
        return [
            cl.rand(10).numpy(),
            cl.randn(3, 5).numpy(),
            cl.randn(2, 3, 4, 5).numpy(),
            net.weight.detach().numpy(),
            cl.nn.functional.dropout(cl.ones(100)).numpy(),
        ]

    for first, second in zip(draw(), draw(), strict=True):
        np.testing.assert_array_equal(first, second)
    cl.manual_seed(43)
    assert (cl.rand(10).numpy() != draw()[0]).all()


def test_draws_differ() -> None:
    cl.manual_seed(1)
    assert (cl.randn(1000).numpy() != cl.randn(1000).numpy()).mean() > 0.99


def test_a_state_continues_exactly() -> None:
    cl.manual_seed(5)
    cl.randn(7)
    state = random_state()
    expected = [cl.randn(4).tolist(), cl.rand(4).tolist()]
    cl.manual_seed(99)
    set_random_state(state)
    assert [cl.randn(4).tolist(), cl.rand(4).tolist()] == expected


def test_known_numbers() -> None:
    """A change of these would break what a seed promises from version to version."""
    cl.manual_seed(0)
    uniform, normal = cl.rand(3).tolist(), cl.randn(3).tolist()
    cl.manual_seed(0)
    assert cl.rand(3).tolist() == uniform
    assert all(0 <= number < 1 for number in uniform)
    assert len({*uniform, *normal}) == 6


def kolmogorov_smirnov(sample: np.ndarray, distribution: Any) -> float:
    """The largest distance between the sample's steps and the distribution function."""
    x = np.sort(sample.ravel().astype(np.float64))
    exact = distribution(x)
    n = len(x)
    return float(max((np.arange(1, n + 1) / n - exact).max(), (exact - np.arange(n) / n).max()))


def normal_distribution(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_uniform_numbers_are_uniform(seed: int) -> None:
    cl.manual_seed(seed)
    x = cl.rand(COUNT).numpy()
    assert x.min() >= 0
    assert x.max() < 1
    assert abs(x.mean() - 0.5) < SIGMAS * math.sqrt(1 / 12 / COUNT)
    assert abs(x.var() - 1 / 12) < SIGMAS * math.sqrt(1 / 180 / COUNT)
    # P(D > 2.5 / sqrt(n)) is 2 exp(-2 2.5^2) = 7e-6.
    assert kolmogorov_smirnov(x, lambda t: t) < 2.5 / math.sqrt(COUNT)


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_normal_numbers_are_normal(seed: int) -> None:
    cl.manual_seed(seed)
    x = cl.randn(COUNT).numpy().astype(np.float64)
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((x**power).mean() - moment) < SIGMAS * math.sqrt(variance / COUNT)
    assert kolmogorov_smirnov(x[:40_000], normal_distribution) < 2.5 / math.sqrt(40_000)
    assert np.isfinite(x).all()
    assert 4.2 < np.abs(x).max() < 6


def test_neighbours_and_halves_are_independent() -> None:
    """The two halves of a draw are the two results of each pair of Box and Muller."""
    cl.manual_seed(3)
    x = cl.randn(COUNT).numpy().astype(np.float64)
    for lag in (1, 2, 7, COUNT // 2):
        assert abs((x[lag:] * x[:-lag]).mean()) < SIGMAS / math.sqrt(COUNT - lag)
        squares = x**2 - 1
        both = (squares[lag:] * squares[:-lag]).mean()
        assert abs(both) < SIGMAS * 2 / math.sqrt(COUNT - lag)


def test_streams_of_one_seed_are_independent() -> None:
    cl.manual_seed(3)
    a, b = cl.randn(COUNT).numpy(), cl.randn(COUNT).numpy()
    assert abs((a.astype(float) * b).mean()) < SIGMAS / math.sqrt(COUNT)


def test_any_shape_and_float_type() -> None:
    for shape in ((), (0,), (1,), (3,), (2, 3, 5), (7, 0)):
        for dtype in ("float32", "float64"):
            assert cl.randn(shape, dtype=dtype).shape == shape
            assert cl.rand(shape, dtype=dtype).dtype == dtype
    assert cl.randn(4, requires_grad=True).requires_grad
    assert cl.randn(4, dtype=float64).dtype == float64


@pytest.mark.parametrize("seed", [-1, 2**63, 2**70, 1.5, "1", None])
def test_seeds_out_of_range(seed: Any) -> None:
    with pytest.raises(ArgumentError, match="must be from 0 to"):
        cl.manual_seed(seed)


def test_seeds_of_numpy() -> None:
    cl.manual_seed(np.int64(7))
    first = cl.rand(3).tolist()
    cl.manual_seed(7)
    assert cl.rand(3).tolist() == first
