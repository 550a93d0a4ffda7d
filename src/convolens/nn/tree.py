"""Parts of parts: everything below a module, by its dotted path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar, cast

from convolens.errors import ArgumentError, DTypeError
from convolens.nn.owner import Owner
from convolens.nn.parameter import Parameter
from convolens.tensor import Tensor

if TYPE_CHECKING:
    from convolens.nn.module import Module

T = TypeVar("T")


class Tree(Owner):
    """The part of a module that finds what is below it. Abstract."""

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the direct parts with their names, each once."""
        yield from _once(iter(self._modules.items()))

    def children(self) -> Iterator[Module]:
        """Yield the direct parts, each once."""
        for _, module in self.named_children():
            yield module

    def _walk(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Module]]:
        """Yield every place of this module and its parts; a shared one at each of its places."""
        yield prefix, cast("Module", self)
        for name, module in self._modules.items() if recurse else ():
            yield from module._walk(_joined(prefix, name))

    def named_modules(
        self,
        memo: set[Module] | None = None,
        prefix: str = "",
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Module]]:
        """Yield this module and all parts of parts with their dotted paths.

        Args:
            memo: Modules to leave out; those that are yielded are added.
            prefix: What to put in front of the paths.
            remove_duplicate: Yield a shared part once, not at each of its places.
        """
        seen = set() if memo is None else memo
        for name, module in self._walk(prefix):
            if not remove_duplicate:
                yield name, module
            elif module not in seen:
                seen.add(module)
                yield name, module

    def modules(self) -> Iterator[Module]:
        """Yield this module and all parts of parts, each once."""
        for _, module in self.named_modules():
            yield module

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield parameters with their dotted paths.

        Args:
            prefix: What to put in front of the paths.
            recurse: Those of the parts too.
            remove_duplicate: Yield a shared one once, not at each of its places.
        """
        places = (
            (_joined(path, name), parameter)
            for path, module in self._walk(prefix, recurse)
            for name, parameter in module._parameters.items()
            if parameter is not None
        )
        yield from _once(places) if remove_duplicate else places

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield all parameters, each once; without ``recurse`` only the module's own."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield buffers with their dotted paths; the arguments are those of named_parameters."""
        places = (
            (_joined(path, name), buffer)
            for path, module in self._walk(prefix, recurse)
            for name, buffer in module._buffers.items()
            if buffer is not None
        )
        yield from _once(places) if remove_duplicate else places

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield all buffers, each once; without ``recurse`` only the module's own."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def _state(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        """Yield every place of a parameter or persistent buffer, in the order of a state."""
        for path, module in self._walk():
            passing = module._passing
            kept = {name: b for name, b in module._buffers.items() if name not in passing}
            for name, tensor in (*module._parameters.items(), *kept.items()):
                if tensor is not None:
                    yield prefix + _joined(path, name), tensor

    def get_submodule(self, target: str) -> Module:
        """Return the part at a dotted path; the empty path is the module itself.

        Raises:
            AttributeError: If there is none.
        """
        module = cast("Module", self)
        for name in target.split(".") if target else ():
            if name not in module._modules:
                raise AttributeError(f"{type(module).__name__} has no part {name!r}")
            module = module._modules[name]
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put a part at a dotted path, in place of the one there or as a new one.

        Args:
            target: The path; all but its last name must be there.
            module: The new part.
            strict: Only in place of one that is there.

        Raises:
            ArgumentError: If the path is empty.
            DTypeError: If it is no module.
            AttributeError: If there is nothing on the way, or ``strict`` and no such part.

        Example:
            >>> import convolens as cl
            >>> net = cl.nn.Sequential(cl.nn.Sequential(cl.nn.ReLU()))
            >>> net.set_submodule("0.0", cl.nn.Tanh())
            >>> net[0][0]
            Tanh()
        """
        if not target:
            raise ArgumentError("a module cannot take its own place: the path is empty.")
        if not isinstance(module, Owner):
            raise DTypeError(f"a {type(module).__name__} is no module.")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and name not in parent._modules:
            raise AttributeError(f"{type(parent).__name__} has no part {name!r}")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter at a dotted path.

        Raises:
            AttributeError: If there is none.

        Example:
            >>> import convolens as cl
            >>> net = cl.nn.Sequential(cl.nn.Linear(3, 2), cl.nn.ReLU())
            >>> net.get_parameter("0.bias").shape
            (2,)
        """
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        parameter = module._parameters.get(name)
        if parameter is None:
            raise AttributeError(f"{type(module).__name__} has no parameter {name!r}")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer at a dotted path.

        Raises:
            AttributeError: If there is none.
        """
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        buffer = module._buffers.get(name)
        if buffer is None:
            raise AttributeError(f"{type(module).__name__} has no buffer {name!r}")
        return buffer


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _once(named: Iterator[tuple[str, T]]) -> Iterator[tuple[str, T]]:
    """Yield each object at the first of its names."""
    seen: set[int] = set()
    for name, item in named:
        if id(item) not in seen:
            seen.add(id(item))
            yield name, item
