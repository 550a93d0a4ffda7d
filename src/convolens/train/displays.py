"""The displays of training: one live line on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO, final

from convolens.train.history import Epoch
from convolens.train.position import Position
from convolens.train.progress import Progress, batch_figures, clock, epoch_line

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

# Drawing takes 0.3 ms, so ten times a second cost 0.3 % of the time.
_LIVE_INTERVAL = 0.1
_PLAIN_INTERVAL = 30.0


@final
class Silent(Progress):
    """Shows nothing."""

    interval = float("inf")

    def show(self, position: Position) -> None:
        """Show nothing."""

    def epoch(self, row: Epoch) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""


@final
class PlainLines(Progress):
    """Writes a line for each epoch, and one every 30 seconds within a long one."""

    interval = _PLAIN_INTERVAL

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, position: Position) -> None:
        """Write where training is."""
        self._write(
            f"epoch {position.epoch + 1}/{self.epochs}, batch {position.batch}/{self.batches}: "
            + batch_figures(position, self.seconds_left(position))
        )

    def epoch(self, row: Epoch) -> None:
        """Write what an epoch gave."""
        left = (self.epochs - row.epoch) * row.seconds
        self._write(f"{epoch_line(row, self.epochs)}, {clock(left)} left")
        self.wait()

    def end(self) -> None:
        """Write nothing."""

    def _write(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


@final
class LiveLine(Progress):
    """Draws a bar on a terminal, at most ten times a second, below the lines of past epochs."""

    interval = _LIVE_INTERVAL

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: Bar | None = None
        self._task: TaskID

    def begin(self, epochs: int, batches: int, images: int) -> None:
        """Draw the empty bar."""
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        super().begin(epochs, batches, images)
        # refresh_per_second is for a thread of its own, which auto_refresh turns off.
        self._bar = Bar(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(bar_width=16),
            TextColumn("{task.fields[figures]}"),
            console=Console(file=self._stream),
            auto_refresh=False,
            transient=True,
        )
        self._task = self._bar.add_task("", total=batches, epoch=1, epochs=epochs, figures="")
        self._bar.start()

    def show(self, position: Position) -> None:
        """Draw where training is."""
        if self._bar is None:
            return
        self._bar.update(
            self._task,
            completed=position.batch,
            epoch=position.epoch + 1,
            figures=batch_figures(position, self.seconds_left(position)),
        )
        self._bar.refresh()

    def epoch(self, row: Epoch) -> None:
        """Write what an epoch gave above the bar."""
        if self._bar is not None:
            self._bar.console.print(epoch_line(row, self.epochs), highlight=False, markup=False)

    def end(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def progress_on(stream: TextIO | None = None) -> Progress:
    """Return the display that fits a stream, by default that of ``print``."""
    chosen = sys.stdout if stream is None else stream
    return LiveLine(chosen) if chosen.isatty() else PlainLines(chosen)
