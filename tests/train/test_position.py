from __future__ import annotations

import pytest

from convolens.train.position import Position


def test_sums_over_batches_of_different_sizes() -> None:
    here = Position(epoch=4).after(20, 1.0, 5, 0.5).after(10, 4.0, 10, 0.6)
    assert here == Position(4, 2, 30, 15, 60.0, 0.6)
    assert here.loss == 2.0
    assert here.accuracy == 0.5
    assert here.images_per_second == pytest.approx(50)


def test_nothing_is_divided_by_zero() -> None:
    start = Position()
    assert (start.loss, start.accuracy, start.images_per_second) == (0, 0, 0)
