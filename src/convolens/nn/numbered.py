"""What lists of modules share: parts with numbers for names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import index
from typing import Any, Self

from convolens.errors import DTypeError, IndexRangeError
from convolens.nn.module import Module


class Numbered(Module):
    """Modules in an order, as in a list. Abstract."""

    def _own(self, name: str, module: Any) -> None:
        _require_module(name, module)
        self.add_module(name, module)

    def _renumber(self, modules: Iterable[Module]) -> None:
        parts = list(modules)
        self._modules.clear()
        self._modules.update({str(number): part for number, part in enumerate(parts)})

    def _name(self, place: int) -> str:
        number = index(place)
        if not -len(self) <= number < len(self):
            raise IndexRangeError(f"index {place} for {len(self)} modules.")
        return list(self._modules)[number]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __setitem__(self, place: int, module: Module) -> None:
        name = self._name(place)
        _require_module(name, module)
        self._modules[name] = module

    def __delitem__(self, place: int | slice) -> None:
        modules = list(self._modules.values())
        if not isinstance(place, slice):
            self._name(place)
        del modules[place]
        self._renumber(modules)

    def append(self, module: Module) -> Self:
        """Add a module at the end; return the container."""
        self._own(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end; return the container.

        Raises:
            DTypeError: If they cannot be counted off, or one is no module.
        """
        if not isinstance(modules, Iterable):
            raise DTypeError(f"a {type(modules).__name__} holds no modules.")
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Add a module before the one at ``index``; return the container.

        Raises:
            IndexRangeError: If the index is beyond the ends.
            DTypeError: If it is no module.
        """
        if not -len(self) <= index <= len(self):
            raise IndexRangeError(f"index {index} for {len(self)} modules.")
        _require_module(str(index), module)
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._renumber(modules)
        return self


def _require_module(name: str, module: Any) -> None:
    if not isinstance(module, Module):
        raise DTypeError(
            f"part {name!r} is a {type(module).__name__}, not a module.",
            hint="functions have modules too, such as nn.ReLU() for relu.",
        )
