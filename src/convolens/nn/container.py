"""Modules one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from convolens.errors import IndexRangeError
from convolens.nn.module import Module
from convolens.nn.order import cheapest


class Sequential(Module):
    """Modules one after the other; each gets the output of the one before.

    Args:
        modules: The modules, or one dict of them by name.

    Example:
        >>> import convolens as cl
        >>> net = Sequential(cl.nn.Conv2d(1, 2, 3), cl.nn.ReLU())
        >>> net(cl.zeros(1, 1, 5, 5)).shape
        (1, 2, 3, 3)
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            named = dict(modules[0])
        else:
            named = {str(i): module for i, module in enumerate(modules)}  # type: ignore[misc]
        for name, module in named.items():
            self.add_module(name, module)

    def forward(self, x: Any) -> Any:
        """Run the modules in order, or in a cheaper order that gives the same numbers."""
        for module in cheapest(self._modules.values()):
            x = module(x)
        return x

    def append(self, module: Module) -> Sequential:
        """Add a module at the end; return the container."""
        self.add_module(str(len(self)), module)
        return self

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Module:
        items = list(self._modules.items())
        if isinstance(index, slice):
            part = dict(items[index])
            numbered = all(name.isdecimal() for name in part)
            return Sequential(*part.values()) if numbered else Sequential(part)
        if not -len(items) <= index < len(items):
            raise IndexRangeError(f"index {index} for {len(items)} modules.")
        return items[index][1]
