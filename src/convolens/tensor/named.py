"""Arithmetic under its names, and functions of each number that come from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convolens import ops
from convolens.errors import ArgumentError, DTypeError
from convolens.ops import Op
from convolens.spec import FLOATS, bool_
from convolens.tensor.apply import apply
from convolens.tensor.arithmetic import binary, floating
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.given import type_name
from convolens.tensor.promote import refuse_truths

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Named(TensorBase):
    """Arithmetic under its names. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def add(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """Return the sum with ``alpha`` times ``other``.

        Raises:
            ShapeError: If the shapes do not broadcast.
            DTypeError: If ``other`` is neither a tensor nor a number.
            ArgumentError: If ``alpha`` is a fraction, and both are whole numbers.

        Example:
            >>> import convolens as cl
            >>> cl.ones(2).add(cl.tensor([1.0, 2.0]), alpha=10).tolist()
            [11.0, 21.0]
        """
        return call("add", ops.Add(), self, _times("add", self, other, alpha))

    def sub(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """Return the difference to ``alpha`` times ``other``; see ``add``."""
        return call("sub", ops.Sub(), self, _times("sub", self, other, alpha))

    subtract = sub

    def mul(self, other: Tensor | Number) -> Tensor:
        """Return the product with ``other``; see ``add``."""
        return call("mul", ops.Mul(), self, other)

    multiply = mul

    def div(self, other: Tensor | Number, *, rounding_mode: str | None = None) -> Tensor:
        """Return the quotient, as it is, rounded down by 'floor', or towards 0 by 'trunc'.

        Raises:
            ShapeError: If the shapes do not broadcast.
            DTypeError: If ``other`` is neither a tensor nor a number.
            ArgumentError: If ``rounding_mode`` is another, or whole numbers are divided by 0.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([-7.0, 7.0])
            >>> x.div(2, rounding_mode="floor").tolist(), x.div(2, rounding_mode="trunc").tolist()
            ([-4.0, 3.0], [-3.0, 3.0])
        """
        if rounding_mode == "floor":
            return call("div", ops.FloorDivide(), self, other)
        quotient = call("div", ops.Div(), self, other)
        if rounding_mode is None:
            return quotient
        if rounding_mode != "trunc":
            raise ArgumentError(
                f"div: rounding_mode is {rounding_mode!r}, but must be None, 'trunc' or 'floor'."
            )
        rounded = apply(ops.Round("trunc"), quotient)
        kinds = {self.dtype in FLOATS, getattr(other, "dtype", type(other)) in (*FLOATS, float)}
        return rounded if True in kinds else rounded.long()

    divide = div

    def true_divide(self, other: Tensor | Number) -> Tensor:
        """Return the quotient; see ``div``."""
        return self.div(other)

    def __pos__(self) -> Tensor:
        return self.positive()

    def positive(self) -> Tensor:
        """Return the tensor itself, if it has no truth values."""
        refuse_truths("positive", self.dtype)
        return self  # type: ignore[return-value]

    def square(self) -> Tensor:
        """Return each element times itself."""
        return self**2  # type: ignore[operator, no-any-return]

    def reciprocal(self) -> Tensor:
        """Return 1 divided by each element."""
        return call("reciprocal", ops.Div(), 1, self)

    def rsqrt(self) -> Tensor:
        """Return 1 divided by the square root of each element: infinity at 0, NaN below."""
        return apply(ops.Pow(-0.5), floating(self))

    def sin(self) -> Tensor:
        """Return the sine of each element, in radians."""
        return apply(ops.Sin(), floating(self))

    def cos(self) -> Tensor:
        """Return the cosine of each element, in radians."""
        return apply(ops.Cos(), floating(self))

    def sign(self) -> Tensor:
        """Return 1 for positive elements, -1 for negative ones, 0 for zero and NaN."""
        if self.dtype in FLOATS:
            return apply(ops.AbsGrad(), self, self.leaf(np.ones(self.shape, self.dtype)))
        if self.dtype == bool_:
            return self  # type: ignore[return-value]
        return self.leaf(np.asarray(np.sign(self.array)))


def call(name: str, op: Op, a: object, b: object) -> Tensor:
    """Call an operator on two tensors, or a tensor and a number.

    Raises:
        DTypeError: If one of them is neither.
    """
    if isinstance(a, TensorBase) or isinstance(b, TensorBase):
        result = binary(op, a, b)
        if result is not NotImplemented:
            return result
    wrong = b if isinstance(a, TensorBase) else a
    raise DTypeError(
        f"{name}: {type_name(wrong)} is neither a tensor nor a number."
        if isinstance(a, TensorBase) or isinstance(b, TensorBase)
        else f"{name}: one of the two must be a tensor.",
        hint="convolens.tensor(...) makes a tensor of numbers, lists and arrays.",
    )


def _times(name: str, tensor: TensorBase, other: Any, alpha: Number) -> Any:
    """Return ``alpha`` times ``other``."""
    if type(alpha) is int and alpha == 1:
        return other
    kinds = {tensor.dtype in FLOATS, getattr(other, "dtype", type(other)) in (*FLOATS, float)}
    if isinstance(alpha, float) and True not in kinds:
        raise ArgumentError(
            f"{name}: alpha is {alpha}, but must be a whole number for whole numbers.",
            hint="convert one of them first: x.float().",
        )
    return other * alpha
