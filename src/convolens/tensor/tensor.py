"""The tensor: an array, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convolens import ops
from convolens.errors import ArgumentError, DTypeError, GradientError
from convolens.ops import Array, Op
from convolens.ops.reshape import resolve as resolve_shape
from convolens.spec import FLOATS, DType, TensorSpec, bool_, float32, float64, int64, uint8
from convolens.tensor import indexing
from convolens.tensor.apply import apply
from convolens.tensor.axes import Axes, one_axis, several_axes
from convolens.tensor.record import Node, Version, is_grad_enabled

SUPPORTED = (float32, float64, int64, np.dtype(np.int32), uint8, bool_)
Number = int | float


class Tensor:
    """An n-dimensional array that records how it was made. Make one with ``convolens.tensor``.

    Shapes and indices are torch's. Arrays of rank 3 and more lie in memory channels last, whatever
    their shape says; ``numpy()`` returns the same memory with the strides that say so.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([1.0, 2.0, 3.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4., 6.])
    """

    __slots__ = ("__weakref__", "array", "grad", "node", "requires_grad", "spec", "version")

    array: Array
    spec: TensorSpec
    version: Version
    node: Node | None
    requires_grad: bool
    grad: Tensor | None

    @staticmethod
    def made(array: Array, spec: TensorSpec, version: Version, node: Node | None) -> Tensor:
        """Return the tensor that a call made."""
        self = _new(Tensor)
        self.array = array
        self.spec = spec
        self.version = version
        self.node = node
        self.requires_grad = node is not None
        self.grad = None
        return self

    @staticmethod
    def leaf(array: Array) -> Tensor:
        """Return a tensor that no call made, around ``array``."""
        return Tensor.made(array, TensorSpec(array.shape, array.dtype), Version(), None)

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

    @property
    def data(self) -> Tensor:
        """The same memory, outside the record."""
        return Tensor.made(self.array, self.spec, Version(), None)

    @data.setter
    def data(self, value: Tensor) -> None:
        if value.spec.dtype != self.spec.dtype:
            raise DTypeError(f"data is {value.dtype.name}, but the tensor is {self.dtype.name}.")
        self.array, self.spec = value.array, value.spec
        self.version.number += 1

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

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        text = np.array2string(self.array, separator=", ", prefix="tensor(", threshold=200)
        extra = "" if self.dtype in (float32, int64, bool_) else f", dtype={self.dtype.name}"
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
        if self.requires_grad:
            raise GradientError(
                "Can't call numpy() on Tensor that requires grad.",
                hint="use tensor.detach().numpy() instead.",
            )
        return self.array

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy or (dtype is not None and np.dtype(dtype) != self.dtype):
            return np.array(self.numpy(), dtype)
        return self.numpy()

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

    def __bool__(self) -> bool:
        return bool(self.item())

    # Gradients.

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
        self.requires_grad = requires_grad
        return self

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
    ) -> None:
        """Add the gradient of this tensor to ``grad`` of every leaf that it was made from.

        Args:
            gradient: The gradient with respect to this tensor; not needed for a single number.
            retain_graph: Keep what the record saved, for another pass. Default: ``create_graph``.
            create_graph: Record the pass itself, for second derivatives.

        Raises:
            GradientError: If nothing was recorded, the gradient is missing or does not fit, or an
                earlier pass has released the record.
        """
        from convolens.tensor.backward import backward

        keep = create_graph if retain_graph is None else retain_graph
        backward([self], [gradient], keep, create_graph)

    def retain_grad(self) -> None:
        """Keep the gradient of this tensor too, though it is not a leaf."""
        if self.node is not None:
            self.node.retained = self

    def detach(self) -> Tensor:
        """Return a tensor with the same memory that does not require a gradient."""
        return Tensor.made(self.array, self.spec, self.version, None)

    def clone(self) -> Tensor:
        """Return a copy, as a recorded call."""
        return self * 1.0 if self.dtype in FLOATS else Tensor.leaf(self.array.copy())

    # In place.

    def _writable(self) -> Array:
        if self.requires_grad and is_grad_enabled():
            raise GradientError(
                "a tensor that requires grad cannot be changed in place while calls are recorded.",
                hint="change tensor.data, or do it inside no_grad().",
            )
        if not self.array.flags.writeable:
            raise ArgumentError(
                "the tensor's memory is read-only.", hint="change a copy: tensor.clone()."
            )
        self.version.number += 1
        return self.array

    def _fill_from(self, place: Any, value: Any) -> None:
        source = value.array if isinstance(value, Tensor) else value
        target = self._writable()
        try:
            target[place] = source
        except (ValueError, TypeError, IndexError) as error:
            raise ArgumentError(
                f"the value cannot be assigned: {error}.", [("tensor", self.spec, "")]
            ) from None

    def __setitem__(self, index: Any, value: Any) -> None:
        self._fill_from(index.array if isinstance(index, Tensor) else index, value)

    def copy_(self, source: Any) -> Tensor:
        """Overwrite the elements with those of ``source``; return the tensor."""
        self._fill_from(..., source)
        return self

    def fill_(self, value: Number) -> Tensor:
        """Overwrite the elements with one number; return the tensor."""
        self._fill_from(..., value)
        return self

    def zero_(self) -> Tensor:
        """Overwrite the elements with zero; return the tensor."""
        return self.fill_(0)

    # Types.

    def to(self, dtype: DTypeLike) -> Tensor:
        """Return the tensor in another data type, itself if it has it already."""
        wanted = np.dtype(dtype)
        return self if wanted == self.dtype else apply(ops.Cast(wanted.name), self)

    def float(self) -> Tensor:
        """Return the tensor as float32."""
        return self.to(float32)

    def double(self) -> Tensor:
        """Return the tensor as float64."""
        return self.to(float64)

    def long(self) -> Tensor:
        """Return the tensor as int64."""
        return self.to(int64)

    # Arithmetic.

    def __add__(self, other: Tensor | Number) -> Tensor:
        return _binary(ops.Add(), self, other)

    def __radd__(self, other: Number) -> Tensor:
        return _binary(ops.Add(), other, self)

    def __sub__(self, other: Tensor | Number) -> Tensor:
        return _binary(ops.Sub(), self, other)

    def __rsub__(self, other: Number) -> Tensor:
        return _binary(ops.Sub(), other, self)

    def __mul__(self, other: Tensor | Number) -> Tensor:
        return _binary(ops.Mul(), self, other)

    def __rmul__(self, other: Number) -> Tensor:
        return _binary(ops.Mul(), other, self)

    def __truediv__(self, other: Tensor | Number) -> Tensor:
        return _binary(ops.Div(), self, other)

    def __rtruediv__(self, other: Number) -> Tensor:
        return _binary(ops.Div(), other, self)

    def __neg__(self) -> Tensor:
        return apply(ops.Scale(-1.0), self)

    def __pow__(self, exponent: Number) -> Tensor:
        if not isinstance(exponent, int | float):
            return NotImplemented
        return apply(ops.Pow(float(exponent)), self)

    def __matmul__(self, other: Tensor) -> Tensor:
        return apply(ops.Matmul(), self, other)

    def exp(self) -> Tensor:
        """Return e to the power of each element."""
        return apply(ops.Exp(), self)

    def relu(self) -> Tensor:
        """Return each element, or 0 where it is negative."""
        return apply(ops.Relu(), self)

    def sigmoid(self) -> Tensor:
        """Return 1 / (1 + e^-x) of each element."""
        return apply(ops.Sigmoid(), self)

    def tanh(self) -> Tensor:
        """Return the hyperbolic tangent of each element."""
        return apply(ops.Tanh(), self)

    def softmax(self, dim: int) -> Tensor:
        """Return shares that sum to 1 along ``dim``."""
        return apply(ops.Softmax(one_axis("softmax", dim, self.ndim)), self)

    def log_softmax(self, dim: int) -> Tensor:
        """Return the logarithms of shares that sum to 1 along ``dim``."""
        return apply(ops.LogSoftmax(one_axis("log_softmax", dim, self.ndim)), self)

    def sum(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the sum over ``dim``, or over all axes."""
        return apply(ops.Sum(several_axes("sum", dim, self.ndim), keepdim), self)

    def mean(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the mean over ``dim``, or over all axes."""
        return apply(ops.Mean(several_axes("mean", dim, self.ndim), keepdim), self)

    def argmax(self, dim: int | None = None) -> Tensor:
        """Return the index of the largest element, along ``dim`` or of all in index order.

        Raises:
            ArgumentError: If there is no element.
        """
        if self.spec.size == 0:
            raise ArgumentError(f"argmax of an empty tensor, {self.spec}.")
        axis = None if dim is None else one_axis("argmax", dim, self.ndim)
        return Tensor.leaf(np.asarray(self.array.argmax(axis=axis), int64))

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return _compare(np.equal, self, other)

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return _compare(np.not_equal, self, other)

    def __lt__(self, other: Tensor | Number) -> Tensor:
        return _compare(np.less, self, other)

    def __le__(self, other: Tensor | Number) -> Tensor:
        return _compare(np.less_equal, self, other)

    def __gt__(self, other: Tensor | Number) -> Tensor:
        return _compare(np.greater, self, other)

    def __ge__(self, other: Tensor | Number) -> Tensor:
        return _compare(np.greater_equal, self, other)

    __hash__ = object.__hash__

    # Shape.

    def reshape(self, *shape: int | Sequence[int]) -> Tensor:
        """Return the same elements in another shape; one entry may be -1, to be worked out."""
        listed = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        return apply(ops.Reshape(resolve_shape(listed, self.spec.size)), self)  # type: ignore[arg-type]

    view = reshape

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Return the tensor with the axes from ``start_dim`` to ``end_dim`` joined into one."""
        if self.ndim == 0:
            return self.reshape(1)
        first = one_axis("flatten", start_dim, self.ndim)
        last = one_axis("flatten", end_dim, self.ndim)
        if first > last:
            raise ArgumentError(
                f"flatten: start_dim {start_dim} comes after end_dim {end_dim}.",
                [("tensor", self.spec, "")],
            )
        joined = 1
        for extent in self.shape[first : last + 1]:
            joined *= extent
        return self.reshape(*self.shape[:first], joined, *self.shape[last + 1 :])

    def unsqueeze(self, dim: int) -> Tensor:
        """Return the tensor with a new axis of size 1 at ``dim``."""
        place = one_axis("unsqueeze", dim, self.ndim + 1)
        return self.reshape(*self.shape[:place], 1, *self.shape[place:])

    def squeeze(self, dim: int | None = None) -> Tensor:
        """Return the tensor without the axis ``dim`` if its size is 1, or without all such axes."""
        if dim is not None:
            place = one_axis("squeeze", dim, self.ndim)
            if self.shape[place] != 1:
                return self
            return self.reshape((*self.shape[:place], *self.shape[place + 1 :]))
        return self.reshape(tuple(extent for extent in self.shape if extent != 1))

    def __getitem__(self, index: Any) -> Tensor:
        if not indexing.is_basic(index):
            return self._pick(index)
        bounds, shape = indexing.resolve(index, self.shape)
        part = apply(ops.Slice(bounds), self)
        return part if part.shape == shape else apply(ops.Reshape(shape), part)

    def _pick(self, index: Any) -> Tensor:
        """Index with arrays, which is not recorded."""
        if self.requires_grad and is_grad_enabled():
            raise GradientError(
                "indexing with arrays or masks is not recorded.",
                hint="use integers and slices, or index tensor.detach().",
            )
        items = index if isinstance(index, tuple) else (index,)
        plain = tuple(i.array if isinstance(i, Tensor) else i for i in items)
        try:
            return Tensor.leaf(np.asarray(self.array[plain]))
        except (IndexError, ValueError, TypeError) as error:
            raise ArgumentError(f"bad index: {error}.", [("tensor", self.spec, "")]) from None


_new = object.__new__
_ON_WHOLE_NUMBERS: dict[type[Op], np.ufunc] = {
    ops.Add: np.add,
    ops.Sub: np.subtract,
    ops.Mul: np.multiply,
}


def _as_tensor(value: object, like: Tensor) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, int | float | np.ndarray | np.generic):
        dtype = like.dtype if like.dtype in FLOATS or isinstance(value, int) else float32
        return Tensor.leaf(np.asarray(value, dtype))
    raise DTypeError(
        f"a tensor and a {type(value).__name__} cannot be combined.",
        hint="convert it with tensor(...) first.",
    )


def _binary(op: Op, a: object, b: object) -> Tensor:
    """Call an operator on two tensors, or a tensor and a number, after promoting their types.

    Whole numbers become the other's float type; float32 becomes float64 beside it, as in torch.
    """
    tensors = (a, b)
    like = next(t for t in tensors if isinstance(t, Tensor))
    first, second = _as_tensor(a, like), _as_tensor(b, like)
    if first.dtype != second.dtype or first.dtype not in FLOATS:
        floats = [t.dtype for t in (first, second) if t.dtype in FLOATS]
        if not floats:
            raw = _ON_WHOLE_NUMBERS.get(type(op))
            if raw is not None:
                return Tensor.leaf(np.asarray(raw(first.array, second.array)))
            floats = [float32]
        common = max(floats, key=lambda dtype: dtype.itemsize)
        first, second = first.to(common), second.to(common)
    return apply(op, first, second)


def _compare(compare: Any, a: Tensor, b: object) -> Tensor:
    try:
        return Tensor.leaf(np.asarray(compare(a.array, _as_tensor(b, a).array)))
    except ValueError as error:
        raise ArgumentError(f"the shapes cannot be compared: {error}.") from None
