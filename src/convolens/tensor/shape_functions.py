"""Shapes, parts and orders as functions: what tensors have as methods, and joining."""

from __future__ import annotations

from collections.abc import Sequence

from convolens.errors import ArgumentError, DTypeError
from convolens.ops import Stack
from convolens.tensor.apply import apply
from convolens.tensor.axes import one_axis
from convolens.tensor.promote import result_type
from convolens.tensor.tensor import Tensor

Ints = int | Sequence[int]


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new axis; their types become one, by torch's rule.

    Raises:
        ArgumentError: If there are none.
        IndexRangeError: If ``dim`` is out of range.
        ShapeError: If the shapes differ.
        DTypeError: If ``tensors`` is no list of tensors.

    Example:
        >>> import convolens as cl
        >>> stack([cl.zeros(2), cl.ones(2)], dim=1).tolist()
        [[0.0, 1.0], [0.0, 1.0]]
    """
    if isinstance(tensors, Tensor) or not all(isinstance(each, Tensor) for each in tensors):
        raise DTypeError("stack: the tensors must come in a list or tuple.")
    if not tensors:
        raise ArgumentError("stack: there are no tensors to join.", hint="give at least one.")
    dtype = result_type(tensors)
    place = one_axis("stack", dim, tensors[0].ndim + 1)
    return apply(Stack(place), *(each.to(dtype) for each in tensors))


def split(tensor: Tensor, split_size_or_sections: Ints, dim: int = 0) -> tuple[Tensor, ...]:
    """Return parts along an axis, of one size or of the sizes listed: see ``Tensor.split``."""
    return tensor.split(split_size_or_sections, dim)


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Return at most ``chunks`` parts along an axis: see ``Tensor.chunk``."""
    return input.chunk(chunks, dim)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Return the parts at each index of an axis, without it: see ``Tensor.unbind``."""
    return input.unbind(dim)


def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """Return ``length`` elements along an axis from ``start``: see ``Tensor.narrow``."""
    return input.narrow(dim, start, length)


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """Return the part at one index of an axis, without the axis."""
    return input.select(dim, index)


def repeat_interleave(input: Tensor, repeats: Tensor | int, dim: int | None = None) -> Tensor:
    """Return each element several times: see ``Tensor.repeat_interleave``."""
    return input.repeat_interleave(repeats, dim)


def ravel(input: Tensor) -> Tensor:
    """Return the elements along one axis."""
    return input.ravel()


def flip(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Return the tensor with its elements in reverse along ``dims``: see ``Tensor.flip``."""
    if not isinstance(dims, Sequence):
        raise DTypeError(f"flip: dims is {dims!r}, but must be a list or tuple.")
    return input.flip(dims)


def roll(input: Tensor, shifts: Ints, dims: Ints | None = None) -> Tensor:
    """Return the tensor with its elements moved along ``dims``: see ``Tensor.roll``."""
    return input.roll(shifts, dims)


def tile(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Return copies side by side: see ``Tensor.tile``."""
    return input.tile(dims)


def broadcast_to(input: Tensor, size: Sequence[int]) -> Tensor:
    """Return the tensor expanded to ``size``: see ``Tensor.expand``."""
    return input.broadcast_to(size)


def movedim(input: Tensor, source: Ints, destination: Ints) -> Tensor:
    """Return the tensor with axes moved to other places: see ``Tensor.movedim``."""
    return input.movedim(source, destination)


def moveaxis(input: Tensor, source: Ints, destination: Ints) -> Tensor:
    """Return the tensor with axes moved to other places: see ``Tensor.movedim``."""
    return input.movedim(source, destination)


def permute(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Return the tensor with its axes in the order ``dims``: see ``Tensor.permute``."""
    return input.permute(dims)


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return the tensor with two axes exchanged."""
    return input.transpose(dim0, dim1)


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """Return the tensor with two axes exchanged."""
    return input.transpose(axis0, axis1)


def swapdims(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return the tensor with two axes exchanged."""
    return input.transpose(dim0, dim1)


def t(input: Tensor) -> Tensor:
    """Return the transpose of a matrix: see ``Tensor.t``."""
    return input.t()


def reshape(input: Tensor, shape: Sequence[int]) -> Tensor:
    """Return the same elements in another shape: see ``Tensor.reshape``."""
    return input.reshape(shape)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Return the tensor with the axes from ``start_dim`` to ``end_dim`` joined into one."""
    return input.flatten(start_dim, end_dim)


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """Return the tensor with an axis split into several: see ``Tensor.unflatten``."""
    return input.unflatten(dim, sizes)


def squeeze(input: Tensor, dim: Ints | None = None) -> Tensor:
    """Return the tensor without axes of size 1, or without those of ``dim`` that have it."""
    return input.squeeze(dim)


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Return the tensor with a new axis of size 1 at ``dim``."""
    return input.unsqueeze(dim)
