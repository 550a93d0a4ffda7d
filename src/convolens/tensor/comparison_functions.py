"""Comparisons as functions: each is the tensor's method of the same name."""

from __future__ import annotations

from convolens.tensor.base import Number
from convolens.tensor.tensor import Tensor


def eq(input: Tensor, other: Tensor | Number) -> Tensor:
    """Return whether elements are equal."""
    return input.eq(other)


def ne(input: Tensor, other: Tensor | Number) -> Tensor:
    """Return whether elements differ."""
    return input.ne(other)


def lt(input: Tensor, other: Tensor | Number) -> Tensor:
    """Return whether elements are smaller."""
    return input.lt(other)


def le(input: Tensor, other: Tensor | Number) -> Tensor:
    """Return whether elements are not larger."""
    return input.le(other)


def gt(input: Tensor, other: Tensor | Number) -> Tensor:
    """Return whether elements are larger."""
    return input.gt(other)


def ge(input: Tensor, other: Tensor | Number) -> Tensor:
    """Return whether elements are not smaller."""
    return input.ge(other)


def equal(input: Tensor, other: Tensor) -> bool:
    """Return whether both have one shape and the same elements."""
    return input.equal(other)


def isclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> Tensor:
    """Return whether |input - other| <= atol + rtol |other|; see ``Tensor.isclose``."""
    return input.isclose(other, rtol, atol, equal_nan)


def allclose(
    input: Tensor,
    other: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> bool:
    """Return whether all elements are close; see ``Tensor.isclose``."""
    return input.allclose(other, rtol, atol, equal_nan)


def isnan(input: Tensor) -> Tensor:
    """Return whether elements are not a number."""
    return input.isnan()


def isinf(input: Tensor) -> Tensor:
    """Return whether elements are infinite."""
    return input.isinf()


def isfinite(input: Tensor) -> Tensor:
    """Return whether elements are finite numbers."""
    return input.isfinite()


def logical_not(input: Tensor) -> Tensor:
    """Return whether elements are 0."""
    return input.logical_not()


def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """Return whether both elements are not 0."""
    return input.logical_and(other)


def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """Return whether one element or both are not 0."""
    return input.logical_or(other)


def logical_xor(input: Tensor, other: Tensor) -> Tensor:
    """Return whether one element is 0 and the other is not."""
    return input.logical_xor(other)
