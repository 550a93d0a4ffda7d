"""A group of parameters that an optimiser changes alike: what it may hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from convolens.errors import ArgumentError, ArgumentTypeError
from convolens.tensor import Tensor

#: What a group may hold besides its options: names, and what schedules write down.
NOTES = ("name", "param_names", "initial_lr", "max_lr", "min_lr", "base_momentum", "max_momentum")
#: torch's options of how to compute, which are decided otherwise here.
UNUSED = ("foreach", "fused", "capturable", "differentiable")
_WHAT_TO_PASS = "pass model.parameters(), or tensors made with requires_grad=True."


def checked_group(
    kind: str, group: Any, options: Collection[str], present: Iterable[Tensor]
) -> dict[str, Any]:
    """Return a group with a list of its parameters, and their names if it has such.

    Args:
        kind: The optimiser, for errors.
        group: ``"params"``, a tensor, a list of them, or of pairs of a name and a tensor; and
            options.
        options: The options that the optimiser has.
        present: The parameters that it has already.

    Raises:
        ArgumentTypeError: If it is no dict, or something in it no tensor.
        ArgumentError: If an option is not known, a tensor was computed or appears twice.
    """
    if not isinstance(group, dict):
        raise ArgumentTypeError(
            f"param_group is a {type(group).__name__}, but must be a dict.",
            hint='write {"params": ..., "lr": ...}.',
        )
    unknown = set(group) - set(options) - {"params", *NOTES, *UNUSED}
    if unknown:
        raise ArgumentError(
            f"{kind} has no option {', '.join(sorted(unknown))}.",
            hint=f"its options are {', '.join(options)}.",
        )
    members = _listed(group.get("params"))
    names = [member[0] for member in members if isinstance(member, tuple)]
    if names and len(names) < len(members):
        raise ArgumentError(
            f"{len(names)} of {len(members)} parameters have a name, but all or none must have one."
        )
    if names:
        members = [member[1] for member in members]
    seen = set(map(id, present))
    for parameter in members:
        _require_leaf(parameter)
        if id(parameter) in seen:
            raise ArgumentError("a parameter appears twice.", hint="list each once.")
        seen.add(id(parameter))
    return {**group, "params": members, **({"param_names": names} if names else {})}


def _listed(members: Any) -> list[Any]:
    if members is None:
        raise ArgumentError('the group has no "params".', hint=_WHAT_TO_PASS)
    if isinstance(members, set):
        raise ArgumentTypeError(
            "the parameters are in a set, which has another order each time.", hint="use a list."
        )
    return [members] if isinstance(members, Tensor) else list(members)


def _require_leaf(parameter: Any) -> None:
    if not isinstance(parameter, Tensor):
        raise ArgumentTypeError(
            f"an optimiser changes parameters, not a {type(parameter).__name__}.",
            hint=_WHAT_TO_PASS,
        )
    if not parameter.is_leaf:
        raise ArgumentError(
            "an optimiser changes parameters, not a tensor that was computed.",
            [("tensor", parameter.spec, "")],
            _WHAT_TO_PASS,
        )
