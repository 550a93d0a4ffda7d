"""Arithmetic, rounding and masks as functions: each is the tensor's method of the same name."""

from __future__ import annotations

from convolens import ops
from convolens.tensor.base import Number
from convolens.tensor.given import given
from convolens.tensor.named import call
from convolens.tensor.tensor import Tensor

Operand = Tensor | Number


def add(input: Operand, other: Operand, *, alpha: Number = 1) -> Tensor:
    """Return the sum of ``input`` and ``alpha`` times ``other``; one of them may be a number."""
    if isinstance(input, Tensor):
        return input.add(other, alpha=alpha)
    return call("add", ops.Add(), input, given("add", other, "other").mul(alpha))


def sub(input: Operand, other: Operand, *, alpha: Number = 1) -> Tensor:
    """Return the difference of ``input`` and ``alpha`` times ``other``."""
    if isinstance(input, Tensor):
        return input.sub(other, alpha=alpha)
    return call("sub", ops.Sub(), input, given("sub", other, "other").mul(alpha))


subtract = sub


def mul(input: Operand, other: Operand) -> Tensor:
    """Return the product; one of the two may be a number."""
    return call("mul", ops.Mul(), input, other)


multiply = mul


def div(input: Operand, other: Operand, *, rounding_mode: str | None = None) -> Tensor:
    """Return the quotient, as it is or rounded; see ``Tensor.div``."""
    if isinstance(input, Tensor):
        return input.div(other, rounding_mode=rounding_mode)
    first = given("div", other, "other").new_tensor(input, dtype=None)
    return first.div(other, rounding_mode=rounding_mode)


divide = div


def true_divide(input: Operand, other: Operand) -> Tensor:
    """Return the quotient."""
    return div(input, other)


def floor_divide(input: Operand, other: Operand) -> Tensor:
    """Return the quotient rounded down; see ``Tensor.floor_divide``."""
    return call("floor_divide", ops.FloorDivide(), input, other)


def remainder(input: Operand, other: Operand) -> Tensor:
    """Return what remains of a division rounded down; see ``Tensor.remainder``."""
    return call("remainder", ops.Remainder(), input, other)


def positive(input: Tensor) -> Tensor:
    """Return the tensor itself, if it has no truth values."""
    return given("positive", input).positive()


def square(input: Tensor) -> Tensor:
    """Return each element times itself."""
    return given("square", input).square()


def reciprocal(input: Tensor) -> Tensor:
    """Return 1 divided by each element."""
    return given("reciprocal", input).reciprocal()


def rsqrt(input: Tensor) -> Tensor:
    """Return 1 divided by the square root of each element."""
    return given("rsqrt", input).rsqrt()


def sin(input: Tensor) -> Tensor:
    """Return the sine of each element, in radians."""
    return given("sin", input).sin()


def cos(input: Tensor) -> Tensor:
    """Return the cosine of each element, in radians."""
    return given("cos", input).cos()


def sign(input: Tensor) -> Tensor:
    """Return 1 for positive elements, -1 for negative ones, 0 for zero and NaN."""
    return given("sign", input).sign()


def round(input: Tensor) -> Tensor:
    """Return the whole number nearest to each element, the even one of two."""
    return given("round", input).round()


def floor(input: Tensor) -> Tensor:
    """Return the largest whole number that is not above each element."""
    return given("floor", input).floor()


def ceil(input: Tensor) -> Tensor:
    """Return the smallest whole number that is not below each element."""
    return given("ceil", input).ceil()


def trunc(input: Tensor) -> Tensor:
    """Return each element without its fraction."""
    return given("trunc", input).trunc()


def masked_fill(input: Tensor, mask: Tensor, value: Operand) -> Tensor:
    """Return ``value`` where the mask is true, else elements; see ``Tensor.masked_fill``."""
    return given("masked_fill", input).masked_fill(mask, value)


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return matrices with zeros above a diagonal; see ``Tensor.tril``."""
    return given("tril", input).tril(diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return matrices with zeros below a diagonal; see ``Tensor.triu``."""
    return given("triu", input).triu(diagonal)


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Return the diagonals of the matrices that two axes make; see ``Tensor.diagonal``."""
    return given("diagonal", input).diagonal(offset, dim1, dim2)


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return a matrix's diagonal, or a matrix with a diagonal; see ``Tensor.diag``."""
    return given("diag", input).diag(diagonal)


def trace(input: Tensor) -> Tensor:
    """Return the sum of a matrix's diagonal."""
    return given("trace", input).trace()


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Tensor | tuple[Tensor, ...]:
    """Return the different elements in ascending order; see ``Tensor.unique``."""
    return given("unique", input).unique(sorted, return_inverse, return_counts, dim)


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """Return how often each number from 0 on comes; see ``Tensor.bincount``."""
    return given("bincount", input).bincount(weights, minlength)


def numel(input: Tensor) -> int:
    """Return the number of elements."""
    return given("numel", input).numel()


def clone(input: Tensor) -> Tensor:
    """Return a copy, as a recorded call."""
    return given("clone", input).clone()


def detach(input: Tensor) -> Tensor:
    """Return a tensor with the same memory that does not require a gradient."""
    return given("detach", input).detach()
