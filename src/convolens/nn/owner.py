"""What a module owns: parameters, buffers and parts, as attributes."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from convolens.errors import DTypeError, PartNameError
from convolens.nn.parameter import Parameter
from convolens.tensor import Tensor

if TYPE_CHECKING:
    from convolens.nn.module import Module

#: What a module owns, by kind. A name is in one of them, or an ordinary attribute.
_TABLES = ("_modules", "_parameters", "_buffers")


class Owner(abc.ABC):
    """The part of a module that keeps its attributes in their places. Abstract."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _passing: set[str]
    _modules: dict[str, Module]

    def __init__(self) -> None:
        for table in _TABLES:
            object.__setattr__(self, table, {})
        object.__setattr__(self, "_passing", set())  # the buffers that no state holds

    def __setattr__(self, name: str, value: Any) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(
                f"call super().__init__() before setting {type(self).__name__}.{name}"
            )
        if isinstance(value, Parameter):
            self._forget(name, self._parameters)
            self._parameters[name] = value
        elif isinstance(value, Owner):
            self._forget(name, self._modules)
            self._modules[name] = value  # type: ignore[assignment]
        elif name in self._parameters and value is not None:
            raise DTypeError(
                f"{type(self).__name__}.{name} is a parameter and cannot become a "
                f"{type(value).__name__}.",
                hint="assign a Parameter, or None to have none.",
            )
        elif name in self._parameters:
            self._parameters[name] = None
        elif name in self._buffers:
            self.register_buffer(name, value, name not in self._passing)
        else:
            self._forget(name)
            object.__setattr__(self, name, value)

    def _forget(self, name: str, keep: object = None) -> None:
        """Make room for an attribute. In the table that it stays in, it keeps its place."""
        for table in (self._parameters, self._buffers, self._modules, self.__dict__):
            if table is not keep:
                table.pop(name, None)
        self._passing.discard(name)

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for table in _TABLES:
            if table in own and name in own[table]:
                return own[table][name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        if any(name in self.__dict__[table] for table in _TABLES):
            self._forget(name)
        else:
            object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        owned = [name for table in _TABLES for name in self.__dict__.get(table, {})]
        # A part called "0" is no attribute that one can write after a dot.
        return sorted({*object.__dir__(self), *owned} - {name for name in owned if name.isdigit()})

    def _require_new(self, kind: str, name: str, table: Mapping[str, object]) -> None:
        if not isinstance(name, str):
            raise DTypeError(f"a {kind}'s name is a string, not a {type(name).__name__}.")
        if not name or "." in name:
            raise PartNameError(f"a {kind} cannot be called {name!r}.", hint="use a plain name.")
        if hasattr(self, name) and name not in table:
            raise PartNameError(
                f"a {kind} cannot be called {name!r}: {type(self).__name__} has such an attribute.",
                hint="use another name.",
            )

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Own a parameter under ``name``; None says that there is none, such as no bias.

        Raises:
            PartNameError: If the name is empty, holds a dot, or is taken.
            DTypeError: If it is no parameter.
        """
        self._require_new("parameter", name, self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise DTypeError(
                f"{name!r} is a {type(param).__name__}, not a parameter.",
                hint="make it one: Parameter(tensor).",
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Own a tensor that is no parameter, such as a running mean.

        Args:
            name: Under which it becomes an attribute.
            tensor: The tensor; None says that there is none.
            persistent: Whether ``state_dict`` holds it.

        Raises:
            PartNameError: If the name is empty, holds a dot, or is taken.
            DTypeError: If it is no tensor.

        Example:
            >>> import convolens as cl
            >>> layer = cl.nn.ReLU()
            >>> layer.register_buffer("seen", cl.zeros(1))
            >>> list(layer.state_dict())
            ['seen']
        """
        self._require_new("buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise DTypeError(
                f"{type(self).__name__}.{name} is a buffer and cannot become a "
                f"{type(tensor).__name__}.",
                hint="assign a tensor, or None to have none.",
            )
        self._buffers[name] = tensor
        self._passing.discard(name)
        if not persistent:
            self._passing.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Own a part under ``name``; None says that there is none.

        Raises:
            PartNameError: If the name is empty, holds a dot, or is taken.
            DTypeError: If it is no module.
        """
        self._require_new("module", name, self._modules)
        if module is None:
            setattr(self, name, None)
        elif isinstance(module, Owner):
            self._modules[name] = module
        else:
            raise DTypeError(f"{name!r} is a {type(module).__name__}, not a module.")

    def register_module(self, name: str, module: Module | None) -> None:
        """Own a part under ``name``: another name of ``add_module``."""
        self.add_module(name, module)
