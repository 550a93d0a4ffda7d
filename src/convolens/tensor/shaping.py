"""Tensors in other shapes and orders, and parts of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convolens import ops
from convolens.ops.reshape import resolve as resolve_shape
from convolens.tensor import indexing, shapes
from convolens.tensor.apply import apply
from convolens.tensor.axes import one_axis
from convolens.tensor.base import TensorBase
from convolens.tensor.picking import pick

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Shaping(TensorBase):
    """Shapes, orders of axes, indexing. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def reshape(self, *shape: int | Sequence[int]) -> Tensor:
        """Return the same elements in another shape; one entry may be -1, to be worked out."""
        listed = shape[0] if len(shape) == 1 and isinstance(shape[0], Sequence) else shape
        return apply(ops.Reshape(resolve_shape(listed, self.spec.size)), self)  # type: ignore[arg-type]

    view = reshape

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Return the tensor with the axes from ``start_dim`` to ``end_dim`` joined into one."""
        return self.reshape(shapes.flattened(self.shape, start_dim, end_dim))

    def unsqueeze(self, dim: int) -> Tensor:
        """Return the tensor with a new axis of size 1 at ``dim``."""
        return self.reshape(shapes.unsqueezed(self.shape, dim))

    def squeeze(self, dim: int | None = None) -> Tensor:
        """Return the tensor without the axis ``dim`` if its size is 1, or without all such axes."""
        return self.reshape(shapes.squeezed(self.shape, dim))

    def permute(self, *dims: int | Sequence[int]) -> Tensor:
        """Return the tensor with its axes in the order ``dims``.

        Raises:
            ArgumentError: If ``dims`` do not name each axis once.

        Example:
            >>> import convolens as cl
            >>> cl.zeros(2, 3, 5).permute(2, 0, 1).shape
            (5, 2, 3)
        """
        listed = dims[0] if len(dims) == 1 and isinstance(dims[0], Sequence) else dims
        order = tuple(one_axis("permute", dim, self.ndim) for dim in listed)  # type: ignore[arg-type]
        return apply(ops.Permute(order), self)

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """Return the tensor with two axes exchanged."""
        order = list(range(self.ndim))
        first = one_axis("transpose", dim0, self.ndim)
        second = one_axis("transpose", dim1, self.ndim)
        if order:
            order[first], order[second] = order[second], order[first]
        return apply(ops.Permute(tuple(order)), self)

    def __getitem__(self, index: Any) -> Tensor:
        if not indexing.is_basic(index):
            return pick(self, index)  # type: ignore[arg-type]
        bounds, shape = indexing.resolve(index, self.shape)
        part = apply(ops.Slice(bounds), self)
        return part if part.shape == shape else apply(ops.Reshape(shape), part)
