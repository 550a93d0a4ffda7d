from __future__ import annotations

import time

import pytest

from convolens.train.displays import LiveLine, Silent
from convolens.train.history import Epoch
from convolens.train.position import Position
from convolens.train.progress import Progress, clock, epoch_line

from .makers import fit, trainer

HERE = Position(2, 7, 140, 70, 70.0, 0.1)


def test_an_epoch_fits_a_narrow_terminal() -> None:
    assert len(epoch_line(Epoch(99, 2.3, 0.9, 2.3, 0.9, 1.0, 1.0, 99_999.0), 99)) <= 80


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3600, "1:00:00")]
)
def test_the_clock(seconds, text) -> None:
    assert clock(seconds) == text


def test_time_left_counts_all_images_to_come() -> None:
    shown = Silent()
    shown.begin(4, 10, 1437)
    here = Position(epoch=1, batch=5, images=437, correct=0, loss_sum=0, seconds=1.0)
    assert shown.seconds_left(here) == pytest.approx((3 * 1437 - 437) / 437)


def test_shows_at_most_ten_times_a_second() -> None:
    class Counting(Progress):
        interval = LiveLine.interval
        shown = 0

        def show(self, position: Position) -> None:
            self.shown += 1

        def epoch(self, row: Epoch) -> None: ...

        def end(self) -> None: ...

    counting = Counting()
    counting.begin(1, 1, 1)
    end = time.perf_counter() + 0.35
    while time.perf_counter() < end:
        counting.batch(HERE)
    assert 1 <= counting.shown <= 4


def test_the_trainer_shows_each_epoch_and_ends_even_if_it_fails() -> None:
    ended = []

    class Recording(Progress):
        interval = 0.0

        def show(self, position: Position) -> None: ...

        def epoch(self, row: Epoch) -> None:
            ended.append(row.epoch)

        def end(self) -> None:
            ended.append("end")

    made = trainer()
    made.progress = Recording()
    fit(made, 2)
    assert ended == [1, 2, "end"]
    made.loss = None
    with pytest.raises(TypeError):
        fit(made, 3)
    assert ended[-1] == "end"
