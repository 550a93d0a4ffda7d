from __future__ import annotations

import io

from convolens.train.displays import LiveLine, PlainLines, Silent, progress_on
from convolens.train.history import Epoch
from convolens.train.position import Position
from convolens.train.progress import epoch_line

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


def test_silence_is_silent(capsys) -> None:
    made = trainer()
    assert isinstance(made.progress, Silent)
    fit(made, 1)
    assert capsys.readouterr() == ("", "")
