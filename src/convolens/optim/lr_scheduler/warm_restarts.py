"""The learning rate falls as half a cosine, again and again."""

from __future__ import annotations

from math import cos, floor, pi
from typing import final

from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler.scheduler import LRScheduler
from convolens.optim.optimizer import Optimizer


@final
class CosineAnnealingWarmRestarts(LRScheduler):
    """The rate falls to ``eta_min`` as half a cosine, then begins anew, each time for longer.

    Args:
        optimizer: Whose learning rates to set.
        T_0: Epochs of the first fall.
        T_mult: How many times as long each fall takes as the one before.
        eta_min: The least rate.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded.

    Raises:
        ArgumentError: If ``T_0`` or ``T_mult`` is no whole number from 1 on.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1))
        >>> schedule = CosineAnnealingWarmRestarts(cl.optim.SGD([p], lr=1.0), T_0=2)
        >>> for _ in range(4):
        ...     print([round(lr, 2) for lr in schedule.get_last_lr()])
        ...     schedule.step()
        [1.0]
        [0.5]
        [1.0]
        [0.5]

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017,
    equation 5.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        for name, value in (("T_0", T_0), ("T_mult", T_mult)):
            if not isinstance(value, int) or value < 1:
                raise ArgumentError(f"{name} is {value}, but must be a whole number from 1 on.")
        self.T_0 = T_0
        #: Epochs of the present fall, and how many of them are done.
        self.T_i = T_0
        self.T_cur: float = last_epoch
        self.T_mult = T_mult
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the rates between the first ones and ``eta_min``."""
        height = (1 + cos(pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Go to the next epoch.

        Args:
            epoch: Another one to go to, which may lie within one: 3.5 after half of the batches.

        Raises:
            ArgumentError: If it is negative.
        """
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            self._go_to(epoch or 0)
        self.last_epoch = floor(epoch or 0)
        self._set(self.get_lr())

    def _go_to(self, epoch: float) -> None:
        if epoch < 0:
            raise ArgumentError(f"epoch is {epoch}, but must not be negative.")
        self.T_i, self.T_cur = self.T_0, epoch
        if self.T_mult == 1:
            self.T_cur = epoch % self.T_0
            return
        while self.T_cur >= self.T_i:
            self.T_cur -= self.T_i
            self.T_i *= self.T_mult
