"""The functions of tensors that compute number by number, under torch's names."""

from __future__ import annotations

from typing import overload

from convolens.tensor.base import Number
from convolens.tensor.functions import choose
from convolens.tensor.given import given
from convolens.tensor.tensor import Tensor


def abs(input: Tensor) -> Tensor:
    """Return each element without its sign."""
    return given("abs", input).abs()


def neg(input: Tensor) -> Tensor:
    """Return each element negated."""
    return given("neg", input).neg()


def exp(input: Tensor) -> Tensor:
    """Return e to the power of each element."""
    return given("exp", input).exp()


def log(input: Tensor) -> Tensor:
    """Return the natural logarithm of each element."""
    return given("log", input).log()


def sqrt(input: Tensor) -> Tensor:
    """Return the square root of each element."""
    return given("sqrt", input).sqrt()


def pow(input: Tensor | Number, exponent: Tensor | Number) -> Tensor:
    """Return each element raised to a power; one of the two may be a number."""
    if isinstance(input, int | float):
        return input ** given("pow", exponent, "exponent")
    return given("pow", input).pow(exponent)


def erf(input: Tensor) -> Tensor:
    """Return the error function of each element."""
    return given("erf", input).erf()


def relu(input: Tensor) -> Tensor:
    """Return each element, or 0 where it is negative."""
    return given("relu", input).relu()


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + e^-x) of each element."""
    return given("sigmoid", input).sigmoid()


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent of each element."""
    return given("tanh", input).tanh()


def clamp(input: Tensor, min: Number | None = None, max: Number | None = None) -> Tensor:
    """Return each element, or the bound beyond which it lies."""
    return given("clamp", input).clamp(min, max)


clip = clamp


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """Return the larger of two elements."""
    return given("maximum", input).maximum(other)


def minimum(input: Tensor, other: Tensor) -> Tensor:
    """Return the smaller of two elements."""
    return given("minimum", input).minimum(other)


@overload
def where(condition: Tensor) -> tuple[Tensor, ...]: ...
@overload
def where(condition: Tensor, input: Tensor | Number, other: Tensor | Number) -> Tensor: ...
def where(
    condition: Tensor, input: Tensor | Number | None = None, other: Tensor | Number | None = None
) -> Tensor | tuple[Tensor, ...]:
    """Return elements of ``input`` where the condition is true, else of ``other``.

    Without these two, return the indices of what is not 0, along each axis.

    Raises:
        DTypeError: If the condition is not made of truth values, or one of the two is missing.
        ShapeError: If the shapes do not broadcast.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([-1.0, 2.0])
        >>> cl.where(x > 0, x, 0.0).tolist()
        [0.0, 2.0]
    """
    if input is None and other is None:
        return given("where", condition).nonzero(as_tuple=True)
    return choose(condition, input, other)  # type: ignore[arg-type]
