"""The learning rate falls by a factor every few epochs."""

from __future__ import annotations

from typing import final

from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler.scheduler import Multiplied
from convolens.optim.optimizer import Optimizer


@final
class StepLR(Multiplied):
    """The rate is multiplied by ``gamma`` every ``step_size`` epochs.

    Args:
        optimizer: Whose learning rates to set.
        step_size: Epochs from one fall to the next.
        gamma: The factor.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded.

    Raises:
        ArgumentError: If ``step_size`` is below 1.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1))
        >>> schedule = StepLR(cl.optim.SGD([p], lr=1.0), step_size=2, gamma=0.5)
        >>> for _ in range(4):
        ...     schedule.step()
        >>> schedule.get_last_lr()
        [0.25]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        if step_size < 1:
            raise ArgumentError(f"step_size is {step_size}, but must be at least 1.")
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return gamma at the end of a step."""
        return 1 if self.last_epoch == 0 or self.last_epoch % self.step_size else self.gamma

    def share(self) -> float:
        """Return gamma to the number of whole steps."""
        return float(self.gamma ** (self.last_epoch // self.step_size))
