"""The learning rate falls by a factor in each epoch."""

from __future__ import annotations

from typing import final

from convolens.optim.lr_scheduler.scheduler import Multiplied
from convolens.optim.optimizer import Optimizer


@final
class ExponentialLR(Multiplied):
    """The rate is multiplied by ``gamma`` in every epoch.

    Args:
        optimizer: Whose learning rates to set.
        gamma: The factor.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1))
        >>> schedule = ExponentialLR(cl.optim.SGD([p], lr=1.0), gamma=0.5)
        >>> for _ in range(3):
        ...     schedule.step()
        >>> schedule.get_last_lr()
        [0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return gamma, but for the first epoch."""
        return 1 if self._is_initial else self.gamma

    def share(self) -> float:
        """Return gamma to the number of epochs."""
        return float(self.gamma**self.last_epoch)
