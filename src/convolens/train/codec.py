"""Turns frozen dataclasses of plain values into JSON objects and back, with every type checked."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from convolens.errors import CheckpointError

T = TypeVar("T")


def encode(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass.

    Example:
        >>> from convolens.train.position import Position
        >>> encode(Position(epoch=2))["epoch"]
        2
    """
    return dataclasses.asdict(value)


def decode(kind: Callable[..., T], data: object, where: str) -> T:
    """Return the dataclass ``kind`` with the fields of a JSON object.

    Numbers, texts, ``X | None``, dataclasses and tuples of these are understood; JSON's lists
    become tuples.

    Args:
        kind: The dataclass.
        data: What ``json.loads`` returned.
        where: What holds the object, for the error.

    Raises:
        CheckpointError: If a field is missing, not known, or of another type.

    Example:
        >>> from convolens.train.position import Position
        >>> decode(Position, {"epoch": 2}, "checkpoint")
        Traceback (most recent call last):
        convolens.errors.CheckpointError: checkpoint: batch is missing.
    """
    hints = get_type_hints(kind)
    if not isinstance(data, dict):
        raise CheckpointError(f"{where}: an object was expected, not {_shown(data)}.")
    for name in hints:
        if name not in data:
            raise CheckpointError(f"{where}: {name} is missing.")
    for name in data:
        if name not in hints:
            raise CheckpointError(f"{where}: {_shown(name)} is not known here.")
    return kind(**{name: _decoded(hint, data[name], name, where) for name, hint in hints.items()})


def _decoded(hint: Any, value: Any, name: str, where: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return decode(hint, value, where)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is types.UnionType:
        if value is None and type(None) in arguments:
            return None
        (hint,) = [argument for argument in arguments if argument is not type(None)]
        return _decoded(hint, value, name, where)
    if origin is tuple and isinstance(value, list):
        repeated = arguments[-1] is Ellipsis
        kinds = [arguments[0]] * len(value) if repeated else list(arguments)
        if len(kinds) == len(value):
            return tuple(
                _decoded(kind, item, name, where) for kind, item in zip(kinds, value, strict=True)
            )
    elif hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value):
            return float(value)
    elif hint in (int, str) and type(value) is hint:
        return value
    raise CheckpointError(f"{where}: {name} cannot be {_shown(value)}.")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
