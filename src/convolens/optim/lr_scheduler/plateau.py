"""The learning rate falls when a metric has stopped getting better."""

from __future__ import annotations

from math import inf
from typing import Any, SupportsFloat, final

from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler.scheduler import (
    LRScheduler,
    for_each_group,
    given_optimizer,
    rates,
)
from convolens.optim.optimizer import Optimizer


@final
class ReduceLROnPlateau(LRScheduler):
    """The rate is multiplied by ``factor`` after more than ``patience`` epochs without improvement.

    Args:
        optimizer: Whose learning rates to set.
        mode: 'min' if less is better, such as of a loss, 'max' if more is.
        factor: What the rate is multiplied by, below 1.
        patience: Epochs without a better metric that are accepted.
        threshold: How much better it must be than the best.
        threshold_mode: Whether that is a share of the best, 'rel', or a difference, 'abs'.
        cooldown: Epochs after a fall that do not count.
        min_lr: The least rate, or a list with one for each group.
        eps: A fall by no more than this is left out.

    Raises:
        ArgumentError: If the factor is 1 or more, a mode is not known, or there are more or fewer
            least rates than groups.

    Example:
        >>> import convolens as cl
        >>> optimizer = cl.optim.SGD([cl.nn.Parameter(cl.zeros(1))], lr=1.0)
        >>> schedule = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
        >>> for loss in (0.9, 0.7, 0.7, 0.7):
        ...     schedule.step(loss)
        >>> schedule.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1:
            raise ArgumentError(f"factor is {factor}, but must be below 1.")
        _require_one_of("mode", mode, ("min", "max"))
        _require_one_of("threshold_mode", threshold_mode, ("rel", "abs"))
        self.optimizer = given_optimizer(optimizer)
        self.min_lrs: list[float] = for_each_group("min_lr", min_lr, optimizer)
        self.default_min_lr = None if isinstance(min_lr, list | tuple) else min_lr
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self.best = inf if mode == "min" else -inf
        self.cooldown_counter = 0
        self.num_bad_epochs = 0
        self._last_lr = rates(optimizer)

    @property
    def in_cooldown(self) -> bool:
        """Whether epochs do not count, since the rate has just fallen."""
        return self.cooldown_counter > 0

    def get_lr(self) -> list[float]:
        """Return the present rates."""
        return rates(self.optimizer)

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # type: ignore[override]
        """Go to the next epoch.

        Args:
            metrics: The loss, or what else is watched: a number, or a tensor of one.
            epoch: The number of the epoch.

        Raises:
            ArgumentError: If groups were added that have no least rate.
        """
        current = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = rates(self.optimizer)

    def _is_better(self, current: float) -> bool:
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            wanted = self.best * (1 + sign * self.threshold)
        else:
            wanted = self.best + sign * self.threshold
        return current > wanted if self.mode == "max" else current < wanted

    def _reduce(self) -> None:
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise ArgumentError(
                    f"the optimiser has {len(groups)} groups now, but there are "
                    f"{len(self.min_lrs)} least rates.",
                    hint="append one for each new group to min_lrs.",
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, least in zip(groups, self.min_lrs, strict=True):
            lr = max(group["lr"] * self.factor, least)
            if group["lr"] - lr > self.eps:
                group["lr"] = lr


def _require_one_of(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ArgumentError(f"there is no {name} {value!r}.", hint=f"use {' or '.join(known)}.")
