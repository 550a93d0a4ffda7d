"""What a tensor is: an array, its spec, and how it was made; and the ways out of and into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from convolens.backends.layout import dense
from convolens.errors import ArgumentError, ArgumentTypeError, DTypeError, GradientError
from convolens.ops import Array
from convolens.spec import FLOATS, DType, TensorSpec, bool_, float32, int64
from convolens.tensor import indexing
from convolens.tensor.axes import one_axis
from convolens.tensor.given import type_name
from convolens.tensor.grad_mode import is_grad_enabled
from convolens.tensor.places import split
from convolens.tensor.record import Hook, HookHandle, Node, Version

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor

Number = int | float


class TensorBase:
    """The part of a tensor that computes nothing. Abstract: ``Tensor`` adds the operators."""

    __slots__ = (
        "__weakref__",
        "_grad",
        "_hooks",
        "array",
        "node",
        "recorded",
        "spec",
        "version",
    )

    #: NumPy leaves arithmetic between its arrays and tensors to the tensor.
    __array_priority__ = 1000

    array: Array
    spec: TensorSpec
    version: Version
    node: Node | None
    _hooks: dict[int, Hook]
    #: Whether gradients with respect to this tensor are wanted: what ``requires_grad`` tells.
    recorded: bool
    _grad: Tensor | None

    @staticmethod
    def made(array: Array, spec: TensorSpec, version: Version, node: Node | None) -> Tensor:
        """Return the tensor that a call made. ``Tensor`` defines it."""
        raise TypeError("TensorBase is abstract")

    @staticmethod
    def leaf(array: Array) -> Tensor:
        """Return a tensor that no call made. ``Tensor`` defines it."""
        raise TypeError("TensorBase is abstract")

    # What it is.

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of elements along each axis."""
        return self.spec.shape

    @property
    def dtype(self) -> DType:
        """The data type of the elements."""
        return self.spec.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.spec.shape)

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded call made this tensor."""
        return self.node is None

    @property
    def grad_fn(self) -> Node | None:
        """The recorded call that made this tensor."""
        return self.node

    def dim(self) -> int:
        """Return the number of axes."""
        return len(self.spec.shape)

    def numel(self) -> int:
        """Return the number of elements."""
        return self.spec.size

    def size(self, dim: int | None = None) -> tuple[int, ...] | int:
        """Return the shape, or its entry for one axis."""
        return self.shape if dim is None else self.shape[one_axis("size", dim, self.ndim)]

    def __len__(self) -> int:
        if self.ndim == 0:
            raise DTypeError("a tensor of rank 0 has no length.", hint="use .item().")
        return self.shape[0]

    def __repr__(self) -> str:
        text = np.array2string(self.array, separator=", ", prefix="tensor(", threshold=200)
        extra = f", size={self.shape}" if self.spec.size == 0 and self.ndim != 1 else ""
        if self.dtype not in (float32, int64, bool_):
            extra += f", dtype={self.dtype.name}"
        if self.node is not None:
            extra += f", grad_fn={self.node}"
        elif self.requires_grad:
            extra += ", requires_grad=True"
        return f"tensor({text}{extra})"

    # Out of the library.

    def numpy(self) -> Array:
        """Return the elements as a NumPy array that shares the memory.

        Raises:
            GradientError: If the tensor requires a gradient, which NumPy would not record.
        """
        self._unrecorded()
        self.share()
        return self.array

    def share(self) -> None:
        """Note that an array outside the library has the tensor's memory from now on."""
        self.version.recall()  # which may give the tensor memory, and a version, of its own
        self.version.shared = True

    def _unrecorded(self) -> Array:
        if self.requires_grad:
            raise GradientError(
                "Can't call numpy() on Tensor that requires grad.",
                hint="use tensor.detach().numpy() instead.",
            )
        return self.array

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        array = self._unrecorded() if copy else self.numpy()
        if copy is False and dtype is not None and np.dtype(dtype) != self.dtype:
            raise ArgumentError(f"{self.spec} cannot become {np.dtype(dtype)} without a copy.")
        return np.array(array, dtype) if copy else np.asarray(array, dtype)

    def __dlpack__(self, **options: Any) -> Any:
        return self.numpy().__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()

    def item(self) -> Number | bool:
        """Return the only element as a Python number.

        Raises:
            ArgumentError: If there is not exactly one.
        """
        if self.spec.size != 1:
            raise ArgumentError(
                f"item() needs a tensor with one element, but this one has {self.spec.size}.",
                [("tensor", self.spec, "")],
            )
        value: Number | bool = self.array.item()
        return value

    def tolist(self) -> Any:
        """Return the elements as nested lists of Python numbers."""
        return self.array.tolist()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        if self.dtype in FLOATS:
            raise DTypeError(f"a {self.dtype.name} tensor is not a whole number.")
        return int(self.item())

    def __bool__(self) -> bool:
        if self.spec.size != 1:
            raise ArgumentError(
                f"the Boolean value of a tensor with {self.spec.size} elements is ambiguous.",
                hint="use .any(), .all() or .numel() > 0.",
            )
        return bool(self.item())

    def __format__(self, format_spec: str) -> str:
        if self.ndim == 0:
            return format(self.item(), format_spec)
        return object.__format__(self, format_spec)

    # The record.

    @property
    def requires_grad(self) -> bool:
        """Whether gradients with respect to this tensor are wanted."""
        return self.recorded

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Say whether gradients with respect to this tensor are wanted; return it.

        Raises:
            GradientError: If it holds whole numbers, or was made by a recorded call.
        """
        if requires_grad and self.dtype not in FLOATS:
            raise GradientError(
                f"only floating point tensors can require gradients, not {self.dtype.name}.",
                hint="convert it first: .float().",
            )
        if not requires_grad and self.node is not None:
            raise GradientError(
                "a tensor that a recorded call made always requires a gradient.",
                hint="use .detach() to get one that does not.",
            )
        self.recorded = bool(requires_grad)
        return self  # type: ignore[return-value]

    @property
    def grad(self) -> Tensor | None:
        """The gradient with respect to this tensor: the sum of what backward passes have added.

        Raises:
            ArgumentTypeError: On assignment, if it is neither a tensor nor None.
            GradientError: On assignment, if its shape or type is not the tensor's.
        """
        return self._grad

    @grad.setter
    def grad(self, gradient: Tensor | None) -> None:
        if gradient is not None:
            self._require_gradient(gradient)
        self._grad = gradient

    def _require_gradient(self, gradient: Any) -> None:
        """Refuse what cannot be the gradient of this tensor."""
        if not isinstance(gradient, TensorBase):
            raise ArgumentTypeError(
                f"grad is a {type_name(gradient)}, but must be a tensor or None.",
                hint="convolens.tensor(...) makes a tensor of numbers, lists and arrays.",
            )
        if gradient is self:
            raise GradientError(
                "a tensor cannot be its own gradient.", hint="assign a copy: tensor.clone()."
            )
        if gradient.spec != self.spec:
            raise GradientError(
                f"grad is {gradient.spec}, but the tensor is {self.spec}.",
                hint="both must have one shape and type.",
            )

    def register_hook(self, hook: Hook) -> HookHandle:
        """Call ``hook(gradient)`` when the gradient of this tensor is known.

        What it returns, if not None, takes the gradient's place. Hooks are called in the order in
        which they were registered.

        Returns:
            A handle, whose ``remove()`` removes the hook.

        Raises:
            GradientError: If the tensor does not require a gradient.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([1.0, 2.0], requires_grad=True)
            >>> handle = x.register_hook(lambda gradient: gradient * 10)
            >>> x.sum().backward()
            >>> x.grad.tolist()
            [10.0, 10.0]
        """
        if not self.recorded:
            raise GradientError(
                "cannot register a hook on a tensor that doesn't require gradient.",
                [("tensor", self.spec, "")],
                "call requires_grad_() on it first.",
            )
        if self.node is None:
            self._hooks = self.hooks
            return HookHandle(self._hooks, hook)
        self.node.hooks = self.node.hooks or {}
        return HookHandle(self.node.hooks, hook)

    @property
    def hooks(self) -> dict[int, Hook]:
        """The hooks of a leaf."""
        own: dict[int, Hook] = getattr(self, "_hooks", {})
        return own

    def retain_grad(self) -> None:
        """Keep the gradient of this tensor too, though it is not a leaf.

        Raises:
            GradientError: If the tensor does not require a gradient.
        """
        if not self.recorded:
            raise GradientError(
                "can't retain_grad on a tensor that doesn't require a gradient.",
                [("tensor", self.spec, "")],
                "call requires_grad_() on it first.",
            )
        if self.node is not None:
            self.node.retained = self  # type: ignore[assignment]

    def detach(self) -> Tensor:
        """Return a tensor with the same memory that does not require a gradient."""
        self.version.settle(self)  # type: ignore[arg-type]
        return self.made(self.array, self.spec, self.version, None)

    @property
    def data(self) -> Tensor:
        """The same memory, outside the record."""
        self.share()
        return self.made(self.array, self.spec, Version(shared=True), None)

    @data.setter
    def data(self, value: Tensor) -> None:
        self.version.bump()
        self.array, self.spec = dense(value.array), value.spec
        self.version = value.version if self.array is value.array else Version()

    # In place.

    def _writable(self) -> Array:
        if self.requires_grad and is_grad_enabled():
            raise GradientError(
                "a change in place is not recorded, but the tensor requires a gradient.",
                hint="do it inside no_grad(), or compute a new tensor.",
            )
        return self.to_change()

    def to_change(self) -> Array:
        """Return the memory, which the caller is about to change: that is counted, not recorded.

        Raises:
            ArgumentError: If it cannot be written.
        """
        self._require_writable()
        self.version.recall()
        self.version.bump()
        return self.array

    def _require_writable(self) -> None:
        if self.array.flags.writeable:
            return
        what = "the tensor's memory is read-only."
        if 0 in self.array.strides:
            what = "the tensor repeats numbers of a smaller one: one change would be several."
        raise ArgumentError(what, hint="change a copy: tensor.clone().")

    def _fill_from(self, place: Any, value: Any) -> None:
        target = self._writable()
        if not indexing.is_basic(place):
            first, places = split(place, self.shape)
            target = target[(*first, ...)]
            place = tuple(slice(None) if each is None else each for each in places)
        with indexing.refusals(place, self.shape):
            target[place]  # an index that does not fit is no fault of the value
        self._assign(target, place, value)

    def _assign(self, target: Array, place: Any, value: Any) -> None:
        try:
            target[place] = value.array if isinstance(value, TensorBase) else value
        except (ValueError, TypeError, IndexError, OverflowError) as error:
            raise ArgumentError(
                f"the value cannot be assigned: {error}.", [("tensor", self.spec, "")]
            ) from None

    def __setitem__(self, index: Any, value: Any) -> None:
        self._fill_from(index, value)
