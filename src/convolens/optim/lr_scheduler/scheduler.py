"""What schedules share: epochs, rates of the groups, and saving them."""

from __future__ import annotations

import abc
from typing import Any

from convolens.errors import ArgumentError, ArgumentTypeError, CheckpointError, OptionError
from convolens.optim.optimizer import Optimizer


class LRScheduler(abc.ABC):
    """Sets the learning rate of each group of parameters, epoch by epoch.

    Most schedules compute the next rates from the present ones, so several may change the rates of
    one optimiser, one after the other.

    Args:
        optimizer: Whose learning rates to set. Each group keeps its first one as ``initial_lr``.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded; -1 at the
            beginning.

    Raises:
        OptionError: If epochs are done, but a group has no ``initial_lr``.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = given_optimizer(optimizer)
        for place, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise OptionError(
                    f"group {place} has no initial_lr, from which epoch {last_epoch} was reached.",
                    hint="load the optimiser's state first, or leave last_epoch at -1.",
                )
        self.base_lrs: list[float] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._begin()

    @abc.abstractmethod
    def get_lr(self) -> list[float]:
        """Return the rates of ``last_epoch``, from those of the epoch before."""

    def closed_lr(self) -> list[float]:
        """Return the rates of ``last_epoch``, from the first ones where the schedule has such."""
        return self.get_lr()

    def get_last_lr(self) -> list[float]:
        """Return the rate that was set last, of each group."""
        return list(self._last_lr)

    def step(self, epoch: int | None = None) -> None:
        """Go to the next epoch.

        Args:
            epoch: Another one to go to, whose rates follow from the first ones.
        """
        self._step_count += 1
        self._update(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimiser."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a state that ``state_dict`` returned.

        The rates themselves are part of the optimiser's state.

        Raises:
            CheckpointError: If it is no such state, or has first rates for other groups.
        """
        bases, own = state_dict.get("base_lrs", []), vars(self).get("base_lrs", [])
        if not isinstance(state_dict.get("last_epoch"), int) or len(bases) != len(own):
            raise CheckpointError(
                "this is no state of such a schedule.",
                [
                    ("last_epoch", state_dict.get("last_epoch"), "a whole number"),
                    ("base_lrs", bases, f"one for each of {len(own)} groups"),
                ],
            )
        vars(self).update(state_dict)
        if "_last_lr" not in state_dict:
            self._last_lr = rates(self.optimizer)

    def _begin(self) -> None:
        """Set the rates of the first epoch."""
        self._step_count = 0
        self._is_initial = True
        self.step()
        self._is_initial = False

    def _update(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._set(self.get_lr() if epoch is None else self.closed_lr())

    def _set(self, values: list[float]) -> None:
        for group, lr in zip(self.optimizer.param_groups, values, strict=True):
            group["lr"] = lr
        self._last_lr = values


class Multiplied(LRScheduler):
    """A schedule that multiplies the rates of all groups by one number in each epoch."""

    @abc.abstractmethod
    def change(self) -> float:
        """Return by what the rates are multiplied in ``last_epoch``."""

    @abc.abstractmethod
    def share(self) -> float:
        """Return the rate of ``last_epoch`` as a share of the first one."""

    def get_lr(self) -> list[float]:
        """Return the present rates, multiplied."""
        change = self.change()
        return [lr * change for lr in rates(self.optimizer)]

    def closed_lr(self) -> list[float]:
        """Return the share of the first rates."""
        share = self.share()
        return [base * share for base in self.base_lrs]


def rates(optimizer: Optimizer) -> list[float]:
    """Return the learning rate of each group."""
    return [group["lr"] for group in optimizer.param_groups]


def given_optimizer(optimizer: Any) -> Optimizer:
    """Return what is an optimiser.

    Raises:
        ArgumentTypeError: If it is none.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    raise ArgumentTypeError(f"a {type(optimizer).__name__} is no optimiser.")


def for_each_group(name: str, value: Any, optimizer: Optimizer) -> list[Any]:
    """Return a value for each group: one for all of them, or a list.

    Raises:
        ArgumentError: If there are more or fewer of them.
    """
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [value] * groups
    if len(value) != groups:
        raise ArgumentError(
            f"{name} must have the same length as optimizer.param_groups: it has {len(value)} "
            f"values, but the optimiser {groups} groups."
        )
    return list(value)
