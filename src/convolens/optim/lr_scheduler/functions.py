"""The learning rate is a function of the epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, final

from convolens.optim.lr_scheduler.scheduler import LRScheduler, for_each_group, given_optimizer
from convolens.optim.optimizer import Optimizer

Function = Callable[[int], float]


@final
class LambdaLR(LRScheduler):
    """The first rate is multiplied by a function of the epoch.

    Args:
        optimizer: Whose learning rates to set.
        lr_lambda: The function of an epoch's number, or a list with one for each group.
        last_epoch: The epoch that is done, of an optimiser whose state was loaded.

    Raises:
        ArgumentError: If there are more or fewer functions than groups.

    Example:
        >>> import convolens as cl
        >>> p = cl.nn.Parameter(cl.zeros(1))
        >>> schedule = LambdaLR(cl.optim.SGD([p], lr=1.0), lambda epoch: 1 / (1 + epoch))
        >>> for _ in range(3):
        ...     schedule.step()
        >>> schedule.get_last_lr()
        [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Function | Sequence[Function],
        last_epoch: int = -1,
    ) -> None:
        functions = for_each_group("lr_lambda", lr_lambda, given_optimizer(optimizer))
        self.lr_lambdas: list[Function] = functions
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """Return the first rates, multiplied."""
        return [
            base * function(self.last_epoch)
            for function, base in zip(self.lr_lambdas, self.base_lrs, strict=True)
        ]

    def state_dict(self) -> dict[str, Any]:
        """Return everything but the optimiser and the code of the functions.

        Of a callable object its attributes are returned, of a function nothing.
        """
        remembered = [
            None if isinstance(function, FunctionType) else dict(vars(function))
            for function in self.lr_lambdas
        ]
        return {**super().state_dict(), "lr_lambdas": remembered}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a state that ``state_dict`` returned, with the functions that are here."""
        state = dict(state_dict)
        remembered = state.pop("lr_lambdas", [])
        super().load_state_dict(state)
        for function, attributes in zip(self.lr_lambdas, remembered, strict=False):
            if attributes is not None:
                vars(function).update(attributes)
