"""Tensors in other shapes and orders, and parts of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convolens import ops
from convolens.errors import DTypeError, ShapeError
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

    def squeeze(self, dim: int | Sequence[int] | None = None) -> Tensor:
        """Return the tensor without axes of size 1, or without those of ``dim`` that have it."""
        return self.reshape(shapes.squeezed(self.shape, dim))

    def unflatten(self, dim: int, sizes: Sequence[int]) -> Tensor:
        """Return the tensor with an axis split into several; one size may be -1.

        Raises:
            IndexRangeError: If there is no such axis.
            ArgumentError: If there are no sizes.
            ShapeError: If their product is not the axis's size.
            DTypeError: If ``sizes`` is no list of whole numbers.

        Example:
            >>> import convolens as cl
            >>> cl.zeros(10, 12).unflatten(1, (3, -1)).shape
            (10, 3, 4)
        """
        if not isinstance(sizes, Sequence):
            raise DTypeError(f"unflatten: sizes is {sizes!r}, but must be a list or tuple.")
        return self.reshape(shapes.unflattened(self.shape, dim, sizes))

    def ravel(self) -> Tensor:
        """Return the elements along one axis."""
        return self.reshape((self.spec.size,))

    def reshape_as(self, other: Tensor) -> Tensor:
        """Return the same elements in the shape of ``other``."""
        return self.reshape(other.shape)

    view_as = reshape_as

    def permute(self, *dims: int | Sequence[int]) -> Tensor:
        """Return a view of the tensor with its axes in the order ``dims``.

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

    def swapaxes(self, axis0: int, axis1: int) -> Tensor:
        """Return the tensor with two axes exchanged."""
        return self.transpose(axis0, axis1)

    def swapdims(self, dim0: int, dim1: int) -> Tensor:
        """Return the tensor with two axes exchanged."""
        return self.transpose(dim0, dim1)

    def movedim(self, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
        """Return the tensor with the axes ``source`` at the places ``destination``.

        Raises:
            IndexRangeError: If there is no such axis or place.
            ArgumentError: If one is named twice, or there are not as many places as axes.

        Example:
            >>> import convolens as cl
            >>> cl.zeros(2, 3, 5).movedim(0, -1).shape
            (3, 5, 2)
        """
        return apply(ops.Permute(shapes.moved(self.ndim, source, destination)), self)

    moveaxis = movedim

    def t(self) -> Tensor:
        """Return the transpose of a matrix; a vector or a number as it is.

        Raises:
            ShapeError: If there are more than two axes.
        """
        if self.ndim > 2:
            raise ShapeError(
                f"t() transposes matrices, but this tensor has {self.ndim} dimensions.",
                [("tensor", self.spec, "")],
                "use .mT for batches of matrices, or .permute() for any order of axes.",
            )
        return self.transpose(0, 1) if self.ndim == 2 else self  # type: ignore[return-value]

    @property
    def T(self) -> Tensor:  # noqa: N802
        """The transpose of a matrix; a vector or a number as it is. More axes are refused."""
        return self.t()

    @property
    def mT(self) -> Tensor:  # noqa: N802
        """The transposes of a batch of matrices: the last two axes exchanged."""
        if self.ndim < 2:
            raise ShapeError(
                f"mT transposes matrices, but this tensor has {self.ndim} dimensions.",
                [("tensor", self.spec, "")],
            )
        return self.transpose(-2, -1)

    def __getitem__(self, index: Any) -> Tensor:
        if not indexing.is_basic(index):
            return pick(self, index)  # type: ignore[arg-type]
        bounds, shape = indexing.resolve(index, self.shape)
        part = apply(ops.Slice(bounds), self)
        return part if part.shape == shape else apply(ops.Reshape(shape), part)
