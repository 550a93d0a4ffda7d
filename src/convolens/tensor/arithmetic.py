"""What tensors compute number by number: arithmetic, functions, comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from convolens import ops
from convolens.errors import ArgumentError, DTypeError
from convolens.ops import Array, Op
from convolens.ops._elementwise import broadcast
from convolens.spec import FLOATS, bool_, float32, int64
from convolens.tensor.apply import apply
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.promote import refuse_truths, result_type

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Arithmetic(TensorBase):
    """Arithmetic, functions of each number, comparisons. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def __add__(self, other: Tensor | Number) -> Tensor:
        return binary(ops.Add(), self, other)

    def __radd__(self, other: Number) -> Tensor:
        return binary(ops.Add(), other, self)

    def __sub__(self, other: Tensor | Number) -> Tensor:
        return binary(ops.Sub(), self, other)

    def __rsub__(self, other: Number) -> Tensor:
        return binary(ops.Sub(), other, self)

    def __mul__(self, other: Tensor | Number) -> Tensor:
        return binary(ops.Mul(), self, other)

    def __rmul__(self, other: Number) -> Tensor:
        return binary(ops.Mul(), other, self)

    def __truediv__(self, other: Tensor | Number) -> Tensor:
        return binary(ops.Div(), self, other)

    def __rtruediv__(self, other: Number) -> Tensor:
        return binary(ops.Div(), other, self)

    def __neg__(self) -> Tensor:
        if self.dtype in FLOATS:
            return apply(ops.Scale(-1.0), self)
        refuse_truths("neg", self.dtype)
        return 0 - self

    def __pow__(self, exponent: Tensor | Number) -> Tensor:
        if not isinstance(exponent, int | float):
            return binary(ops.Power(), self, exponent)
        if self.dtype in FLOATS:
            return apply(ops.Pow(float(exponent)), self)
        if isinstance(exponent, int) and exponent >= 0:
            whole = self.array if self.dtype != bool else self.array.astype(np.int64)
            return self.leaf(np.asarray(whole**exponent))
        return apply(ops.Cast("float32"), self) ** exponent

    def __rpow__(self, base: Number) -> Tensor:
        return binary(ops.Power(), base, self)

    def exp(self) -> Tensor:
        """Return e to the power of each element."""
        return apply(ops.Exp(), floating(self))

    def relu(self) -> Tensor:
        """Return each element, or 0 where it is negative."""
        return apply(ops.Relu(), self)

    def sigmoid(self) -> Tensor:
        """Return 1 / (1 + e^-x) of each element."""
        return apply(ops.Sigmoid(), floating(self))

    def tanh(self) -> Tensor:
        """Return the hyperbolic tangent of each element."""
        return apply(ops.Tanh(), floating(self))

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


def power(base: Array, exponent: Array) -> Array:
    """Return powers of whole numbers, rounded towards zero where the exponent is negative.

    Example:
        >>> power(np.array([2, 2, -1]), np.array([3, -1, -3])).tolist()
        [8, 0, -1]
    """
    below = exponent < 0
    if not below.any():
        return np.asarray(base**exponent)
    # Of 1 / b only that of 1 and -1 is a whole number, and 1 / 0 counts as 0, as in torch.
    odd = np.where(exponent % 2 == 0, base * base, base)
    return np.where(
        below,
        np.where(abs(base) == 1, odd, 0),
        base ** np.where(below, 0, exponent),
    ).astype(base.dtype)


def floor_divide(a: Array, b: Array) -> Array:
    """Return quotients of whole numbers, rounded down.

    Raises:
        ArgumentError: If a divisor is 0.
    """
    _refuse_zeros("floor_divide", b)
    return np.asarray(a // b)


def remainder(a: Array, b: Array) -> Array:
    """Return what remains of divisions of whole numbers that are rounded down.

    Raises:
        ArgumentError: If a divisor is 0.
    """
    _refuse_zeros("remainder", b)
    return np.asarray(a % b)


def _refuse_zeros(name: str, divisor: Array) -> None:
    if not divisor.all():
        raise ArgumentError(
            f"{name}: ZeroDivisionError: a whole number is divided by 0.",
            hint="convert to floats, which have infinities: x.float().",
        )


_ON_WHOLE_NUMBERS: dict[type[Op], Callable[..., Any]] = {
    ops.Add: np.add,
    ops.Sub: np.subtract,
    ops.Mul: np.multiply,
    ops.Maximum: np.maximum,
    ops.Minimum: np.minimum,
    ops.Power: power,
    ops.FloorDivide: floor_divide,
    ops.Remainder: remainder,
}
_NOT_OF_TRUTHS = (ops.Power, ops.FloorDivide, ops.Remainder)


def floating(x: TensorBase) -> Tensor:
    """Return a tensor of floats: itself, or the whole numbers or truth values as float32."""
    return x if x.dtype in FLOATS else apply(ops.Cast("float32"), x)  # type: ignore[return-value]


def operand(value: object, other: TensorBase) -> Tensor | None:
    """Return a value as a tensor, in the type that torch gives it beside ``other``."""
    if isinstance(value, TensorBase):
        return value  # type: ignore[return-value]
    if isinstance(value, np.ndarray | np.generic):
        return other.leaf(np.asarray(value))
    if not isinstance(value, int | float):
        return None
    dtype = other.dtype
    if isinstance(value, float) and dtype not in FLOATS:
        dtype = float32
    elif dtype == bool_ and not isinstance(value, bool):
        dtype = int64
    try:
        return other.leaf(np.asarray(value, dtype))
    except OverflowError:
        raise ArgumentError(f"{value} does not fit {dtype.name}.") from None


def binary(op: Op, a: object, b: object) -> Tensor:
    """Call an operator on two tensors, or a tensor and a number, after promoting their types."""
    like = a if isinstance(a, TensorBase) else b
    assert isinstance(like, TensorBase)
    first, second = operand(a, like), operand(b, like)
    if first is None or second is None:
        return NotImplemented  # type: ignore[no-any-return]
    if first.dtype == second.dtype and first.dtype in FLOATS:
        return apply(op, first, second)
    if isinstance(op, ops.Sub):
        refuse_truths("sub", first.dtype, second.dtype)
    common = result_type([first, second])
    if isinstance(op, _NOT_OF_TRUTHS) and common == bool_:
        raise DTypeError(f"{op.name}: truth values are no numbers.", hint="convert one: x.long().")
    if common in FLOATS:
        return apply(op, first.to(common), second.to(common))
    if type(op) in _ON_WHOLE_NUMBERS:
        return elementwise(_ON_WHOLE_NUMBERS[type(op)], first.to(common), second.to(common))
    return apply(op, first.float(), second.float())


def _compare(compare: np.ufunc, a: TensorBase, b: object) -> Tensor:
    other = operand(b, a)
    return NotImplemented if other is None else elementwise(compare, a, other)


def elementwise(function: Callable[..., Any], a: TensorBase, b: TensorBase) -> Tensor:
    """Compute what is never recorded: comparisons, and arithmetic of whole numbers."""
    try:
        return a.leaf(np.asarray(function(a.array, b.array)))
    except ValueError:
        broadcast(function.__name__, a=a.spec, b=b.spec)  # says what does not fit
        raise
    except TypeError as error:
        raise DTypeError(f"{a.spec} and {b.spec} do not combine: {error}.") from None
