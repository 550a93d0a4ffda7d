"""What tensors compute from one number, or choose from two: roots, bounds, the larger one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convolens import ops
from convolens.errors import ArgumentError, DTypeError
from convolens.ops._elementwise import broadcast
from convolens.ops.where import require_truths
from convolens.spec import FLOATS, bool_
from convolens.tensor.apply import apply
from convolens.tensor.arithmetic import binary, floating, operand
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.promote import result_type

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Functions(TensorBase):
    """Functions of each number, and choices between two. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def abs(self) -> Tensor:
        """Return each element without its sign."""
        if self.dtype in FLOATS:
            return apply(ops.Abs(), self)
        if self.dtype == bool_:
            raise DTypeError("abs: truth values have no sign.", hint="convert them: x.long().")
        return self.leaf(np.asarray(np.abs(self.array)))

    def __abs__(self) -> Tensor:
        return self.abs()

    def log(self) -> Tensor:
        """Return the natural logarithm of each element: -infinity at 0, NaN below."""
        return apply(ops.Log(), floating(self))

    def sqrt(self) -> Tensor:
        """Return the square root of each element, NaN below 0."""
        return apply(ops.Sqrt(), floating(self))

    def erf(self) -> Tensor:
        """Return the error function of each element, which is between -1 and 1."""
        return apply(ops.Erf(), floating(self))

    def clamp(self, min: Number | None = None, max: Number | None = None) -> Tensor:
        """Return each element, or the bound beyond which it lies; NaN stays NaN.

        Args:
            min: The lower bound; None for none.
            max: The upper bound; None for none. Where ``min`` is above it, all become ``max``.

        Raises:
            ArgumentError: If there is no bound, or one does not fit the type.
            DTypeError: If a bound is no number.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([-2.0, 0.5, 3.0]).clamp(min=0.0, max=1.0).tolist()
            [0.0, 0.5, 1.0]
        """
        given = {"min": min, "max": max}
        for name, bound in given.items():
            if bound is not None and not isinstance(bound, int | float):
                raise DTypeError(
                    f"clamp: {name} is a {type(bound).__name__}, but must be a number.",
                    hint="for bounds of each element, use maximum and minimum.",
                )
        if self.dtype in FLOATS or any(isinstance(bound, float) for bound in given.values()):
            low, high = (None if b is None else float(b) for b in given.values())
            return apply(ops.Clamp(low, high), floating(self))
        return self._clamp_whole(min, max)

    clip = clamp

    def _clamp_whole(self, low: Number | None, high: Number | None) -> Tensor:
        ops.Clamp(low, high)  # refuses two bounds that are missing
        x = apply(ops.Cast("int64"), self) if self.dtype == bool_ else self
        try:
            array = x.array
            array = array if low is None else np.maximum(array, low, dtype=array.dtype)
            array = array if high is None else np.minimum(array, high, dtype=array.dtype)
        except OverflowError as error:
            raise ArgumentError(f"clamp: a bound does not fit {x.dtype.name}: {error}.") from None
        return self.leaf(np.array(array))

    def maximum(self, other: Tensor) -> Tensor:
        """Return the larger of two elements; NaN where one is NaN.

        Where they are equal, each gets half of the gradient.
        """
        return binary(ops.Maximum(), self, _tensor("maximum", other))

    def minimum(self, other: Tensor) -> Tensor:
        """Return the smaller of two elements; NaN where one is NaN.

        Where they are equal, each gets half of the gradient.
        """
        return binary(ops.Minimum(), self, _tensor("minimum", other))

    def where(self, condition: Tensor, other: Tensor | Number) -> Tensor:
        """Return this tensor's elements where the condition is true, else those of ``other``."""
        return choose(condition, self, other)

    def pow(self, exponent: Tensor | Number) -> Tensor:
        """Return each element raised to a power, one for all or one for each.

        Whole numbers stay whole: with negative exponents they are rounded towards zero. One
        negative exponent for all makes them float32 instead; torch refuses it.

        Raises:
            DTypeError: If both are truth values.
            ShapeError: If the shapes do not broadcast.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([2.0, 3.0])
            >>> x.pow(2), x ** x, 2 ** x
            (tensor([4., 9.]), tensor([ 4., 27.]), tensor([4., 8.]))
        """
        return self**exponent  # type: ignore[operator]

    def neg(self) -> Tensor:
        """Return each element negated."""
        return -self  # type: ignore[operator, no-any-return]


def _tensor(name: str, other: object) -> TensorBase:
    if not isinstance(other, TensorBase):
        raise DTypeError(
            f"{name}: other is a {type(other).__name__}, but must be a tensor.",
            hint="for a number, use clamp.",
        )
    return other


def choose(condition: Tensor, a: TensorBase | Number, b: TensorBase | Number) -> Tensor:
    """Return a where the condition is true, else b, in their common type.

    Raises:
        DTypeError: If the condition is not a tensor of truth values, or a or b are no numbers.
        ShapeError: If the shapes do not broadcast.
    """
    if not isinstance(condition, TensorBase):
        raise DTypeError(f"where: the condition is a {type(condition).__name__}, not a tensor.")
    require_truths("where", condition.spec)
    like = next((t for t in (a, b) if isinstance(t, TensorBase)), None)
    first, second = (_number(value, like, condition) for value in (a, b))
    common = result_type([first, second])
    first, second = first.to(common), second.to(common)
    if common in FLOATS:
        return apply(ops.Where(), condition, first, second)
    broadcast("where", condition=condition.spec, a=first.spec, b=second.spec)
    return condition.leaf(np.where(condition.array, first.array, second.array))


def _number(value: object, like: TensorBase | None, condition: TensorBase) -> Tensor:
    """Return a value as a tensor, in the type that torch gives it beside ``like``."""
    if like is not None:
        found = operand(value, like)
    elif isinstance(value, bool | int | float):
        found = operand(value, condition)
    else:
        found = None
    if found is None:
        raise DTypeError(f"where: a {type(value).__name__} is neither a tensor nor a number.")
    return found
