"""What optimisers share: groups of parameters, their state, and saving it."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from convolens.backends.layout import dense, empty
from convolens.errors import ArgumentError, CheckpointError, ShapeError
from convolens.ops import Array
from convolens.spec import TensorSpec
from convolens.tensor import Tensor

State = dict[str, Any]
Params = Iterable[Tensor] | Iterable[dict[str, Any]]


class Optimizer(abc.ABC):
    """Changes parameters by their gradients.

    Args:
        params: Parameters or other leaf tensors, or dicts with ``"params"`` and options of their
            own.
        defaults: The options of groups that do not set them.

    Raises:
        ArgumentError: If there are no parameters, one is in two groups, or an option is not known
            or out of range.
    """

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        listed = list(params)
        if not listed:
            raise ArgumentError("the optimiser got no parameters.", hint="pass model.parameters().")
        groups: list[dict[str, Any]] = (
            [dict(group) for group in listed if isinstance(group, dict)]
            if isinstance(listed[0], dict)
            else [{"params": listed}]
        )
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[int, State] = {}
        seen: set[int] = set()
        for group in groups:
            unknown = set(group) - set(defaults) - {"params"}
            if unknown:
                raise ArgumentError(
                    f"{type(self).__name__} has no option {', '.join(sorted(unknown))}.",
                    hint=f"its options are {', '.join(defaults)}.",
                )
            members = list(group["params"])
            for parameter in members:
                if not isinstance(parameter, Tensor) or not parameter.is_leaf:
                    raise ArgumentError(
                        f"an optimiser changes parameters, not a {type(parameter).__name__} that "
                        "was computed.",
                        hint="pass model.parameters(), or tensors made with requires_grad=True.",
                    )
                parameter.array = dense(parameter.array)
                if id(parameter) in seen:
                    raise ArgumentError("a parameter appears twice.", hint="list each once.")
                seen.add(id(parameter))
            options = {**defaults, **group, "params": members}
            self.check(options)
            self.param_groups.append(options)

    def check(self, options: dict[str, Any]) -> None:
        """Refuse options that are out of range."""
        for name in ("lr", "weight_decay", "momentum", "eps"):
            if name in options:
                require(name, options[name], 0.0, float("inf"))

    @abc.abstractmethod
    def update(self, parameter: Array, gradient: Array, state: State, group: State) -> None:
        """Change one parameter in place. ``state`` is empty the first time."""

    def step(self) -> None:
        """Change all parameters that have a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                if parameter.grad.spec != parameter.spec:
                    raise ShapeError(
                        f"the gradient is {parameter.grad.spec}, but the parameter "
                        f"{parameter.spec}."
                    )
                state = self.state.setdefault(id(parameter), {})
                parameter.version.recall()
                self.update(parameter.array, dense(parameter.grad.array), state, group)
                parameter.version.bump()

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def _members(self) -> list[Tensor]:
        return [parameter for group in self.param_groups for parameter in group["params"]]

    def state_dict(self) -> dict[str, Any]:
        """Return the state by the parameters' numbers, and the options of the groups."""
        numbers = {id(parameter): number for number, parameter in enumerate(self._members())}
        return {
            "state": {numbers[key]: dict(state) for key, state in self.state.items()},
            "param_groups": [
                {**group, "params": [numbers[id(p)] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a state that ``state_dict`` returned. Nothing changes if it does not fit.

        Raises:
            CheckpointError: If it is no such state, or the groups or the shapes differ.
            ArgumentError: If an option is out of range.
        """
        try:
            groups = [dict(group) for group in state_dict["param_groups"]]
            states = {int(number): dict(state) for number, state in state_dict["state"].items()}
            sizes = [len(group.pop("params")) for group in groups]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CheckpointError(f"this is no optimiser's state: {error!r}.") from None
        members = self._members()
        own = [len(group["params"]) for group in self.param_groups]
        if sizes != own or any(not 0 <= number < len(members) for number in states):
            raise CheckpointError(
                f"the optimiser's state is for other groups of parameters: {sizes}, not {own}."
            )
        for number, state in states.items():
            for name, value in state.items():
                if isinstance(value, np.ndarray) and value.shape != members[number].shape:
                    raise CheckpointError(
                        f"the optimiser's {name} {list(value.shape)} does not fit parameter "
                        f"{number} {list(members[number].shape)}."
                    )
        for options, group in zip(groups, self.param_groups, strict=True):
            self.check({**group, **options})
        self.state = {
            id(members[number]): {
                name: own_copy(value) if isinstance(value, np.ndarray) else value
                for name, value in state.items()
            }
            for number, state in states.items()
        }
        for group, options in zip(self.param_groups, groups, strict=True):
            group.update(options)


def own_copy(array: Array) -> Array:
    """Return a dense copy."""
    return dense(np.array(array, order="C"))


def zeros_for(parameter: Array) -> Array:
    """Return dense zeros in the shape of a parameter."""
    array = empty(TensorSpec(parameter.shape, parameter.dtype))
    array.fill(0)
    return array


def require(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside [low, high).

    Raises:
        ArgumentError: If the number is outside.
    """
    if not low <= value < high:
        raise ArgumentError(f"{name} is {value}, but must be at least {low:g} and below {high:g}.")
