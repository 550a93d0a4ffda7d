"""Adam, and Adam with decoupled weight decay."""

from __future__ import annotations

import math
from typing import Any, Unpack, final

from convolens.backends import update
from convolens.ops import Array
from convolens.optim.optimizer import Optimizer, Params, State, Unused, require, zeros_for


class _Adam(Optimizer):
    """The step that both share."""

    def check(self, options: dict[str, Any]) -> None:
        """Refuse options that are out of range."""
        super().check(options)
        for place, beta in enumerate(options["betas"]):
            require(f"betas[{place}]", beta, 0.0, 1.0)

    def update(self, parameter: Array, gradient: Array, state: State, group: State) -> None:
        """Change one parameter in place."""
        if not state:
            state.update(step=0, exp_avg=zeros_for(parameter), exp_avg_sq=zeros_for(parameter))
        if group["amsgrad"] and "max_exp_avg_sq" not in state:
            state["max_exp_avg_sq"] = zeros_for(parameter)
        state["step"] += 1
        beta1, beta2 = group["betas"]
        lr, decay, decoupled = group["lr"], group["weight_decay"], group["decoupled_weight_decay"]
        numbers = update.Numbers(
            lr=lr / (1 - beta1 ** state["step"]),
            weight_decay=0.0 if decoupled else decay,
            shrink=1 - lr * decay if decoupled else 1.0,
            beta1_rest=1 - beta1,
            beta2=beta2,
            beta2_rest=1 - beta2,
            epsilon=group["eps"],
            root_correction=math.sqrt(1 - beta2 ** state["step"]),
            maximize=bool(group["maximize"]),
        )
        largest = state["max_exp_avg_sq"] if group["amsgrad"] else None
        update.adam(parameter, gradient, state["exp_avg"], state["exp_avg_sq"], largest, numbers)


@final
class Adam(_Adam):
    """p -= lr m / (sqrt(v) + eps), with m and v the running means of g and g^2, corrected.

    Args:
        params: Parameters, or dicts with options of their own.
        lr: The learning rate.
        betas: How much of the two means is kept.
        eps: Added to the root.
        weight_decay: The pull towards zero, as part of the gradient.
        amsgrad: Take the root of the largest v so far.
        maximize: Make the objective larger: -g takes g's place.
        decoupled_weight_decay: The pull is apart from the gradient, as in ``AdamW``.

    Raises:
        ArgumentError: If an option is out of range.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1;
    ``amsgrad``: Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond", 2018, algorithm 2,
    in torch's form (with the means corrected).
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
        **unused: Unpack[Unused],
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
            unused,
        )


@final
class AdamW(_Adam):
    """Adam with the pull towards zero apart from the gradient: p -= lr weight_decay p.

    Args:
        params: Parameters, or dicts with options of their own.
        lr: The learning rate.
        betas: How much of the two means is kept.
        eps: Added to the root.
        weight_decay: The pull towards zero.
        amsgrad: Take the root of the largest v so far, see ``Adam``.
        maximize: Make the objective larger: -g takes g's place.

    Raises:
        ArgumentError: If an option is out of range.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2.
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        **unused: Unpack[Unused],
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "decoupled_weight_decay": True,
            },
            unused,
        )
