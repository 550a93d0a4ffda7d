"""A state: what a module holds, loaded after everything about it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.nn.uninitialized import Uninitialized
from convolens.spec import FLOATS
from convolens.tensor import Tensor


class IncompatibleKeys(NamedTuple):
    """The names that only the module, or only the state has."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def load_state(
    own: Mapping[str, Tensor], state: Mapping[str, Any], strict: bool, assign: bool = False
) -> IncompatibleKeys:
    """Overwrite the tensors ``own`` with those of the same names. Nothing changes if one differs.

    Parameters of lazy layers take the shapes of the state. As in torch, states from before there
    was ``num_batches_tracked`` need not have it.

    Raises:
        ArgumentError: If names are missing or unexpected, and ``strict``; or if a parameter of the
            state has no shape yet, but one of ``own`` has.
        ShapeError: If a shape differs.
        DTypeError: If an entry does not hold numbers, or to ``assign`` not those of a parameter.
    """
    missing = [n for n in own if n not in state and n.split(".")[-1] != "num_batches_tracked"]
    unexpected = [name for name in state if name not in own]
    if strict and (missing or unexpected):
        raise ArgumentError(
            f"the state has {len(missing)} missing and {len(unexpected)} unexpected names.",
            [
                ("missing", ", ".join(missing) or "none", ""),
                ("unexpected", ", ".join(unexpected) or "none", ""),
            ],
            _other_names(own, state),
        )
    both = [name for name in own if name in state]
    unknown = {name for name in both if isinstance(own[name], Uninitialized)}
    blank = {name for name in both if isinstance(state[name], Uninitialized)}
    if blank - unknown:
        raise ArgumentError(
            f"the state does not fit: {len(blank - unknown)} of its parameters have no shape yet.",
            [(name, "uninitialized", "") for name in sorted(blank - unknown)],
            "call the lazy layers that it comes from once, and take their state then.",
        )
    arrays = {name: _numbers(name, state[name]) for name in both if name not in blank}
    known = {name: array for name, array in arrays.items() if name not in unknown}
    wrong = [name for name, array in known.items() if array.shape != own[name].shape]
    if wrong:
        raise ShapeError(
            f"the state does not fit: {len(wrong)} entries have other shapes.",
            [
                (name, f"{list(arrays[name].shape)}, not {list(own[name].shape)}", "")
                for name in wrong
            ],
            "load it into a model of the same sizes.",
        )
    if assign:
        _assign(own, arrays)
    else:
        for name, array in arrays.items():
            tensor = own[name]
            if isinstance(tensor, Uninitialized):
                tensor.materialize(array.shape)
            tensor.detach().copy_(array)
    return IncompatibleKeys(missing, unexpected)


def _other_names(own: Mapping[str, Tensor], state: Mapping[str, Any]) -> str:
    """Return a hint what to do about the names of a state."""
    for name, value in state.items():
        if isinstance(value, Mapping):
            return f"the entry {name!r} is a dict: load that one, state[{name!r}]."
    first = next(iter(state), "").partition(".")[0] + "."
    if {first + name for name in own} == set(state):
        return f"take {first!r} off each name of the state: name.removeprefix({first!r})."
    return "load it into a model of the same structure, or pass strict=False."


def _assign(own: Mapping[str, Tensor], arrays: Mapping[str, Any]) -> None:
    """Take over the arrays themselves, with their types."""
    for name, array in arrays.items():
        if own[name].dtype in FLOATS and array.dtype not in FLOATS:
            raise DTypeError(
                f"the state's {name} holds {array.dtype}, but a {own[name].dtype} tensor takes "
                "float32 or float64.",
                hint="load it without assign, which converts.",
            )
    for name, array in arrays.items():
        tensor = own[name]
        if isinstance(tensor, Uninitialized):
            tensor.materialize(array.shape)
        taken = Tensor.leaf(array)
        taken.share()  # with whoever made the state
        tensor.data = taken


def _numbers(name: str, value: Any) -> Any:
    """Return an entry of a state as an array of numbers."""
    try:
        value = value.detach() if hasattr(value, "detach") else value
        array = value.array if isinstance(value, Tensor) else np.asarray(value)
    except (TypeError, RuntimeError) as error:  # torch's, for a type that NumPy lacks
        raise DTypeError(
            f"the state's {name} cannot be read: {error}.", hint="convert it: tensor.float()."
        ) from None
    if array.dtype.kind not in "fiub":
        raise DTypeError(f"the state's {name} holds {array.dtype}, not numbers.")
    return array
