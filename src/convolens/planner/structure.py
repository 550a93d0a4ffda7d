"""What networks return: a tensor, or tuples, lists and dicts of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convolens.errors import DTypeError


def mapped(
    structure: Any,
    leaf: type,
    change: Callable[[Any], Any],
    rest: Callable[[Any], Any] | None = None,
) -> Any:
    """Return a structure with each leaf changed, and what ``rest`` makes of all else.

    Raises:
        DTypeError: If it holds something else, and there is no ``rest``.

    Example:
        >>> mapped((1, {"x": [2]}), int, lambda number: number + 1)
        (2, {'x': [3]})
    """
    if isinstance(structure, leaf):
        return change(structure)
    if isinstance(structure, dict):
        return {key: mapped(value, leaf, change, rest) for key, value in structure.items()}
    if isinstance(structure, list | tuple):
        items = [mapped(item, leaf, change, rest) for item in structure]
        if isinstance(structure, list):
            return items
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    if rest is not None:
        return rest(structure)
    raise DTypeError(
        f"the network returns a {type(structure).__name__}, which is no tensor.",
        hint="what is compiled returns a tensor, or tuples, lists or dicts of tensors.",
    )


def leaves(structure: Any, leaf: type) -> Iterator[Any]:
    """Yield each leaf.

    Raises:
        DTypeError: If there is something else.
    """
    found: list[Any] = []
    mapped(structure, leaf, found.append)
    yield from found
