"""The module: a layer or network, with its parameters and its parts."""

from __future__ import annotations

import abc
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, final

import numpy as np

from convolens.errors import ArgumentError, ConvolensError, DTypeError, ShapeError
from convolens.nn.parameter import Parameter
from convolens.spec import FLOATS, DType, float32, float64
from convolens.tensor import Tensor

M = TypeVar("M", bound="Module")
T = TypeVar("T")
_handles = itertools.count()
Hook = Callable[["Module", tuple[Any, ...], Any], Any]


@final
class RemovableHandle:
    """Removes a hook again."""

    def __init__(self, hooks: dict[int, Hook], hook: Hook) -> None:
        self._hooks = hooks
        self._number = next(_handles)
        hooks[self._number] = hook

    def remove(self) -> None:
        """Remove the hook; a second time does nothing."""
        self._hooks.pop(self._number, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


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
    _modules: dict[str, Module]
    _forward_hooks: dict[int, Hook]

    def __init__(self) -> None:
        object.__setattr__(self, "training", True)
        object.__setattr__(self, "_parameters", {})
        object.__setattr__(self, "_modules", {})
        object.__setattr__(self, "_forward_hooks", {})

    @abc.abstractmethod
    def forward(self, *inputs: Any) -> Any:
        """Compute the output."""

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute the output. An error that passes through gets this layer's path in the model."""
        try:
            output = self.forward(*inputs, **options)
        except ConvolensError as error:
            inner = error.module
            path = next((name for name, part in self._modules.items() if part is inner), None)
            if path is not None:
                error.enter(path)
            error.module = self
            raise
        for hook in tuple(self._forward_hooks.values()):
            replacement = hook(self, inputs, output)
            if replacement is not None:
                output = replacement
        return output

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
        else:
            self._forget(name)
            object.__setattr__(self, name, value)

    def _forget(self, name: str, keep: object = None) -> None:
        """Make room for an attribute. In the table that it stays in, it keeps its place."""
        for table in (self._parameters, self._modules, self.__dict__):
            if table is not keep:
                table.pop(name, None)

    def __getattr__(self, name: str) -> Any:
        for table in ("_parameters", "_modules"):
            found = self.__dict__.get(table, {})
            if name in found:
                return found[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        if name in self._parameters:
            del self._parameters[name]
        elif name in self._modules:
            del self._modules[name]
        else:
            object.__delattr__(self, name)

    def register_parameter(self, name: str, parameter: Parameter | None) -> None:
        """Own a parameter under ``name``; None says that there is none, such as no bias."""
        self._parameters[name] = parameter

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
        """Convert all parameters to a float type; return the module."""
        wanted: DType = np.dtype(dtype)
        if wanted not in FLOATS:
            raise DTypeError(f"parameters are float32 or float64, not {wanted.name}.")
        for parameter in self.parameters():
            parameter.data = parameter.data.to(wanted)
        return self

    def float(self: M) -> M:
        """Convert all parameters to float32; return the module."""
        return self.to(float32)

    def double(self: M) -> M:
        """Convert all parameters to float64; return the module."""
        return self.to(float64)

    def state_dict(self) -> dict[str, Tensor]:
        """Return all parameters by their dotted paths, sharing their memory.

        A parameter that several parts share is there under each of its paths, as in torch.
        """
        return {name: parameter.detach() for name, parameter in self._places()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> None:
        """Overwrite the parameters with those of ``state``. Nothing changes if it does not fit.

        Args:
            state: Tensors or arrays by dotted path, such as another library's ``state_dict``.
            strict: Refuse missing and unexpected names.

        Raises:
            ArgumentError: If names are missing or unexpected.
            ShapeError: If a shape differs.
        """
        own = dict(self._places())
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
                f"the state does not fit: {len(wrong)} parameters have other shapes.",
                [
                    (name, f"{list(arrays[name].shape)}, not {list(own[name].shape)}", "")
                    for name in wrong
                ],
                "load it into a model of the same sizes.",
            )
        for name, array in arrays.items():
            own[name].data.copy_(array)
            own[name].version.number += 1

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


def _numbers(name: str, value: Any) -> Any:
    """Return an entry of a state as an array of numbers."""
    array = value.array if isinstance(value, Tensor) else np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise DTypeError(f"the state's {name} holds {array.dtype}, not numbers.")
    return array
