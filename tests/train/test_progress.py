from __future__ import annotations

import io
import time

import pytest

from convolens.data import load_digits
from convolens.train.displays import LiveLine, PlainLines, Silent, progress_on
from convolens.train.history import Epoch
from convolens.train.position import Position
from convolens.train.progress import Progress, clock, epoch_line

from .makers import fit, trainer

ROW = Epoch(3, 0.123456, 0.9876, 0.2, 0.95, 0.01, 1.5, 12345.6)
HERE = Position(2, 7, 140, 70, 70.0, 0.1)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_and_others_get_lines(capsys) -> None:
    assert isinstance(progress_on(Terminal()), LiveLine)
    assert isinstance(progress_on(io.StringIO()), PlainLines)
    assert isinstance(progress_on(), PlainLines)


def test_plain_lines_say_all() -> None:
    stream = io.StringIO()
    shown = PlainLines(stream)
    shown.begin(5, 10, 200)
    shown.show(HERE)
    shown.epoch(ROW)
    shown.end()
    assert stream.getvalue() == (
        "epoch 3/5, batch 7/10: loss 0.5000, accuracy 50.00%; 1,400 images/s, 0:00 left\n"
        "epoch 3/5: loss 0.1235, accuracy 98.76%; test 0.2000, 95.00%; 12,346 images/s, "
        "0:03 left\n"
    )


def test_an_epoch_fits_a_narrow_terminal() -> None:
    assert len(epoch_line(Epoch(99, 2.3, 0.9, 2.3, 0.9, 1.0, 1.0, 99_999.0), 99)) <= 80


def test_the_bar_says_all(monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    shown = LiveLine(stream)
    shown.begin(5, 10, 200)
    shown.show(HERE)
    shown.epoch(ROW)
    shown.end()
    text = stream.getvalue()
    for words in ("epoch 3/5", "loss 0.5000", "accuracy 50.00%", "1,400 images/s", "0:00 left"):
        assert words in text
    assert epoch_line(ROW, 5) in text


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


def test_costs_less_than_one_percent() -> None:
    # A step of the smallest network is some 500 us; a batch that is not shown, less than 5.
    shown = PlainLines(io.StringIO())
    shown.begin(1, 1, 1)
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        for _ in range(1000):
            shown.batch(HERE)
        times.append(time.perf_counter() - begin)
    assert min(times) < 0.005


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


def test_silence_is_silent(capsys) -> None:
    made = trainer()
    assert isinstance(made.progress, Silent)
    fit(made, 1)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3600, "1:00:00")]
)
def test_the_clock(seconds, text) -> None:
    assert clock(seconds) == text


def test_time_left_counts_all_images_to_come() -> None:
    shown = Silent()
    shown.begin(4, 10, len(load_digits().train))
    here = Position(epoch=1, batch=5, images=437, correct=0, loss_sum=0, seconds=1.0)
    assert shown.seconds_left(here) == pytest.approx((3 * 1437 - 437) / 437)
