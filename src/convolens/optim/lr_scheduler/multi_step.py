"""The learning rate falls by a factor at given epochs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, final

from convolens.optim.lr_scheduler.scheduler import Multiplied
from convolens.optim.optimizer import Optimizer


@final
class MultiStepLR(Multiplied):
    """The rate is multiplied by ``gamma`` at each milestone.

    Args:
        optimizer: Whose learning rates to set.
        milestones: The epochs; one that is listed twice counts twice.
        gamma: The factor.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1))
        >>> schedule = MultiStepLR(cl.optim.SGD([p], lr=1.0), milestones=[1, 3], gamma=0.5)
        >>> for _ in range(4):
        ...     schedule.step()
        ...     print(schedule.get_last_lr())
        [0.5]
        [0.5]
        [0.25]
        [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def change(self) -> float:
        """Return gamma at a milestone."""
        return float(self.gamma ** self.milestones[self.last_epoch])

    def share(self) -> float:
        """Return gamma to the number of milestones that are reached."""
        reached = (count for epoch, count in self.milestones.items() if epoch <= self.last_epoch)
        return float(self.gamma ** sum(reached))

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a state that ``state_dict`` returned, or that was read from JSON."""
        super().load_state_dict(state_dict)
        self.milestones = Counter({int(at): count for at, count in self.milestones.items()})
