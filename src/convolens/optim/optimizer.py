"""What optimisers share: groups of parameters, their state, and saving it."""

from __future__ import annotations

import abc
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict

import numpy as np

from convolens.backends.layout import dense, empty
from convolens.errors import ArgumentError, ArgumentTypeError, CheckpointError, ShapeError
from convolens.ops import Array
from convolens.optim.group import UNUSED, checked_group
from convolens.spec import TensorSpec
from convolens.tensor import Tensor, enable_grad

State = dict[str, Any]
Params = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]


class Unused(TypedDict, total=False):
    """What torch's optimisers take besides: how to compute, which is decided otherwise here."""

    foreach: bool | None
    fused: bool | None
    capturable: bool
    differentiable: bool


class Optimizer(abc.ABC):
    """Changes parameters by their gradients.

    Args:
        params: Parameters or other leaf tensors, pairs of a name and one, or dicts with
            ``"params"`` and options of their own.
        defaults: The options of groups that do not set them.
        unused: torch's ``foreach`` and ``fused``, without effect; and ``capturable`` and
            ``differentiable``, which must be false.

    Raises:
        ArgumentError: If there are no parameters, one is in two groups, or an option is not known
            or out of range.
        ArgumentTypeError: If ``params`` is no list of parameters, or ``unused`` has other names.
    """

    def __init__(
        self, params: Params, defaults: dict[str, Any], unused: Mapping[str, Any] | None = None
    ) -> None:
        unused = unused or {}
        strange = set(unused) - set(UNUSED)
        if strange:
            raise ArgumentTypeError(
                f"{type(self).__name__} has no argument {', '.join(sorted(strange))}.",
                hint=f"its options are {', '.join(defaults)}.",
            )
        if isinstance(params, Tensor):
            raise ArgumentTypeError(
                "params is one tensor, but an optimiser takes a list of them.",
                hint="write [tensor].",
            )
        if not isinstance(params, Iterable):
            raise ArgumentTypeError(
                f"params is a {type(params).__name__}, but an optimiser takes a list of tensors.",
                hint="pass model.parameters().",
            )
        listed = list(params)
        if not listed:
            raise ArgumentError("the optimiser got no parameters.", hint="pass model.parameters().")
        self.defaults = {**defaults, **unused}
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[Tensor, State] = defaultdict(dict)
        groups: Any = listed if isinstance(listed[0], dict) else [{"params": listed}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, such as those of layers that were frozen before.

        Args:
            param_group: ``"params"``, a parameter or a list of them, and options of their own.

        Raises:
            ArgumentError: If a parameter is in a group already, an option is not known or out of
                range, or some parameters have names and others not. Nothing is added then.

        Example:
            >>> import convolens as cl
            >>> head, body = cl.nn.Linear(4, 2), cl.nn.Linear(8, 4)
            >>> optimizer = cl.optim.SGD(head.parameters(), lr=0.1)
            >>> optimizer.add_param_group({"params": body.parameters(), "lr": 0.01})
            >>> [group["lr"] for group in optimizer.param_groups]
            [0.1, 0.01]
        """
        group = checked_group(type(self).__name__, param_group, self.defaults, self._members())
        options = {**self.defaults, **group}
        self.check(options)
        if any(("param_names" in other) != ("param_names" in group) for other in self.param_groups):
            raise ArgumentError(
                "some groups of parameters have names, but all or none must have them.",
                hint="pass model.parameters() or model.named_parameters() for each.",
            )
        for parameter in options["params"]:
            parameter.array = dense(parameter.array)
        self.param_groups.append(options)

    def check(self, options: dict[str, Any]) -> None:
        """Refuse options that are out of range."""
        for name in ("lr", "weight_decay", "momentum", "eps"):
            if name in options:
                require(name, options[name], 0.0, float("inf"))
        for name in ("capturable", "differentiable"):
            if options.get(name):
                raise ArgumentError(
                    f"{name} is {options[name]!r}, but steps are taken at once and not recorded.",
                    hint="leave it out.",
                )

    @abc.abstractmethod
    def update(self, parameter: Array, gradient: Array, state: State, group: State) -> None:
        """Change one parameter in place. ``state`` is empty the first time."""

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change all parameters that have a gradient; return what ``closure`` returned.

        Args:
            closure: Called first, if given: it computes the loss and its gradients.

        Raises:
            ShapeError: If a gradient is not of its parameter's shape and type.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                if parameter.grad.spec != parameter.spec:
                    raise ShapeError(
                        f"the gradient is {parameter.grad.spec}, but the parameter "
                        f"{parameter.spec}."
                    )
                parameter.version.recall()
                gradient = dense(parameter.grad.array)
                self.update(parameter.array, gradient, self.state[parameter], group)
                parameter.version.bump()
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients.

        Args:
            set_to_none: False overwrites them with zeros: a parameter that the next loss does not
                reach is then moved by its momentum and its weight decay.
        """
        for parameter in self._members():
            if set_to_none or parameter.grad is None:
                parameter.grad = None
                continue
            if parameter.grad.requires_grad:
                parameter.grad = parameter.grad.detach()
            parameter.grad.zero_()

    def _members(self) -> list[Tensor]:
        return [parameter for group in self.param_groups for parameter in group["params"]]

    def state_dict(self) -> dict[str, Any]:
        """Return the state by the parameters' numbers, and the options of the groups."""
        numbers = {id(parameter): number for number, parameter in enumerate(self._members())}
        return {
            "state": {numbers[id(p)]: dict(state) for p, state in self.state.items()},
            "param_groups": [
                {**group, "params": [numbers[id(p)] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a state that ``state_dict`` returned, or that of torch's optimiser.

        Nothing changes if it does not fit.

        Raises:
            CheckpointError: If it is no such state, or the groups or the shapes differ.
            ArgumentError: If an option is out of range.
        """
        try:
            groups = [dict(group) for group in state_dict["param_groups"]]
            states = {int(number): _numbers(state) for number, state in state_dict["state"].items()}
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
        self.state.clear()
        for number, state in states.items():
            self.state[members[number]] = {
                name: own_copy(value, members[number]) if isinstance(value, np.ndarray) else value
                for name, value in state.items()
            }
        for group, options in zip(self.param_groups, groups, strict=True):
            group.update(options)


def _numbers(state: Mapping[str, Any]) -> State:
    """Return a parameter's state with arrays for tensors, and a number for the steps so far."""
    arrays = {
        name: np.asarray(value) if hasattr(value, "__array__") else value
        for name, value in state.items()
        if value is not None
    }
    if "step" in arrays:
        arrays["step"] = np.asarray(arrays["step"]).item()
    return arrays


def own_copy(array: Array, parameter: Tensor) -> Array:
    """Return a dense copy, in the type of a parameter."""
    return dense(np.array(array, parameter.dtype, order="C"))


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
