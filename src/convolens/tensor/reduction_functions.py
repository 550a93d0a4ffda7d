"""Reductions as functions: each is the tensor's method of the same name."""

from __future__ import annotations

from typing import Any

from numpy.typing import DTypeLike

from convolens.tensor.axes import Axes
from convolens.tensor.base import Number
from convolens.tensor.tensor import Tensor


def sum(  # torch's name, as below
    input: Tensor, dim: Axes = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
) -> Tensor:
    """Return the sum over ``dim``, or over all axes; see ``Tensor.sum``."""
    return input.sum(dim, keepdim, dtype=dtype)


def mean(
    input: Tensor, dim: Axes = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
) -> Tensor:
    """Return the mean over ``dim``, or over all axes; see ``Tensor.mean``."""
    return input.mean(dim, keepdim, dtype=dtype)


def prod(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
) -> Tensor:
    """Return the product along ``dim``, or of all; see ``Tensor.prod``."""
    return input.prod(dim, keepdim, dtype=dtype)


def var(
    input: Tensor,
    dim: Axes | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> Tensor:
    """Return the variance over ``dim``, or over all axes; see ``Tensor.var``."""
    return input.var(dim, unbiased, keepdim, correction=correction)


def std(
    input: Tensor,
    dim: Axes | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> Tensor:
    """Return the standard deviation over ``dim``, or over all axes; see ``Tensor.std``."""
    return input.std(dim, unbiased, keepdim, correction=correction)


def var_mean(
    input: Tensor,
    dim: Axes | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the variance and the mean over ``dim``, or over all axes; see ``Tensor.var``."""
    over = None if isinstance(dim, bool) else dim
    spread = input.var(dim, unbiased, keepdim, correction=correction)
    return spread, input.mean(over, keepdim)


def std_mean(
    input: Tensor,
    dim: Axes | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the standard deviation and the mean over ``dim``; see ``Tensor.var``."""
    over = None if isinstance(dim, bool) else dim
    spread = input.std(dim, unbiased, keepdim, correction=correction)
    return spread, input.mean(over, keepdim)


def norm(
    input: Tensor,
    p: Number | str | None = "fro",
    dim: Axes = None,
    keepdim: bool = False,
    *,
    dtype: DTypeLike | None = None,
) -> Tensor:
    """Return the norm over ``dim``, or over all axes; see ``Tensor.norm``."""
    return input.norm(p, dim, keepdim, dtype)


def logsumexp(input: Tensor, dim: Axes, keepdim: bool = False) -> Tensor:
    """Return the logarithm of the sum of exponentials over ``dim``; see ``Tensor.logsumexp``."""
    return input.logsumexp(dim, keepdim)


def cumsum(input: Tensor, dim: int, *, dtype: DTypeLike | None = None) -> Tensor:
    """Return the sums of all elements so far along ``dim``; see ``Tensor.cumsum``."""
    return input.cumsum(dim, dtype)


def softmax(input: Tensor, dim: int, dtype: DTypeLike | None = None) -> Tensor:
    """Return shares that sum to 1 along ``dim``; see ``Tensor.softmax``."""
    return input.softmax(dim, dtype)


def log_softmax(input: Tensor, dim: int, dtype: DTypeLike | None = None) -> Tensor:
    """Return the logarithms of shares that sum to 1 along ``dim``; see ``Tensor.log_softmax``."""
    return input.log_softmax(dim, dtype)


def any(input: Tensor, dim: Axes = None, keepdim: bool = False) -> Tensor:
    """Return whether an element along ``dim``, or of all, is not 0."""
    return input.any(dim, keepdim)


def all(input: Tensor, dim: Axes = None, keepdim: bool = False) -> Tensor:
    """Return whether no element along ``dim``, or of all, is 0."""
    return input.all(dim, keepdim)


def count_nonzero(input: Tensor, dim: Axes = None) -> Tensor:
    """Return how many elements along ``dim``, or of all, are not 0."""
    return input.count_nonzero(dim)


def max(input: Tensor, dim: int | Tensor | None = None, keepdim: bool = False) -> Any:
    """Return the largest element, or along ``dim`` those and their indices; see ``Tensor.max``."""
    return input.max(dim, keepdim)


def min(input: Tensor, dim: int | Tensor | None = None, keepdim: bool = False) -> Any:
    """Return the smallest element, or along ``dim`` those and their indices; see ``Tensor.min``."""
    return input.min(dim, keepdim)


def amax(input: Tensor, dim: Axes = None, keepdim: bool = False) -> Tensor:
    """Return the largest element over ``dim``, or over all axes; see ``Tensor.amax``."""
    return input.amax(dim, keepdim)


def amin(input: Tensor, dim: Axes = None, keepdim: bool = False) -> Tensor:
    """Return the smallest element over ``dim``, or over all axes; see ``Tensor.amin``."""
    return input.amin(dim, keepdim)


def aminmax(
    input: Tensor, *, dim: int | None = None, keepdim: bool = False
) -> tuple[Tensor, Tensor]:
    """Return the smallest and the largest element, along ``dim`` or of all."""
    return input.aminmax(dim=dim, keepdim=keepdim)


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return the index of the largest element; see ``Tensor.argmax``."""
    return input.argmax(dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return the index of the smallest element; see ``Tensor.argmin``."""
    return input.argmin(dim, keepdim)
