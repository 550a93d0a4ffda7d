"""Stochastic gradient descent."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Unpack, final

from convolens.backends import update
from convolens.errors import ArgumentError
from convolens.ops import Array
from convolens.optim.optimizer import Optimizer, Params, State, Unused, zeros_for


@final
class SGD(Optimizer):
    """p -= lr v, with v = momentum v + (1 - dampening) g, and g with weight_decay p added.

    Args:
        params: Parameters, or dicts with options of their own.
        lr: The learning rate.
        momentum: How much of the last step is kept.
        dampening: How much of the gradient is kept out of the momentum.
        weight_decay: The pull towards zero.
        nesterov: Step from where the momentum leads.
        maximize: Make the objective larger: -g takes g's place.

    Raises:
        ArgumentError: If an option is out of range.

    Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum
    in deep learning", 2013, in torch's form (the learning rate outside the velocity).
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        **unused: Unpack[Unused],
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
            unused,
        )

    def check(self, options: dict[str, Any]) -> None:
        """Refuse options that are out of range or do not go together."""
        super().check(options)
        if options["nesterov"] and (options["momentum"] <= 0 or options["dampening"] != 0):
            raise ArgumentError("Nesterov momentum requires a momentum and zero dampening")

    def update(self, parameter: Array, gradient: Array, state: State, group: State) -> None:
        """Change one parameter in place."""
        fresh = group["momentum"] != 0 and "momentum_buffer" not in state
        if fresh:
            state["momentum_buffer"] = zeros_for(parameter)
        numbers = _numbers(
            group["lr"],
            group["weight_decay"],
            group["momentum"],
            group["dampening"],
            bool(group["nesterov"]),
            fresh,
            bool(group["maximize"]),
        )
        velocity = state["momentum_buffer"] if group["momentum"] != 0 else None
        update.sgd(parameter, gradient, velocity, numbers)


@lru_cache(maxsize=16)
def _numbers(
    lr: float,
    weight_decay: float,
    momentum: float,
    dampening: float,
    nesterov: bool,
    fresh: bool,
    maximize: bool,
) -> update.Numbers:
    """Return the numbers of a step, which the parameters of a group share."""
    return update.Numbers(
        lr=lr,
        weight_decay=weight_decay,
        momentum=momentum,
        fresh_share=1 - dampening,
        nesterov=nesterov,
        fresh=fresh,
        maximize=maximize,
    )
