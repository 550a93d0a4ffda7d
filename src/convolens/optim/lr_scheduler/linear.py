"""The learning rate grows, or falls, by equal amounts: a warm-up."""

from __future__ import annotations

from typing import final

from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler.scheduler import Multiplied
from convolens.optim.optimizer import Optimizer


@final
class LinearLR(Multiplied):
    """The rate's factor goes from ``start_factor`` to ``end_factor`` over ``total_iters`` epochs.

    Args:
        optimizer: Whose learning rates to set.
        start_factor: The factor of the first epoch, above 0 and at most 1.
        end_factor: The factor of the last one and all after it, from 0 to 1.
        total_iters: Over how many epochs.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded.

    Raises:
        ArgumentError: If a factor is out of its range.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1))
        >>> schedule = LinearLR(cl.optim.SGD([p], lr=1.0), start_factor=0.5, total_iters=2)
        >>> for _ in range(3):
        ...     print(schedule.get_last_lr())
        ...     schedule.step()
        [0.5]
        [0.75]
        [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1:
            raise ArgumentError(
                f"start_factor is {start_factor}, but must be greater than 0 and at most 1."
            )
        if not 0 <= end_factor <= 1:
            raise ArgumentError(f"end_factor is {end_factor}, but must be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return what makes of the factor of the epoch before that of this one."""
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        rise = self.end_factor - self.start_factor
        return 1 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def share(self) -> float:
        """Return the factor."""
        done = min(self.total_iters, self.last_epoch) / max(self.total_iters, 1)
        return self.start_factor + (self.end_factor - self.start_factor) * done
