"""Elements where a mask is true, and triangles and diagonals of matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convolens import ops
from convolens.errors import DTypeError, ShapeError
from convolens.ops.where import require_truths
from convolens.tensor.apply import apply
from convolens.tensor.axes import one_axis
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.functions import choose
from convolens.tensor.given import given

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Masks(TensorBase):
    """Masks, triangles and diagonals. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def masked_fill(self, mask: Tensor, value: Tensor | Number) -> Tensor:
        """Return ``value`` where the mask is true, else the tensor's elements, in its own type.

        Raises:
            DTypeError: If the mask is not made of truth values.
            ShapeError: If it does not broadcast, or the value is a tensor with axes.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([1.0, 2.0])
            >>> x.masked_fill(x > 1, -1.0).tolist()
            [1.0, -1.0]
        """
        require_truths("masked_fill", given("masked_fill", mask, "mask").spec)
        if isinstance(value, TensorBase):
            if value.ndim:
                raise ShapeError(
                    f"masked_fill: the value has {value.ndim} dimensions, but must be one number.",
                    [("value", value.spec, "")],
                )
            return choose(mask, value.to(self.dtype), self)
        if not isinstance(value, int | float):
            raise DTypeError(f"masked_fill: the value is a {type(value).__name__}, not a number.")
        return choose(mask, self.leaf(np.asarray(value).astype(self.dtype)), self)

    def tril(self, diagonal: int = 0) -> Tensor:
        """Return matrices with zeros above a diagonal; 0 is the main one, 1 that above it.

        Raises:
            ShapeError: If there are fewer than two axes.

        Example:
            >>> import convolens as cl
            >>> cl.ones(2, 3).tril().tolist()
            [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]
        """
        return self._triangle("tril", diagonal, below=True)

    def triu(self, diagonal: int = 0) -> Tensor:
        """Return matrices with zeros below a diagonal; 0 is the main one, 1 that above it.

        Raises:
            ShapeError: If there are fewer than two axes.
        """
        return self._triangle("triu", diagonal, below=False)

    def _triangle(self, name: str, diagonal: int, below: bool) -> Tensor:
        if self.ndim < 2:
            raise ShapeError(
                f"{name}: the tensor has {self.ndim} dimensions, but needs at least 2.",
                [("tensor", self.spec, "")],
            )
        rows, columns = self.shape[-2:]
        mask = np.tri(rows, columns, diagonal if below else diagonal - 1, dtype=bool)
        zero = self.leaf(np.zeros((), self.dtype))
        return choose(self.leaf(mask if below else ~mask), self, zero)

    def diagonal(self, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        """Return the diagonals of the matrices that two axes make, as the last axis: a copy.

        Args:
            offset: Which one: 0 is the main one, 1 that above it, -1 that below.
            dim1: The axis of the rows.
            dim2: The axis of the columns.

        Raises:
            ShapeError: If both are the same axis.
            IndexRangeError: If there is no such axis.

        Example:
            >>> import convolens as cl
            >>> cl.arange(6).reshape(2, 3).diagonal(1).tolist()
            [1, 5]
        """
        first, second = (one_axis("diagonal", dim, self.ndim) for dim in (dim1, dim2))
        if first == second:
            raise ShapeError(
                f"diagonal: dim1 and dim2 are both axis {first}, but a matrix needs two.",
                [("tensor", self.spec, "")],
            )
        others = [axis for axis in range(self.ndim) if axis not in (first, second)]
        x = apply(ops.Permute((*others, first, second)), self)
        rows, columns = x.shape[-2:]
        start = max(0, -offset)
        length = max(0, min(rows - start, columns - max(0, offset)))
        places = np.arange(length)
        return x[..., places + start, places + max(0, offset)]

    def diag(self, diagonal: int = 0) -> Tensor:
        """Return the diagonal of a matrix, or the matrix with a vector as its diagonal, else 0.

        Raises:
            ShapeError: If there are neither one nor two axes.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([1, 2]).diag().tolist()
            [[1, 0], [0, 2]]
        """
        if self.ndim == 2:
            return self.diagonal(diagonal)
        if self.ndim != 1:
            raise ShapeError(
                f"diag: the tensor has {self.ndim} dimensions, but must have 1 or 2.",
                [("tensor", self.spec, "")],
            )
        size = self.spec.size + abs(diagonal)
        column = np.arange(size) - max(0, diagonal)  # which number each column may hold
        inside = (column >= 0) & (column < self.spec.size)
        mask = np.eye(size, k=diagonal, dtype=bool) & inside
        zero = self.leaf(np.zeros((), self.dtype))
        if not self.spec.size:
            return choose(self.leaf(mask), zero, zero)
        row = self[np.where(inside, column, 0)]  # type: ignore[index]
        return choose(self.leaf(mask), row, zero)

    def trace(self) -> Tensor:
        """Return the sum of a matrix's diagonal.

        Raises:
            ShapeError: If there are not two axes.
        """
        if self.ndim != 2:
            raise ShapeError(
                f"trace: the tensor has {self.ndim} dimensions, but must be a matrix.",
                [("tensor", self.spec, "")],
            )
        return self.diagonal().sum()
