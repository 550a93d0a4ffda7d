"""Where in its epochs a training run is, with the sums of the epoch so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class Position:
    """A place between two batches.

    Attributes:
        epoch: Epochs that are done.
        batch: Batches of the next epoch that are done.
        images: Images of that epoch that are done.
        correct: How many of these the network had right when it saw them.
        loss_sum: The sum of their losses.
        seconds: The time that these batches took.

    Example:
        >>> Position(epoch=2).after(images=10, loss=0.5, correct=9, seconds=1.0).loss
        0.5
    """

    epoch: int = 0
    batch: int = 0
    images: int = 0
    correct: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0

    def after(self, images: int, loss: float, correct: int, seconds: float) -> Position:
        """Return the place after one more batch.

        Args:
            images: Images of the batch.
            loss: Their mean loss.
            correct: How many the network had right.
            seconds: Since the epoch began.
        """
        return Position(
            self.epoch,
            self.batch + 1,
            self.images + images,
            self.correct + correct,
            self.loss_sum + loss * images,
            seconds,
        )

    @property
    def loss(self) -> float:
        """The mean loss of the epoch so far; 0 before its first batch."""
        return self.loss_sum / max(self.images, 1)

    @property
    def accuracy(self) -> float:
        """The share that was right so far; 0 before the first batch."""
        return self.correct / max(self.images, 1)

    @property
    def images_per_second(self) -> float:
        """Images of the epoch so far by their time; 0 before the first batch."""
        return self.images / self.seconds if self.seconds > 0 else 0.0
