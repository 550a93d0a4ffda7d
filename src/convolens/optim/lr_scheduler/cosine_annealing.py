"""The learning rate falls as half a cosine."""

from __future__ import annotations

from math import cos, pi
from typing import final

from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler.scheduler import LRScheduler, rates
from convolens.optim.optimizer import Optimizer


@final
class CosineAnnealingLR(LRScheduler):
    """The rate falls from its first value to ``eta_min`` over ``T_max`` epochs, as half a cosine.

    After them it rises again, as the cosine does.

    Args:
        optimizer: Whose learning rates to set.
        T_max: Over how many epochs.
        eta_min: The least rate.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded.

    Raises:
        ArgumentError: If ``T_max`` is below 1.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1))
        >>> schedule = CosineAnnealingLR(cl.optim.SGD([p], lr=1.0), T_max=3)
        >>> for _ in range(3):
        ...     schedule.step()
        ...     print([round(lr, 2) for lr in schedule.get_last_lr()])
        [0.75]
        [0.25]
        [0.0]

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017,
    equation 5.
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        if T_max < 1:
            raise ArgumentError(f"T_max is {T_max}, but must be at least 1.")
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the rates: what they are above ``eta_min`` goes on as the cosine does."""
        present = rates(self.optimizer)
        if self._is_initial:
            return present
        before = self._height(self.last_epoch - 1)
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # it was 0: from the ground
            rise = (1 - cos(pi / self.T_max)) / 2
            return [
                lr + (base - self.eta_min) * rise
                for lr, base in zip(present, self.base_lrs, strict=True)
            ]
        change = self._height(self.last_epoch) / before
        return [self.eta_min + (lr - self.eta_min) * change for lr in present]

    def closed_lr(self) -> list[float]:
        """Return the rates between the first ones and ``eta_min``."""
        height = self._height(self.last_epoch)
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]

    def _height(self, epoch: int) -> float:
        return (1 + cos(pi * epoch / self.T_max)) / 2
