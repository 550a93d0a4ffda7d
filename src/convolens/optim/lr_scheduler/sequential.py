"""One schedule after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, final

from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler.plateau import ReduceLROnPlateau
from convolens.optim.lr_scheduler.scheduler import LRScheduler, given_optimizer
from convolens.optim.optimizer import Optimizer


@final
class SequentialLR(LRScheduler):
    """Each schedule sets the rates from its milestone on, as if that were its epoch 0.

    Args:
        optimizer: Whose learning rates to set.
        schedulers: The schedules, all of this optimiser.
        milestones: The epochs at which the second, third, ... schedule begins.
        last_epoch: The epoch that is done.

    Raises:
        ArgumentError: If there is no schedule, one is of another optimiser or waits for a metric,
            or there is not one milestone fewer than schedules.

    Example:
        >>> import convolens as cl
        >>> from convolens.optim.lr_scheduler import ConstantLR, ExponentialLR
        >>> optimizer = cl.optim.SGD([cl.nn.Parameter(cl.zeros(1))], lr=1.0)
        >>> parts = [ConstantLR(optimizer, 0.125), ExponentialLR(optimizer, 0.5)]
        >>> schedule = SequentialLR(optimizer, parts, milestones=[2])
        >>> for _ in range(4):
        ...     print(schedule.get_last_lr())
        ...     schedule.step()
        [0.125]
        [0.125]
        [1.0]
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        self.optimizer = given_optimizer(optimizer)
        self._schedulers = list(schedulers)
        self._milestones = list(milestones)
        self._check()
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        self._take_back()
        self._first()._begin()
        self._last_lr = self._first().get_last_lr()

    def _check(self) -> None:
        if not self._schedulers:
            raise ArgumentError("SequentialLR got no schedulers.")
        for place, scheduler in enumerate(self._schedulers):
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ArgumentError(
                    f"scheduler {place} is a ReduceLROnPlateau, whose steps wait for a metric."
                )
            if scheduler.optimizer is not self.optimizer:
                raise ArgumentError(f"scheduler {place} is of another optimiser.")
        wanted = len(self._schedulers) - 1
        if len(self._milestones) != wanted:
            raise ArgumentError(
                f"{len(self._schedulers)} schedulers need {wanted} milestones, but there are "
                f"{len(self._milestones)}.",
                hint="a milestone is the epoch at which the next scheduler begins.",
            )

    def _take_back(self) -> None:
        """Take back the first steps of all schedules, which their constructors took."""
        for scheduler in self._schedulers:
            if isinstance(scheduler, SequentialLR):
                scheduler._take_back()
            else:
                scheduler.last_epoch -= 1

    def _first(self) -> LRScheduler:
        return self._schedulers[bisect_right(self._milestones, 0)]

    def get_lr(self) -> list[float]:
        """Return the rates that the present schedule set last."""
        return self.get_last_lr()

    def step(self, epoch: int | None = None) -> None:
        """Go to the next epoch.

        Raises:
            ArgumentError: If another epoch is named: the schedules go one by one.
        """
        if epoch is not None:
            raise ArgumentError(f"SequentialLR cannot go to epoch {epoch}, only to the next one.")
        self.last_epoch += 1
        place = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[place]
        if place > 0 and self._milestones[place - 1] == self.last_epoch:
            scheduler._update(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()

    def _update(self, epoch: int | None = None) -> None:
        """Begin: such is asked of one that is a part of another."""
        self.last_epoch = 0
        self._first()._update(0)
        self._last_lr = self._first().get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimiser, with the states of the schedules."""
        own = super().state_dict()
        return {**own, "_schedulers": [each.state_dict() for each in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a state that ``state_dict`` returned, of such schedules."""
        state = dict(state_dict)
        parts = state.pop("_schedulers")
        super().load_state_dict(state)
        for scheduler, part in zip(self._schedulers, parts, strict=True):
            scheduler.load_state_dict(part)
