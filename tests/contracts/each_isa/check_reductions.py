"""Sums and extremes of rows and of columns, of every length, whatever stands among the numbers."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl

LENGTHS = (*range(1, 70), 127, 300)
U = 2.0**-24
ALONG = pytest.mark.parametrize("axis", [0, 1], ids=["columns", "rows"])


def numbers(length: int, axis: int, others: int = 21) -> np.ndarray:
    """``others`` rows or columns of a length: not a whole number of registers."""
    shape = (length, others) if axis == 0 else (others, length)
    return np.random.default_rng(length).standard_normal(shape).astype(np.float32)


@ALONG
@pytest.mark.parametrize("others", [1, 21, 600])
def test_sums(axis: int, others: int) -> None:
    for length in LENGTHS:
        x = numbers(length, axis, others)
        wide = x.astype(np.float64)
        # Three additions in single precision at most, and the last rounding.
        bound = 4.1 * U * np.abs(wide).sum(axis)
        assert (np.abs(cl.from_numpy(x).sum(axis).numpy() - wide.sum(axis)) <= bound).all()
        found = cl.from_numpy(x).norm(1, axis).numpy()
        assert (np.abs(found - np.abs(wide).sum(axis)) <= bound).all()


@ALONG
def test_extremes(axis: int) -> None:
    for length in LENGTHS:
        x = numbers(length, axis)
        t = cl.from_numpy(x)
        np.testing.assert_array_equal(t.amax(axis).numpy(), x.max(axis))
        np.testing.assert_array_equal(t.amin(axis).numpy(), x.min(axis))
        np.testing.assert_array_equal(t.argmax(axis).numpy(), x.argmax(axis))
        np.testing.assert_array_equal(t.argmin(axis).numpy(), x.argmin(axis))


@ALONG
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf], ids=str)
def test_what_is_no_number_counts_wherever_it_stands(axis: int, odd: float) -> None:
    for length in LENGTHS:
        for place in range(length):
            x = numbers(length, axis, 3)
            np.moveaxis(x, axis, 0)[place, 1] = odd
            t = cl.from_numpy(x)
            np.testing.assert_array_equal(t.amax(axis).numpy(), x.max(axis))
            np.testing.assert_array_equal(t.amin(axis).numpy(), x.min(axis))
            np.testing.assert_array_equal(t.argmax(axis).numpy(), x.argmax(axis))
            kept = np.isfinite(t.sum(axis).numpy())
            np.testing.assert_array_equal(kept, [True, False, True])


@ALONG
def test_extremes_of_nothing_but_infinities_and_nan(axis: int) -> None:
    for odd in (np.inf, -np.inf, np.nan):
        x = np.full_like(numbers(40, axis), odd)
        t = cl.from_numpy(x)
        np.testing.assert_array_equal(t.amax(axis).numpy(), x.max(axis))
        np.testing.assert_array_equal(t.amin(axis).numpy(), x.min(axis))
