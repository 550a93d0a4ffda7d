"""Progress: what a display of training is told, and the words that all displays share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from time import perf_counter

from convolens.train.history import Epoch
from convolens.train.position import Position


class Progress(ABC):
    """Is told of each batch and each epoch. A batch that is not shown costs one comparison."""

    def begin(self, epochs: int, batches: int, images: int) -> None:
        """Training begins, or goes on.

        Args:
            epochs: In all.
            batches: In each.
            images: In each.
        """
        self.epochs = epochs
        self.batches = batches
        self.images = images
        self.wait()

    def wait(self) -> None:
        """Show no batch for an interval."""
        self._next = perf_counter() + self.interval

    @property
    @abstractmethod
    def interval(self) -> float:
        """Seconds between two shown lines, at least."""

    def batch(self, position: Position) -> None:
        """Say that a batch is done."""
        if perf_counter() >= self._next:
            self.show(position)
            self.wait()

    @abstractmethod
    def show(self, position: Position) -> None:
        """Show where training is."""

    @abstractmethod
    def epoch(self, row: Epoch) -> None:
        """Show what an epoch gave."""

    @abstractmethod
    def end(self) -> None:
        """Training is over, or was stopped."""

    def seconds_left(self, position: Position) -> float:
        """Return the time that all images to come take at the present speed."""
        left = (self.epochs - position.epoch) * self.images - position.images
        return left / max(position.images_per_second, 1e-9)


def epoch_line(row: Epoch, epochs: int) -> str:
    """Return an epoch's figures in one line of about 80 characters.

    Example:
        >>> epoch_line(Epoch(1, 0.51, 0.8468, 0.234, 0.9278, 0.01, 0.25, 5748.0), 10)
        'epoch  1/10: loss 0.5100, accuracy 84.68%; test 0.2340, 92.78%; 5,748 images/s'
    """
    return (
        f"epoch {row.epoch:>{len(str(epochs))}}/{epochs}: loss {row.train_loss:.4f}, "
        f"accuracy {row.train_accuracy:.2%}; test {row.test_loss:.4f}, {row.test_accuracy:.2%}; "
        f"{row.images_per_second:,.0f} images/s"
    )


def batch_figures(position: Position, seconds_left: float) -> str:
    """Return the figures of the epoch so far.

    Example:
        >>> batch_figures(Position(0, 2, 200, 150, 100.0, 0.1), 90)
        'loss 0.5000, accuracy 75.00%; 2,000 images/s, 1:30 left'
    """
    return (
        f"loss {position.loss:.4f}, accuracy {position.accuracy:.2%}; "
        f"{position.images_per_second:,.0f} images/s, {clock(seconds_left)} left"
    )


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds, or hours, minutes and seconds.

    Example:
        >>> clock(3725)
        '1:02:05'
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
