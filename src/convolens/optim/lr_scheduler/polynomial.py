"""The learning rate falls to zero as a power of the epochs that are left."""

from __future__ import annotations

from typing import final

from convolens.optim.lr_scheduler.scheduler import Multiplied
from convolens.optim.optimizer import Optimizer


@final
class PolynomialLR(Multiplied):
    """The rate is multiplied by (1 - epoch / total_iters)^power, until it is 0.

    Args:
        optimizer: Whose learning rates to set.
        total_iters: Over how many epochs.
        power: 1 falls by equal amounts.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1))
        >>> schedule = PolynomialLR(cl.optim.SGD([p], lr=1.0), total_iters=2, power=2)
        >>> for _ in range(3):
        ...     print(schedule.get_last_lr())
        ...     schedule.step()
        [1.0]
        [0.25]
        [0.0]
    """

    def __init__(
        self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return what makes of the factor of the epoch before that of this one."""
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        now, before = (
            1 - epoch / self.total_iters for epoch in (self.last_epoch, self.last_epoch - 1)
        )
        return float((now / before) ** self.power)

    def share(self) -> float:
        """Return the factor."""
        done = min(self.total_iters, self.last_epoch) / max(self.total_iters, 1)
        return float((1 - done) ** self.power)
