"""Tensors joined side by side, and axes made into grids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.tensor.create import cat
from convolens.tensor.given import given
from convolens.tensor.tensor import Tensor

concat = cat
concatenate = cat


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Join tensors along their second axis, vectors and numbers along their only one.

    Raises:
        ShapeError: If they do not fit.
        DTypeError: If ``tensors`` is no list of tensors.

    Example:
        >>> import convolens as cl
        >>> hstack([cl.zeros(1), cl.ones(2)]).tolist()
        [0.0, 1.0, 1.0]
    """
    listed = [each if each.ndim else each.reshape(1) for each in _listed("hstack", tensors)]
    return cat(listed, 0 if listed and listed[0].ndim == 1 else 1)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Join tensors along their first axis, vectors and numbers as rows.

    Raises:
        ShapeError: If they do not fit.
        DTypeError: If ``tensors`` is no list of tensors.

    Example:
        >>> import convolens as cl
        >>> vstack([cl.zeros(2), cl.ones(2)]).tolist()
        [[0.0, 0.0], [1.0, 1.0]]
    """
    return cat([x if x.ndim > 1 else x.reshape(1, -1) for x in _listed("vstack", tensors)], 0)


def meshgrid(*tensors: Tensor | Sequence[Tensor], indexing: str = "ij") -> tuple[Tensor, ...]:
    """Return vectors spread over a grid: the n-th varies along the n-th axis.

    Args:
        tensors: Vectors, or numbers, one by one or in one list.
        indexing: 'ij', or 'xy' with the first two axes exchanged.

    Raises:
        ShapeError: If one has several axes.
        ArgumentError: If ``indexing`` is another.

    Example:
        >>> import convolens as cl
        >>> rows, columns = meshgrid(cl.arange(2), cl.arange(3))
        >>> rows.tolist(), columns.tolist()
        ([[0, 0, 0], [1, 1, 1]], [[0, 1, 2], [0, 1, 2]])
    """
    one = len(tensors) == 1 and isinstance(tensors[0], list | tuple)
    listed = _listed("meshgrid", cast("Sequence[Tensor]", tensors[0] if one else tensors))
    if indexing not in ("ij", "xy"):
        raise ArgumentError(f"meshgrid: indexing is {indexing!r}, but must be 'ij' or 'xy'.")
    for each in listed:
        if each.ndim > 1:
            raise ShapeError(
                f"meshgrid: a tensor has {each.ndim} dimensions, but must be a vector.",
                [("tensor", each.spec, "")],
            )
    exchanged = indexing == "xy" and len(listed) > 1
    if exchanged:
        listed[:2] = listed[1::-1]
    shape = [each.numel() for each in listed]
    grids = []
    for axis, each in enumerate(listed):
        row = [1] * len(listed)
        row[axis] = -1
        grids.append(each.reshape(row).expand(shape))
    if exchanged:
        grids[:2] = grids[1::-1]
    return tuple(grids)


def _listed(name: str, tensors: Sequence[Tensor]) -> list[Tensor]:
    if not isinstance(tensors, list | tuple):
        raise DTypeError(f"{name}: the tensors must come in a list or tuple.")
    if not tensors:
        raise ArgumentError(f"{name}: there are no tensors.", hint="give at least one.")
    return [given(name, each, f"tensor {place}") for place, each in enumerate(tensors)]
