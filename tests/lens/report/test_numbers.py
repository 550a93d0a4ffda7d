from __future__ import annotations

import math

import numpy as np
import pytest

from convolens.lens.report.numbers import POWER, decimals_for, fixed, largest, percent, span


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (-0.004, 2, "0.00"),
        (-1.5, 0, "−2"),
        (math.nan, 2, "NaN"),
        (math.inf, POWER, "∞"),
        (-math.inf, 1, "−∞"),
        (0.0, POWER, "0"),
        (-1.2345e-9, POWER, "−1.23e−9"),
        (6.02e23, POWER, "6.02e23"),
    ],
)
def test_fixed(value: float, decimals: int, text: str) -> None:
    assert fixed(value, decimals) == text


@pytest.mark.parametrize(
    ("top", "decimals"),
    [(0.0, 3), (0.09, 4), (0.9, 4), (1.0, 3), (99.0, 2), (12345.0, 0), (1e9, POWER), (1e-6, POWER)],
)
def test_decimals(top: float, decimals: int) -> None:
    assert decimals_for(top) == decimals


def test_decimals_of_what_is_not_finite() -> None:
    assert decimals_for(math.inf) == decimals_for(math.nan) == 3


def test_largest_looks_at_finite_numbers_only() -> None:
    assert largest(np.array([np.nan, np.inf, -2.0]), None, np.array([])) == 2.0
    assert largest(np.array([np.nan])) == 0.0


def test_span_and_percent_without_finite_numbers() -> None:
    assert span(np.array([np.nan]), 2) == ("–", "–")
    assert percent(math.nan) == "–"
