"""Schedules: how the learning rate changes with the epochs."""

from __future__ import annotations

import abc
import math
from typing import Any, final

from convolens.errors import ArgumentError
from convolens.optim.optimizer import Optimizer


class LRScheduler(abc.ABC):
    """Sets the learning rate of each group from its first one and the number of epochs.

    Args:
        optimizer: Whose learning rates to set.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.base_lrs: list[float] = [group["lr"] for group in optimizer.param_groups]
        self.last_epoch = 0

    @abc.abstractmethod
    def factor(self, epoch: int) -> float:
        """Return the learning rate of an epoch, as a share of the first one's."""

    def step(self) -> None:
        """Go to the next epoch."""
        self.last_epoch += 1
        self._set()

    def _set(self) -> None:
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = self.rate(base, self.last_epoch)

    def rate(self, base: float, epoch: int) -> float:
        """Return the learning rate of an epoch for a group that began with ``base``."""
        return base * self.factor(epoch)

    def get_last_lr(self) -> list[float]:
        """Return the learning rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Return the epoch and the first learning rates."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a state that ``state_dict`` returned."""
        self.last_epoch = state["last_epoch"]
        self.base_lrs = list(state["base_lrs"])
        self._set()


@final
class StepLR(LRScheduler):
    """The rate is multiplied by ``gamma`` every ``step_size`` epochs.

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

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        if step_size < 1:
            raise ArgumentError(f"step_size is {step_size}, but must be at least 1.")
        super().__init__(optimizer)
        self.step_size = step_size
        self.gamma = gamma

    def factor(self, epoch: int) -> float:
        """Return gamma to the number of whole steps."""
        return float(self.gamma ** (epoch // self.step_size))


@final
class CosineAnnealingLR(LRScheduler):
    """The rate falls from its first value to ``eta_min`` over ``T_max`` epochs, as half a cosine.

    Raises:
        ArgumentError: If ``T_max`` is below 1.

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017,
    equation 5.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        if T_max < 1:
            raise ArgumentError(f"T_max is {T_max}, but must be at least 1.")
        super().__init__(optimizer)
        self.T_max = T_max
        self.eta_min = eta_min

    def factor(self, epoch: int) -> float:
        """Return (1 + cos(pi epoch / T_max)) / 2."""
        return (1 + math.cos(math.pi * epoch / self.T_max)) / 2

    def rate(self, base: float, epoch: int) -> float:
        """Return the rate between ``base`` and ``eta_min``."""
        return self.eta_min + (base - self.eta_min) * self.factor(epoch)
