"""Tensors taken apart along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from convolens import ops
from convolens.errors import ArgumentError, IndexRangeError
from convolens.tensor.apply import apply
from convolens.tensor.axes import one_axis, whole_numbers
from convolens.tensor.base import TensorBase

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Splitting(TensorBase):
    """Parts along an axis. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def select(self, dim: int, index: int) -> Tensor:
        """Return the part at one index of an axis, without the axis.

        Raises:
            IndexRangeError: If there is no such axis or index.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([[1, 2], [3, 4]]).select(1, -1).tolist()
            [2, 4]
        """
        axis = one_axis("select", dim, self.ndim)
        if not self.ndim:
            raise IndexRangeError("select: a single number has no axes.")
        return self[(*[slice(None)] * axis, index)]  # type: ignore[index, no-any-return]

    def narrow(self, dim: int, start: int, length: int) -> Tensor:
        """Return ``length`` elements along an axis from ``start``, which may count from the end.

        Raises:
            IndexRangeError: If there is no such axis or start.
            ArgumentError: If ``length`` is negative or reaches beyond the end.

        Example:
            >>> import convolens as cl
            >>> cl.arange(5).narrow(0, -3, 2).tolist()
            [2, 3]
        """
        axis = self._axis("narrow", dim, ArgumentError)
        extent = self.shape[axis]
        if not -extent <= start <= extent:
            raise IndexRangeError(
                f"narrow: start is {start}, but must be from {-extent} to {extent}.",
                [("tensor", self.spec, "")],
            )
        first = start + extent if start < 0 else start
        if length < 0 or first + length > extent:
            raise ArgumentError(
                f"narrow: {length} elements from {first} on do not fit axis {axis} of {extent}.",
                [("tensor", self.spec, "")],
                f"use a length from 0 to {extent - first}.",
            )
        return self._part(axis, first, length)

    def split(self, split_size: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
        """Return parts along an axis, of ``split_size`` elements each or of the sizes it lists.

        The last of equal parts may be smaller.

        Raises:
            IndexRangeError: If there is no such axis.
            ArgumentError: If a size is negative, or the sizes do not add up to the axis.
            DTypeError: If the sizes are not whole numbers.

        Example:
            >>> import convolens as cl
            >>> [part.tolist() for part in cl.arange(5).split(2)]
            [[0, 1], [2, 3], [4]]
        """
        sizes = whole_numbers("split", split_size)
        axis = self._axis("split", dim, ArgumentError)
        extent = self.shape[axis]
        if isinstance(split_size, Sequence):
            if min(sizes, default=0) < 0 or sum(sizes) != extent:
                raise ArgumentError(
                    f"split: sizes {sizes} do not add up to {extent}, the size of axis {axis}.",
                    [("tensor", self.spec, "")],
                )
        else:
            size = sizes[0]
            if size < 0 or (size == 0 and extent):
                raise ArgumentError(
                    f"split: the size of a part is {size}, but must be at least 1.",
                    [("tensor", self.spec, "")],
                )
            starts = range(0, extent, size) if extent else range(1)
            sizes = [min(size, extent - start) for start in starts]
        ends = list(accumulate(sizes))
        return tuple(
            self._part(axis, end - size, size) for size, end in zip(sizes, ends, strict=True)
        )

    def chunk(self, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
        """Return at most ``chunks`` parts along an axis, equal but for the last.

        Raises:
            IndexRangeError: If there is no such axis.
            ArgumentError: If ``chunks`` is below 1.

        Example:
            >>> import convolens as cl
            >>> [len(part) for part in cl.arange(7).chunk(3)]
            [3, 3, 1]
        """
        axis = self._axis("chunk", dim, ArgumentError)
        if chunks < 1:
            raise ArgumentError(f"chunk: chunks is {chunks}, but must be at least 1.")
        extent = self.shape[axis]
        return self.split(-(-extent // chunks) if extent else [0] * chunks, axis)

    def unbind(self, dim: int = 0) -> tuple[Tensor, ...]:
        """Return the parts at each index of an axis, without that axis.

        Raises:
            IndexRangeError: If there is no such axis.

        Example:
            >>> import convolens as cl
            >>> [part.tolist() for part in cl.tensor([[1, 2], [3, 4]]).unbind(1)]
            [[1, 3], [2, 4]]
        """
        axis = self._axis("unbind", dim)
        shape = ops.Reshape((*self.shape[:axis], *self.shape[axis + 1 :]))
        return tuple(apply(shape, self._part(axis, place, 1)) for place in range(self.shape[axis]))

    def _axis(
        self, operator: str, dim: int, kind: type[IndexRangeError | ArgumentError] = IndexRangeError
    ) -> int:
        """Return ``dim`` counted from the start, but refuse a single number, which has no axes."""
        if not self.ndim:
            raise kind(f"{operator}: a single number has no axes.", [("tensor", self.spec, "")])
        return one_axis(operator, dim, self.ndim)

    def _part(self, axis: int, start: int, length: int) -> Tensor:
        bounds = [(0, extent, 1) for extent in self.shape]
        bounds[axis] = (start, start + length, 1)
        return apply(ops.Slice(tuple(bounds)), self)
