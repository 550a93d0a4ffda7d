from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from convolens.lens.report.axis import round_axis, round_step, whole_axis

FINITE = st.floats(-1e12, 1e12, allow_nan=False)


@given(FINITE, FINITE)
@example(0.0, 5e-324)
@example(1e12, 1e12 + 1)
def test_ticks_are_round_and_cover_the_values(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    axis = round_axis(low, high, 0, 100)
    step = axis.ticks[1] - axis.ticks[0]
    assert 2 <= len(axis.ticks) <= 6
    assert axis.low <= low + 1e-6 * step
    assert axis.high >= high - 1e-6 * step
    first = step / 10 ** math.floor(math.log10(step) + 1e-6)
    assert min(abs(first - digit) for digit in (1, 2, 5, 10)) < 1e-3
    assert axis.at(axis.low) == 0
    assert axis.at(axis.high) == pytest.approx(100)


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_whole_ticks(low: int, length: int) -> None:
    axis = whole_axis(low, low + length, 0, 100)
    assert all(tick == int(tick) for tick in axis.ticks)
    assert len(axis.ticks) <= 9
    assert 0 <= axis.at(low) <= axis.at(low + length) <= 100


def test_decimals_of_ticks() -> None:
    assert round_axis(0, 2.3, 0, 1).decimals == 1
    assert round_axis(0, 230, 0, 1).decimals == 0
    assert round_axis(0, 0.023, 0, 1).decimals == 3


@given(st.floats(1e-9, 1e9))
def test_a_step_is_at_least_what_is_asked(least: float) -> None:
    assert round_step(least) >= least * (1 - 1e-6)
