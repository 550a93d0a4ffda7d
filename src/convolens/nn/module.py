"""The module: a layer or network, with its parameters and its parts."""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from convolens.errors import ArgumentError, ConvolensError, DTypeError
from convolens.nn.hooks import Hook, PreHook, RemovableHandle
from convolens.nn.parameter import Parameter
from convolens.nn.state import IncompatibleKeys, load_state
from convolens.spec import FLOATS, DType, float32, float64
from convolens.tensor import Tensor

M = TypeVar("M", bound="Module")
T = TypeVar("T")
#: What a module owns, by kind. A name is in one of them, or an ordinary attribute.
_TABLES = ("_parameters", "_buffers", "_modules")


class Module(abc.ABC):
    """A layer or network. Subclasses set parameters and modules as attributes, and define forward.

    Example:
        >>> import convolens as cl
        >>> class Net(cl.nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.fc = cl.nn.Linear(3, 2)
        ...
        ...     def forward(self, x):
        ...         return self.fc(x).relu()
        >>> [name for name, _ in Net().named_parameters()]
        ['fc.weight', 'fc.bias']
    """

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _passing: set[str]
    _modules: dict[str, Module]
    _forward_hooks: dict[int, Hook]
    _forward_pre_hooks: dict[int, PreHook]

    def __init__(self) -> None:
        object.__setattr__(self, "training", True)
        for table in _TABLES:
            object.__setattr__(self, table, {})
        object.__setattr__(self, "_passing", set())  # the buffers that no state holds
        object.__setattr__(self, "_forward_hooks", {})
        object.__setattr__(self, "_forward_pre_hooks", {})

    @abc.abstractmethod
    def forward(self, *inputs: Any) -> Any:
        """Compute the output."""

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute the output. An error that passes through gets this layer's path in the model."""
        for hook in tuple(self._forward_pre_hooks.values()):
            changed = hook(self, inputs)
            if changed is not None:
                inputs = changed if isinstance(changed, tuple) else (changed,)
        try:
            output = self.forward(*inputs, **options)
        except ConvolensError as error:
            inner = error.module
            path = next((name for name, part in self._modules.items() if part is inner), None)
            if path is not None:
                error.enter(path)
            error.module = self
            raise
        for after in tuple(self._forward_hooks.values()):
            replacement = after(self, inputs, output)
            if replacement is not None:
                output = replacement
        return output

    def register_forward_pre_hook(self, hook: PreHook) -> RemovableHandle:
        """Call ``hook(module, inputs)`` before each forward pass.

        If it returns something else than None, that replaces the inputs.

        Example:
            >>> import convolens as cl
            >>> layer = cl.nn.ReLU()
            >>> with layer.register_forward_pre_hook(lambda module, inputs: -inputs[0]):
            ...     layer(cl.tensor([1.0, -2.0])).tolist()
            [0.0, 2.0]
        """
        return RemovableHandle(self._forward_pre_hooks, hook)

    def register_forward_hook(self, hook: Hook) -> RemovableHandle:
        """Call ``hook(module, inputs, output)`` after each forward pass.

        If it returns something else than None, that replaces the output.

        Example:
            >>> import convolens as cl
            >>> layer, shapes = cl.nn.ReLU(), []
            >>> handle = layer.register_forward_hook(lambda m, x, y: shapes.append(y.shape))
            >>> _ = layer(cl.zeros(2, 3))
            >>> handle.remove()
            >>> shapes
            [(2, 3)]
        """
        return RemovableHandle(self._forward_hooks, hook)

    def __setattr__(self, name: str, value: Any) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(
                f"call super().__init__() before setting {type(self).__name__}.{name}"
            )
        if isinstance(value, Parameter):
            self._forget(name, self._parameters)
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            self._forget(name, self._modules)
            self.add_module(name, value)
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
        for table in _TABLES:
            found = self.__dict__.get(table, {})
            if name in found:
                return found[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        if any(name in self.__dict__[table] for table in _TABLES):
            self._forget(name)
        else:
            object.__delattr__(self, name)

    def register_parameter(self, name: str, parameter: Parameter | None) -> None:
        """Own a parameter under ``name``; None says that there is none, such as no bias."""
        self._parameters[name] = parameter

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Own a tensor that is no parameter, such as a running mean.

        Args:
            name: Under which it becomes an attribute.
            tensor: The tensor; None says that there is none.
            persistent: Whether ``state_dict`` holds it.

        Raises:
            ArgumentError: If the name is empty or holds a dot.
            DTypeError: If it is no tensor.

        Example:
            >>> import convolens as cl
            >>> layer = cl.nn.ReLU()
            >>> layer.register_buffer("seen", cl.zeros(1))
            >>> list(layer.state_dict())
            ['seen']
        """
        if not name or "." in name:
            raise ArgumentError(f"a buffer cannot be called {name!r}.", hint="use a plain name.")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise DTypeError(
                f"{type(self).__name__}.{name} is a buffer and cannot become a "
                f"{type(tensor).__name__}.",
                hint="assign a tensor, or None to have none.",
            )
        self._forget(name, self._buffers)
        self._buffers[name] = tensor
        if not persistent:
            self._passing.add(name)

    def add_module(self, name: str, module: Module) -> None:
        """Own a part under ``name``.

        Raises:
            ArgumentError: If the name is empty or holds a dot.
        """
        if not name or "." in name:
            raise ArgumentError(f"a module cannot be called {name!r}.", hint="use a plain name.")
        if not isinstance(module, Module):
            raise DTypeError(f"{name!r} is a {type(module).__name__}, not a module.")
        self._modules[name] = module

    def children(self) -> Iterator[Module]:
        """Yield the direct parts."""
        yield from self._modules.values()

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the direct parts with their names."""
        yield from self._modules.items()

    def _walk(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Yield every place of this module and its parts; a shared one at each of its places."""
        yield prefix, self
        for name, module in self._modules.items():
            yield from module._walk(f"{prefix}.{name}" if prefix else name)

    def _places(self) -> Iterator[tuple[str, Parameter]]:
        """Yield every place of a parameter; a shared one at each of its places."""
        for prefix, module in self._walk():
            for name, parameter in module._parameters.items():
                if parameter is not None:
                    yield f"{prefix}.{name}" if prefix else name, parameter

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every place of a parameter or persistent buffer, in the order of a state."""
        for prefix, module in self._walk():
            dotted = f"{prefix}." if prefix else ""
            passing = module._passing
            kept = {name: b for name, b in module._buffers.items() if name not in passing}
            for name, tensor in (*module._parameters.items(), *kept.items()):
                if tensor is not None:
                    yield dotted + name, tensor

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Yield this module and all parts of parts with their dotted paths, each once."""
        yield from _once(self._walk())

    def modules(self) -> Iterator[Module]:
        """Yield this module and all parts of parts."""
        for _, module in self.named_modules():
            yield module

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yield all parameters with their dotted paths, each once."""
        yield from _once(self._places())

    def parameters(self) -> Iterator[Parameter]:
        """Yield all parameters, each once."""
        for _, parameter in self.named_parameters():
            yield parameter

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        """Yield all buffers with their dotted paths, each once."""
        yield from _once(
            (f"{prefix}.{name}" if prefix else name, buffer)
            for prefix, module in self._walk()
            for name, buffer in module._buffers.items()
            if buffer is not None
        )

    def buffers(self) -> Iterator[Tensor]:
        """Yield all buffers, each once."""
        for _, buffer in self.named_buffers():
            yield buffer

    def get_submodule(self, target: str) -> Module:
        """Return the part at a dotted path; the empty path is the module itself.

        Raises:
            AttributeError: If there is none.
        """
        module: Module = self
        for name in target.split(".") if target else ():
            if name not in module._modules:
                raise AttributeError(f"{type(module).__name__} has no part {name!r}")
            module = module._modules[name]
        return module

    def train(self: M, mode: bool = True) -> M:
        """Switch to training, where dropout drops; return the module."""
        for module in self.modules():
            object.__setattr__(module, "training", mode)
        return self

    def eval(self: M) -> M:
        """Switch to evaluation, where dropout does nothing; return the module."""
        return self.train(False)

    def requires_grad_(self: M, requires_grad: bool = True) -> M:
        """Say for all parameters whether gradients are wanted; return the module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self.parameters():
            parameter.grad = None

    def apply(self: M, function: Callable[[Module], object]) -> M:
        """Call ``function`` on every part, the innermost first; return the module."""
        for module in self.children():
            module.apply(function)
        function(self)
        return self

    def to(self: M, dtype: Any) -> M:
        """Convert all parameters, and buffers of floats, to a float type; return the module."""
        wanted: DType = np.dtype(dtype)
        if wanted not in FLOATS:
            raise DTypeError(f"parameters are float32 or float64, not {wanted.name}.")
        for parameter in self.parameters():
            parameter.data = parameter.data.to(wanted)
        for buffer in self.buffers():
            if buffer.dtype in FLOATS:
                buffer.data = buffer.data.to(wanted)
        return self

    def float(self: M) -> M:
        """Convert all parameters to float32; return the module."""
        return self.to(float32)

    def double(self: M) -> M:
        """Convert all parameters to float64; return the module."""
        return self.to(float64)

    def state_dict(self) -> dict[str, Tensor]:
        """Return all parameters and persistent buffers by their dotted paths, sharing their memory.

        What several parts share is there under each of its paths, as in torch.
        """
        return {name: tensor.detach() for name, tensor in self._state()}

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True
    ) -> IncompatibleKeys:
        """Overwrite parameters and buffers. Nothing changes if ``state_dict`` does not fit.

        Args:
            state_dict: Tensors or arrays by dotted path, such as another library's ``state_dict``.
            strict: Refuse missing and unexpected names.

        Returns:
            The missing and the unexpected names; without ``strict`` there may be some.

        Raises:
            ArgumentError: If names are missing or unexpected.
            ShapeError: If a shape differs.
        """
        return load_state(dict(self._state()), state_dict, strict)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return ""

    def __repr__(self) -> str:
        lines = [
            f"({name}): {module!r}".replace("\n", "\n  ") for name, module in self._modules.items()
        ]
        if not lines:
            return f"{type(self).__name__}({self.extra_repr()})"
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


def _once(named: Iterator[tuple[str, T]]) -> Iterator[tuple[str, T]]:
    """Yield each object at the first of its names."""
    seen: set[int] = set()
    for name, item in named:
        if id(item) not in seen:
            seen.add(id(item))
            yield name, item
