from __future__ import annotations

import numpy as np
import pytest

from convolens.errors import ArgumentError
from convolens.wilson import wilson_interval

Z = 1.959963984540054


@pytest.mark.parametrize(("correct", "total"), [(1, 1), (357, 360), (9890, 10000), (3, 7), (0, 5)])
def test_the_interval_solves_wilsons_equation(correct, total) -> None:
    # Its ends are the true shares p from which the seen one is z deviations away.
    seen = correct / total
    for p in wilson_interval(correct, total):
        assert 0 <= p <= 1
        if 0 < p < 1:
            assert abs(seen - p) == pytest.approx(Z * np.sqrt(p * (1 - p) / total), rel=1e-9)


def test_published_values() -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I.
    for (correct, total), (low, high) in {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }.items():
        assert wilson_interval(correct, total) == pytest.approx((low, high), abs=5e-5)


def test_the_ends_are_exact() -> None:
    assert wilson_interval(0, 9)[0] == 0
    assert wilson_interval(9, 9)[1] == 1


@pytest.mark.parametrize(("correct", "total"), [(0, 0), (-1, 5), (6, 5)])
def test_no_share_no_interval(correct, total) -> None:
    with pytest.raises(ArgumentError, match="not a share"):
        wilson_interval(correct, total)
