from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.data.randomness import SampleRandom, hashed, shuffled
from convolens.errors import ArgumentError


def test_golden_values() -> None:
    """These numbers fix every run made with a seed; they must never change."""
    assert hashed(0).tolist() == [0xE220A8397B1DCDAF]  # SplitMix64's first output for seed 0
    assert shuffled(8, seed=3, epoch=2).tolist() == [1, 7, 4, 2, 0, 5, 6, 3]
    random = SampleRandom(1, 2, np.array([3, 4]))
    assert random.uniform().tolist() == [0.2720848444025844, 0.05839866245690761]


@given(st.integers(-(2**70), 2**70), st.integers(0, 2**70), st.integers(0, 300))
def test_shuffled_is_a_permutation(seed: int, epoch: int, count: int) -> None:
    order = shuffled(count, seed, epoch)
    assert order.dtype == np.int64
    assert sorted(order) == list(range(count))


def test_orders_differ_between_seeds_and_epochs() -> None:
    orders = [tuple(shuffled(100, seed, epoch)) for seed in range(4) for epoch in range(4)]
    assert len(set(orders)) == 16


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=20), st.integers(0, 9))
def test_a_sample_has_its_own_numbers(indices: list[int], draw: int) -> None:
    together = SampleRandom(0, 1, np.array(indices)).uniform(draw)
    alone = [SampleRandom(0, 1, np.array([index])).uniform(draw)[0] for index in indices]
    assert together.tolist() == alone


def test_numbers_are_uniform_and_independent() -> None:
    """Bounds of five standard deviations for 100,000 numbers."""
    count = 100_000
    random = SampleRandom(0, 0, np.arange(count))
    rows = [random.uniform(0), random.uniform(1), random.with_stream(1).uniform(0)]
    rows.append(SampleRandom(0, 1, np.arange(count)).uniform(0))
    rows.append(SampleRandom(1, 0, np.arange(count)).uniform(0))
    for values in rows:
        assert values.min() >= 0
        assert values.max() < 1
        assert abs(values.mean() - 0.5) < 5 * np.sqrt(1 / 12 / count)
        bins = np.bincount((values * 10).astype(int), minlength=10)
        assert np.abs(bins - count / 10).max() < 5 * np.sqrt(count * 0.1 * 0.9)
    correlation = np.corrcoef([*rows, np.roll(rows[0], 1)]) - np.eye(6)
    assert np.abs(correlation).max() < 5 / np.sqrt(count)


def test_integers_reach_both_ends() -> None:
    values = SampleRandom(0, 0, np.arange(10_000)).integers(-2, 2)
    assert np.bincount(values + 2).min() > 1_800
    assert values.dtype == np.int64
    with pytest.raises(ArgumentError):
        SampleRandom(0, 0, np.arange(2)).integers(1, 0)
