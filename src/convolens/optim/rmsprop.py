"""RMSprop: steps are measured by the recent size of the gradients."""

from __future__ import annotations

import math
from typing import Any, Unpack, final

from convolens.backends import update
from convolens.ops import Array
from convolens.optim.optimizer import Optimizer, Params, State, Unused, require, zeros_for


@final
class RMSprop(Optimizer):
    """p -= lr g / (sqrt(s) + eps), with s = alpha s + (1 - alpha) g^2.

    Centered, the root is that of the variance: s - m^2, with m = alpha m + (1 - alpha) g.

    Args:
        params: Parameters, or dicts with options of their own.
        lr: The learning rate.
        alpha: How much of the mean of squares is kept.
        eps: Added to the root.
        weight_decay: The pull towards zero.
        momentum: How much of the last step is kept.
        centered: Measure by the variance of the gradients. One that roundings made negative is 0,
            where torch's root is NaN.
        maximize: Make the objective larger: -g takes g's place.

    Raises:
        ArgumentError: If an option is out of range.

    Source: Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012, in
    torch's form (eps outside the root).
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
        **unused: Unpack[Unused],
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "alpha": alpha,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "centered": centered,
                "maximize": maximize,
            },
            unused,
        )

    def check(self, options: dict[str, Any]) -> None:
        """Refuse options that are out of range."""
        super().check(options)
        require("alpha", options["alpha"], 0.0, math.inf)

    def update(self, parameter: Array, gradient: Array, state: State, group: State) -> None:
        """Change one parameter in place."""
        if "square_avg" not in state:
            state["square_avg"] = zeros_for(parameter)
        if group["centered"] and "grad_avg" not in state:
            state["grad_avg"] = zeros_for(parameter)
        if group["momentum"] > 0 and "momentum_buffer" not in state:
            state["momentum_buffer"] = zeros_for(parameter)
        numbers = update.Numbers(
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            momentum=group["momentum"],
            beta2=group["alpha"],
            beta2_rest=1 - group["alpha"],
            epsilon=group["eps"],
            maximize=bool(group["maximize"]),
        )
        velocity = state["momentum_buffer"] if group["momentum"] > 0 else None
        mean = state["grad_avg"] if group["centered"] else None
        update.rmsprop(parameter, gradient, velocity, state["square_avg"], mean, numbers)
