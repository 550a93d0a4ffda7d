"""The module: a layer or network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from convolens.errors import ArgumentError, ConvolensError, DTypeError
from convolens.nn import hooks
from convolens.nn.hooks import Hook, RemovableHandle
from convolens.nn.state import IncompatibleKeys, load_state
from convolens.nn.tree import Tree
from convolens.nn.uninitialized import Uninitialized
from convolens.spec import FLOATS, float32, float64
from convolens.tensor import Tensor
from convolens.tensor.arrays import dtype_of
from convolens.tensor.types import destination


class Module(Tree):
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
    _forward_hooks: dict[int, Hook]
    _forward_pre_hooks: dict[int, Hook]

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "training", True)
        object.__setattr__(self, "_forward_hooks", {})
        object.__setattr__(self, "_forward_pre_hooks", {})

    def forward(self, *inputs: Any) -> Any:
        """Compute the output.

        Raises:
            NotImplementedError: If a subclass does not define it.
        """
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute the output. An error that passes through gets this layer's path in the model."""
        if self._forward_pre_hooks:
            inputs, options = hooks.before(self._forward_pre_hooks, self, inputs, options)
        try:
            output = self.forward(*inputs, **options)
        except ConvolensError as error:
            inner = error.module
            # Parts of a list that is not called itself are found too.
            path = next((name for name, part in self._walk() if part is inner), "")
            if path:
                error.enter(path)
            error.module = self
            raise
        if self._forward_hooks:
            output = hooks.after(self._forward_hooks, self, inputs, options, output)
        return output

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, inputs)`` before each forward pass.

        If it returns something else than None, that replaces the inputs.

        Args:
            hook: The function.
            prepend: Call it before the hooks that there are.
            with_kwargs: Call ``hook(module, inputs, options)``; what replaces them is a pair.

        Example:
            >>> import convolens as cl
            >>> layer = cl.nn.ReLU()
            >>> with layer.register_forward_pre_hook(lambda module, inputs: -inputs[0]):
            ...     layer(cl.tensor([1.0, -2.0])).tolist()
            [0.0, 2.0]
        """
        return RemovableHandle(self._forward_pre_hooks, Hook(hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, inputs, output)`` after each forward pass.

        If it returns something else than None, that replaces the output.

        Args:
            hook: The function.
            prepend: Call it before the hooks that there are.
            with_kwargs: Call ``hook(module, inputs, options, output)``.

        Example:
            >>> import convolens as cl
            >>> layer, shapes = cl.nn.ReLU(), []
            >>> handle = layer.register_forward_hook(lambda m, x, y: shapes.append(y.shape))
            >>> _ = layer(cl.zeros(2, 3))
            >>> handle.remove()
            >>> shapes
            [(2, 3)]
        """
        return RemovableHandle(self._forward_hooks, Hook(hook, with_kwargs), prepend)

    # Mode.

    def train(self, mode: bool = True) -> Self:
        """Switch to training, where dropout drops; return the module.

        Raises:
            ArgumentError: If ``mode`` is no truth.
        """
        if not isinstance(mode, bool):
            raise ArgumentError(
                f"training mode is expected to be boolean, but is {mode!r}.",
                hint="write train(True) or train(False).",
            )
        for module in self.modules():
            object.__setattr__(module, "training", mode)
        return self

    def eval(self) -> Self:
        """Switch to evaluation, where dropout does nothing; return the module."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Say for all parameters whether gradients are wanted; return the module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or overwrite them with zeros."""
        for parameter in self.parameters():
            if set_to_none or parameter.grad is None:
                parameter.grad = None
                continue
            if parameter.grad.requires_grad:
                parameter.grad = parameter.grad.detach()
            parameter.grad.zero_()

    def apply(self, fn: Callable[[Module], object]) -> Self:
        """Call ``fn`` on every part, the innermost first; return the module."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # Type.

    def to(
        self,
        *wanted: Any,
        device: Any = None,
        dtype: Any = None,
        non_blocking: bool = False,
        memory_format: object = None,
    ) -> Self:
        """Convert all parameters, and buffers of floats, to a float type; return the module.

        Args:
            wanted: A data type, the device, or a tensor whose type is taken; see ``Tensor.to``.
            device: The device: ``"cpu"``.
            dtype: The data type.
            non_blocking: Without effect.
            memory_format: Without effect: memory is channels-last.

        Raises:
            DTypeError: If it is no float type.
            ArgumentError: If the device is not the CPU.
        """
        asked, _ = destination(wanted, dtype, device)
        if asked is None:
            return self
        kind = dtype_of(asked)
        if kind not in FLOATS:
            raise DTypeError(f"parameters are float32 or float64, not {kind.name}.")
        for tensor in (*self.parameters(), *self.buffers()):
            if isinstance(tensor, Uninitialized):
                tensor.retype(kind)
            elif tensor.dtype in FLOATS:
                tensor.data = tensor.data.to(kind)
        return self

    def float(self) -> Self:
        """Convert all parameters to float32; return the module."""
        return self.to(float32)

    def double(self) -> Self:
        """Convert all parameters to float64; return the module."""
        return self.to(float64)

    def cpu(self) -> Self:
        """Return the module, which is nowhere else."""
        return self

    # State.

    def state_dict(
        self,
        *,
        destination: dict[str, Tensor] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Tensor]:
        """Return all parameters and persistent buffers by their dotted paths, sharing their memory.

        What several parts share is there under each of its paths, as in torch.

        Args:
            destination: Where to put them; a new dict if not given.
            prefix: What to put in front of the paths.
            keep_vars: The parameters themselves, not tensors that require no gradient.
        """
        state = {} if destination is None else destination
        for name, tensor in self._state(prefix):
            state[name] = tensor if keep_vars else tensor.detach()
        return state

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Overwrite parameters and buffers. Nothing changes if ``state_dict`` does not fit.

        Args:
            state_dict: Tensors or arrays by dotted path, such as another library's ``state_dict``.
            strict: Refuse missing and unexpected names.
            assign: Take over the memory and float type of ``state_dict`` instead of its numbers.

        Returns:
            The missing and the unexpected names; without ``strict`` there may be some.

        Raises:
            ArgumentError: If names are missing or unexpected.
            ShapeError: If a shape differs.
        """
        return load_state(dict(self._state()), state_dict, strict, assign)

    # Text.

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        parts = [f"({name}): {module!r}" for name, module in self._modules.items()]
        if not parts and "\n" not in extra:
            return f"{type(self).__name__}({extra})"
        lines = [*extra.split("\n")] if extra else []
        lines += [part.replace("\n", "\n  ") for part in parts]
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"
