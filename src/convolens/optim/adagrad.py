"""AdaGrad: steps shrink where gradients have been large."""

from __future__ import annotations

import math
from typing import Any, Unpack, final

import numpy as np

from convolens.backends import update
from convolens.ops import Array
from convolens.optim.optimizer import Optimizer, Params, State, Unused, require, zeros_for


@final
class Adagrad(Optimizer):
    """p -= lr / (1 + t lr_decay) g / (sqrt(sum of g^2) + eps), at step t counted from 0.

    Args:
        params: Parameters, or dicts with options of their own.
        lr: The learning rate.
        lr_decay: How it falls with the number of steps.
        weight_decay: The pull towards zero.
        initial_accumulator_value: What the sum of squares begins with.
        eps: Added to the root.
        maximize: Make the objective larger: -g takes g's place.

    Raises:
        ArgumentError: If an option is out of range.

    Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization", 2011.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
        **unused: Unpack[Unused],
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "eps": eps,
                "maximize": maximize,
            },
            unused,
        )

    def check(self, options: dict[str, Any]) -> None:
        """Refuse options that are out of range."""
        super().check(options)
        for name in ("lr_decay", "initial_accumulator_value"):
            require(name, options[name], 0.0, math.inf)

    def update(self, parameter: Array, gradient: Array, state: State, group: State) -> None:
        """Change one parameter in place."""
        if "sum" not in state:
            state["sum"] = zeros_for(parameter)
            state["sum"] += np.asarray(group["initial_accumulator_value"], parameter.dtype)
        steps = state.get("step", 0)
        state["step"] = steps + 1
        numbers = update.Numbers(
            lr=group["lr"] / (1 + steps * group["lr_decay"]),
            weight_decay=group["weight_decay"],
            epsilon=group["eps"],
            maximize=bool(group["maximize"]),
        )
        update.adagrad(parameter, gradient, state["sum"], numbers)
