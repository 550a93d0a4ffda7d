"""The learning rate rises, then falls far below where it began, as momentum falls and rises."""

from __future__ import annotations

from math import cos, pi
from typing import Any, final

from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler.scheduler import LRScheduler, for_each_group, given_optimizer
from convolens.optim.optimizer import Optimizer

#: Up to which step a phase lasts, between which rates, and between which momenta.
Phase = tuple[float, str, str, str, str]


@final
class OneCycleLR(LRScheduler):
    """The rate rises to ``max_lr`` and falls to nearly 0, once; a step follows each batch.

    Args:
        optimizer: Whose learning rates to set.
        max_lr: The highest rate, or a list with one for each group.
        total_steps: Steps of the cycle; or else
        epochs: epochs,
        steps_per_epoch: times steps of each.
        pct_start: The share of the steps in which the rate rises.
        anneal_strategy: 'cos' or 'linear'.
        cycle_momentum: Whether momentum, or the first of ``betas``, falls as the rate rises.
        base_momentum: The lowest momentum, or a list with one for each group.
        max_momentum: The highest momentum, or a list with one for each group.
        div_factor: The first rate is ``max_lr / div_factor``.
        final_div_factor: The last rate is the first one by this.
        three_phase: Fall to the first rate in as many steps as it rose, then to the last one.
        last_epoch: The step that is done, of an optimiser whose state was loaded.

    Raises:
        ArgumentError: If the steps are not given or not above 0, ``pct_start`` is not between 0 and
            1, a strategy is not known, a list fits not the groups, or the optimiser has no
            momentum; and by ``step`` after the last one.

    Example:
        >>> import convolens as cl
        >>> optimizer = cl.optim.SGD([cl.nn.Parameter(cl.zeros(1))], momentum=0.9)
        >>> schedule = OneCycleLR(optimizer, 1.0, total_steps=6, pct_start=0.5, div_factor=4)
        >>> for _ in range(5):
        ...     print([round(lr, 3) for lr in schedule.get_last_lr()])
        ...     schedule.step()
        [0.25]
        [0.625]
        [1.0]
        [0.75]
        [0.25]

    Source: Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
    Learning Rates", 2018.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        if not 0 <= pct_start <= 1:
            raise ArgumentError(f"pct_start is {pct_start}, but must be between 0 and 1.")
        if anneal_strategy not in ("cos", "linear"):
            raise ArgumentError(
                f"there is no anneal_strategy {anneal_strategy!r}.", hint="use cos or linear."
            )
        defaults = given_optimizer(optimizer).defaults
        if cycle_momentum and not {"momentum", "betas"} & set(defaults):
            raise ArgumentError(
                f"{type(optimizer).__name__} has neither momentum nor betas.",
                hint="pass cycle_momentum=False.",
            )
        self.total_steps = _total(total_steps, epochs, steps_per_epoch)
        self.anneal_strategy = anneal_strategy
        self.cycle_momentum = cycle_momentum
        self.use_beta1 = "betas" in defaults
        self._phases = _phases(self.total_steps, pct_start, three_phase)
        highest = for_each_group("max_lr", max_lr, optimizer)
        momenta = (
            for_each_group("max_momentum", max_momentum, optimizer),
            for_each_group("base_momentum", base_momentum, optimizer),
        )
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, highest, strict=True):
                group["initial_lr"] = lr / div_factor
                group["max_lr"] = lr
                group["min_lr"] = group["initial_lr"] / final_div_factor
        if last_epoch == -1 and cycle_momentum:
            for group, most, least in zip(optimizer.param_groups, *momenta, strict=True):
                group["max_momentum"], group["base_momentum"] = most, least
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the rates of the step, and set the momenta.

        Raises:
            ArgumentError: If the cycle is over.
        """
        if self.last_epoch > self.total_steps:
            raise ArgumentError(
                f"this is step {self.last_epoch}, but the cycle has {self.total_steps} steps."
            )
        (_, lr_from, lr_to, momentum_from, momentum_to), done = self._phase()
        groups = self.optimizer.param_groups
        if self.cycle_momentum:
            for group in groups:
                momentum = self._between(group[momentum_from], group[momentum_to], done)
                if self.use_beta1:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum
        return [self._between(group[lr_from], group[lr_to], done) for group in groups]

    def _phase(self) -> tuple[Phase, float]:
        """Return the phase of the step, and the share of it that is done."""
        begin = 0.0
        for phase in self._phases[:-1]:
            if self.last_epoch <= phase[0]:
                break
            begin = phase[0]
        else:
            phase = self._phases[-1]
        length = phase[0] - begin
        return phase, (self.last_epoch - begin) / length if length else 1.0

    def _between(self, start: float, end: float, done: float) -> float:
        if self.anneal_strategy == "linear":
            return (end - start) * done + start
        return end + (start - end) / 2 * (1 + cos(pi * done))


def _total(total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
    if total_steps is None and None in (epochs, steps_per_epoch):
        raise ArgumentError(
            "the steps of the cycle are not given.",
            hint="pass total_steps, or epochs and steps_per_epoch.",
        )
    counts = {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
    if total_steps is not None:
        counts = {"total_steps": total_steps}
    total = 1
    for name, value in counts.items():
        if not isinstance(value, int) or value < 1:
            raise ArgumentError(f"{name} is {value}, but must be a whole number from 1 on.")
        total *= value
    return total


def _phases(total: int, pct_start: float, three: bool) -> list[Phase]:
    top = float(pct_start * total) - 1
    up: Phase = (top, "initial_lr", "max_lr", "max_momentum", "base_momentum")
    if not three:
        return [up, (total - 1, "max_lr", "min_lr", "base_momentum", "max_momentum")]
    return [
        up,
        (2 * top, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
        (total - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"),
    ]
