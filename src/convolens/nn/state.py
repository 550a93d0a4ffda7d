"""A state: what a module holds, loaded after everything about it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.tensor import Tensor


class IncompatibleKeys(NamedTuple):
    """The names that only the module, or only the state has."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def load_state(
    own: Mapping[str, Tensor], state: Mapping[str, Any], strict: bool
) -> IncompatibleKeys:
    """Overwrite the tensors ``own`` with those of the same names. Nothing changes if one differs.

    Raises:
        ArgumentError: If names are missing or unexpected, and ``strict``.
        ShapeError: If a shape differs.
        DTypeError: If an entry does not hold numbers.
    """
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    if strict and (missing or unexpected):
        raise ArgumentError(
            f"the state has {len(missing)} missing and {len(unexpected)} unexpected names.",
            [
                ("missing", ", ".join(missing) or "none", ""),
                ("unexpected", ", ".join(unexpected) or "none", ""),
            ],
            "load it into a model of the same structure, or pass strict=False.",
        )
    arrays = {name: _numbers(name, state[name]) for name in own if name in state}
    wrong = [name for name, array in arrays.items() if array.shape != own[name].shape]
    if wrong:
        raise ShapeError(
            f"the state does not fit: {len(wrong)} entries have other shapes.",
            [
                (name, f"{list(arrays[name].shape)}, not {list(own[name].shape)}", "")
                for name in wrong
            ],
            "load it into a model of the same sizes.",
        )
    for name, array in arrays.items():
        own[name].detach().copy_(array)
    return IncompatibleKeys(missing, unexpected)


def _numbers(name: str, value: Any) -> Any:
    """Return an entry of a state as an array of numbers."""
    array = value.array if isinstance(value, Tensor) else np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise DTypeError(f"the state's {name} holds {array.dtype}, not numbers.")
    return array
