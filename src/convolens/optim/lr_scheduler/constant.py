"""The learning rate is smaller in the first epochs."""

from __future__ import annotations

from typing import final

from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler.scheduler import Multiplied
from convolens.optim.optimizer import Optimizer


@final
class ConstantLR(Multiplied):
    """The rate is multiplied by ``factor`` for ``total_iters`` epochs.

    Args:
        optimizer: Whose learning rates to set.
        factor: The factor, from 0 to 1.
        total_iters: How many epochs.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded.

    Raises:
        ArgumentError: If the factor is not between 0 and 1.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1))
        >>> schedule = ConstantLR(cl.optim.SGD([p], lr=1.0), factor=0.5, total_iters=2)
        >>> for _ in range(3):
        ...     print(schedule.get_last_lr())
        ...     schedule.step()
        [0.5]
        [0.5]
        [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 <= factor <= 1:
            raise ArgumentError(f"factor is {factor}, but must be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return the factor in the first epoch, and its inverse in the last."""
        if self.last_epoch == 0:
            return self.factor
        return 1 / self.factor if self.last_epoch == self.total_iters else 1

    def share(self) -> float:
        """Return the factor, and 1 after the last epoch."""
        return 1 if self.last_epoch >= self.total_iters else self.factor

    def get_lr(self) -> list[float]:
        """Return the present rates, multiplied; the first ones after rates of 0."""
        if self.factor == 0 and self.last_epoch == self.total_iters:
            return self.closed_lr()
        return super().get_lr()
