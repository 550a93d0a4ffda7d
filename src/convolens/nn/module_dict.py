"""A dictionary of modules."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any

from convolens.errors import DTypeError
from convolens.nn.module import Module


class ModuleDict(Module):
    """Modules by name, whose parameters belong to whoever owns the dictionary.

    Args:
        modules: A mapping of names to modules, or pairs of them.

    Raises:
        PartNameError: If a name is empty, holds a dot, or is that of an attribute.

    Example:
        >>> import convolens as cl
        >>> choices = ModuleDict({"conv": cl.nn.Conv2d(1, 1, 3), "pool": cl.nn.MaxPool2d(3)})
        >>> choices["pool"](cl.zeros(1, 1, 6, 6)).shape
        (1, 1, 2, 2)
    """

    def __init__(
        self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None
    ) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def forward(self, *inputs: Any) -> Any:
        """Refuse: a dictionary says nothing about how its modules are called.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            f"a {type(self).__name__} is not called: call one of its modules by name."
        )

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        if not isinstance(module, Module):
            raise DTypeError(f"{key!r} is a {type(module).__name__}, not a module.")
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._modules.keys()

    def items(self) -> ItemsView[str, Module]:
        """Return names and modules."""
        return self._modules.items()

    def values(self) -> ValuesView[Module]:
        """Return the modules."""
        return self._modules.values()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add modules by name; what has the same name is replaced.

        Raises:
            DTypeError: If these are no pairs of names and modules.
        """
        if isinstance(modules, Mapping | ModuleDict):
            pairs: Any = modules.items()
        elif isinstance(modules, Iterable):
            pairs = modules
        else:
            raise DTypeError(f"a {type(modules).__name__} holds no names and modules.")
        for pair in list(pairs):
            try:
                key, module = pair
            except TypeError:
                raise DTypeError(f"{pair!r} is no pair of a name and a module.") from None
            self[key] = module

    def pop(self, key: str) -> Module:
        """Take a module out and return it."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()
