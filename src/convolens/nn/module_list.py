"""A list of modules."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Self

from convolens.nn.module import Module
from convolens.nn.numbered import Numbered


class ModuleList(Numbered):
    """Modules in a list, whose parameters belong to whoever owns the list. It is not called itself.

    Args:
        modules: The modules.

    Example:
        >>> import convolens as cl
        >>> class Deep(cl.nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.layers = ModuleList(cl.nn.Linear(4, 4) for _ in range(3))
        ...
        ...     def forward(self, x):
        ...         for layer in self.layers:
        ...             x = layer(x).relu()
        ...         return x
        >>> len(list(Deep().parameters()))
        6
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def forward(self, *inputs: Any) -> Any:
        """Refuse: a list says nothing about how its modules are called.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            f"a {type(self).__name__} is not called: call its modules one by one, or use a "
            "Sequential."
        )

    def __getitem__(self, place: int | slice) -> Module:
        if isinstance(place, slice):
            return ModuleList(list(self)[place])
        return self._modules[self._name(place)]

    def pop(self, key: int | slice) -> Module:
        """Take a module out and return it, or several as a ModuleList."""
        part = self[key]
        del self[key]
        return part

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(self).extend(other)

    def __iadd__(self, other: Iterable[Module]) -> Self:
        return self.extend(other)

    def __repr__(self) -> str:
        lines, start = [], 0
        for text, group in groupby(map(repr, self)):
            count = len(list(group))
            last = start + count - 1
            lines.append(
                f"({start}): {text}" if count == 1 else f"({start}-{last}): {count} x {text}"
            )
            start += count
        if not lines:
            return f"{type(self).__name__}()"
        body = "\n".join(lines).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {body}\n)"
