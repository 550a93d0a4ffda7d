"""Sorting and picking as functions: each is the tensor's method of the same name."""

from __future__ import annotations

from convolens.tensor.base import Number
from convolens.tensor.extremes import Picked
from convolens.tensor.given import given
from convolens.tensor.tensor import Tensor


def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Picked:
    """Return the elements in order along ``dim``, and their indices; see ``Tensor.sort``."""
    return input.sort(dim, descending, stable)


def argsort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False
) -> Tensor:
    """Return the indices that put the elements in order along ``dim``; see ``Tensor.argsort``."""
    return input.argsort(dim, descending, stable)


def topk(
    input: Tensor,
    k: int,
    dim: int = -1,
    largest: bool = True,
    sorted: bool = True,
) -> Picked:
    """Return the ``k`` largest, or smallest, elements along ``dim``; see ``Tensor.topk``."""
    return input.topk(k, dim, largest, sorted)


def gather(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Return elements picked along ``dim``, each by an index of its own; see ``Tensor.gather``."""
    return input.gather(dim, index)


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Return the parts along ``dim`` that an index names; see ``Tensor.index_select``."""
    return input.index_select(dim, index)


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """Return elements picked along ``dim``; beside it, both broadcast. Without it, of all."""
    return input.take_along_dim(indices, dim)


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """Return the elements where a mask is True, in index order, as one axis."""
    return input.masked_select(mask)


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Tensor | tuple[Tensor, ...]:
    """Return the indices of elements that are not 0; see ``Tensor.nonzero``."""
    return input.nonzero(as_tuple=as_tuple)


def scatter(input: Tensor, dim: int, index: Tensor, src: Tensor | Number) -> Tensor:
    """Return the tensor with numbers put where an index says: see ``Tensor.scatter``."""
    return given("scatter", input).scatter(dim, index, src)


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Return the tensor with numbers added where an index says: see ``Tensor.scatter_add``."""
    return given("scatter_add", input).scatter_add(dim, index, src)
