"""The tensor, with its arithmetic: every method calls operators by ``apply``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convolens import ops
from convolens.errors import ArgumentError, DTypeError, GradientError, IndexRangeError
from convolens.ops import Array, Op
from convolens.ops._elementwise import broadcast
from convolens.ops.reshape import resolve as resolve_shape
from convolens.spec import (
    FLOATS,
    TensorSpec,
    bool_,
    float32,
    float64,
    int32,
    int64,
    uint8,
)
from convolens.tensor import indexing, shapes
from convolens.tensor.apply import apply
from convolens.tensor.axes import Axes, one_axis, several_axes
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.grad_mode import is_grad_enabled
from convolens.tensor.promote import refuse_truths, result_type
from convolens.tensor.record import Node, Version

SUPPORTED = (float32, float64, int64, int32, uint8, bool_)


class Tensor(TensorBase):
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

    __slots__ = ()

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

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

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

    def clone(self) -> Tensor:
        """Return a copy, as a recorded call."""
        return (
            apply(ops.Scale(1.0), self)
            if self.dtype in FLOATS
            else Tensor.leaf(self.array.copy("K"))
        )

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
        if self.dtype in FLOATS:
            return apply(ops.Scale(-1.0), self)
        refuse_truths("neg", self.dtype)
        return 0 - self

    def __pow__(self, exponent: Number) -> Tensor:
        if not isinstance(exponent, int | float):
            return NotImplemented
        if self.dtype in FLOATS:
            return apply(ops.Pow(float(exponent)), self)
        if isinstance(exponent, int) and exponent >= 0:
            return Tensor.leaf(np.asarray(self.array**exponent))
        return self.float() ** exponent

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
        return self._along(ops.Softmax, dim)

    def log_softmax(self, dim: int) -> Tensor:
        """Return the logarithms of shares that sum to 1 along ``dim``."""
        return self._along(ops.LogSoftmax, dim)

    def _along(self, operator: type[ops.Softmax | ops.LogSoftmax], dim: int) -> Tensor:
        op = operator(one_axis(operator.name, dim, self.ndim))
        return apply(op, self) if self.ndim else apply(op, self.reshape(1)).reshape(())

    # Reductions.

    def sum(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the sum over ``dim``, or over all axes; whole numbers and truths sum to int64."""
        axes = several_axes("sum", dim, self.ndim)
        if self.dtype in FLOATS:
            return apply(ops.Sum(axes, keepdim), self)
        return Tensor.leaf(np.asarray(self.array.sum(axis=axes, keepdims=keepdim, dtype=int64)))

    def mean(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the mean over ``dim``, or over all axes."""
        return apply(ops.Mean(several_axes("mean", dim, self.ndim), keepdim), self)

    def argmax(self, dim: int | None = None) -> Tensor:
        """Return the index of the largest element, along ``dim`` or of all in index order.

        Raises:
            IndexRangeError: If there is no element.
        """
        if self.spec.size == 0:
            raise IndexRangeError(f"argmax of an empty tensor, {self.spec}.")
        axis = one_axis("argmax", dim, self.ndim) if dim is not None and self.ndim else None
        return Tensor.leaf(np.asarray(self.array.argmax(axis=axis), int64))

    # Comparisons, which are not recorded.

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
        listed = shape[0] if len(shape) == 1 and isinstance(shape[0], Sequence) else shape
        return apply(ops.Reshape(resolve_shape(listed, self.spec.size)), self)  # type: ignore[arg-type]

    view = reshape

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Return the tensor with the axes from ``start_dim`` to ``end_dim`` joined into one."""
        return self.reshape(shapes.flattened(self.shape, start_dim, end_dim))

    def unsqueeze(self, dim: int) -> Tensor:
        """Return the tensor with a new axis of size 1 at ``dim``."""
        return self.reshape(shapes.unsqueezed(self.shape, dim))

    def squeeze(self, dim: int | None = None) -> Tensor:
        """Return the tensor without the axis ``dim`` if its size is 1, or without all such axes."""
        return self.reshape(shapes.squeezed(self.shape, dim))

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
        return Tensor.leaf(np.array(indexing.pick(self.array, plain)))


_new = object.__new__
_ON_WHOLE_NUMBERS: dict[type[Op], np.ufunc] = {
    ops.Add: np.add,
    ops.Sub: np.subtract,
    ops.Mul: np.multiply,
}


def _operand(value: object, other: Tensor) -> Tensor | None:
    """Return a value as a tensor, in the type that torch gives it beside ``other``."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return Tensor.leaf(np.asarray(value))
    if not isinstance(value, int | float):
        return None
    dtype = other.dtype
    if isinstance(value, float) and dtype not in FLOATS:
        dtype = float32
    elif dtype == bool_ and not isinstance(value, bool):
        dtype = int64
    try:
        return Tensor.leaf(np.asarray(value, dtype))
    except OverflowError:
        raise ArgumentError(f"{value} does not fit {dtype.name}.") from None


def _binary(op: Op, a: object, b: object) -> Tensor:
    """Call an operator on two tensors, or a tensor and a number, after promoting their types."""
    like = a if isinstance(a, Tensor) else b
    assert isinstance(like, Tensor)
    first, second = _operand(a, like), _operand(b, like)
    if first is None or second is None:
        return NotImplemented  # type: ignore[no-any-return]
    if first.dtype == second.dtype and first.dtype in FLOATS:
        return apply(op, first, second)
    if isinstance(op, ops.Sub):
        refuse_truths("sub", first.dtype, second.dtype)
    common = result_type([first, second])
    if common in FLOATS:
        return apply(op, first.to(common), second.to(common))
    if type(op) in _ON_WHOLE_NUMBERS:
        return _elementwise(_ON_WHOLE_NUMBERS[type(op)], first.to(common), second.to(common))
    return apply(op, first.float(), second.float())


def _compare(compare: np.ufunc, a: Tensor, b: object) -> Tensor:
    other = _operand(b, a)
    return NotImplemented if other is None else _elementwise(compare, a, other)


def _elementwise(function: np.ufunc, a: Tensor, b: Tensor) -> Tensor:
    """Compute what is never recorded: comparisons, and arithmetic of whole numbers."""
    try:
        return Tensor.leaf(np.asarray(function(a.array, b.array)))
    except ValueError:
        broadcast(function.__name__, a=a.spec, b=b.spec)  # says what does not fit
        raise
    except TypeError as error:
        raise DTypeError(f"{a.spec} and {b.spec} do not combine: {error}.") from None
