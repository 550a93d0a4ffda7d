"""Tensors with their elements turned round, moved, or repeated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from convolens import ops
from convolens.errors import ArgumentError, IndexRangeError, ShapeError
from convolens.tensor.apply import apply
from convolens.tensor.axes import one_axis, several_axes, whole_numbers
from convolens.tensor.base import TensorBase

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor

Ints = int | Sequence[int]


class Rearranging(TensorBase):
    """Copies in another order, and repetitions. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def flip(self, *dims: Ints) -> Tensor:
        """Return the tensor with its elements in reverse along ``dims``.

        Raises:
            IndexRangeError: If there is no such axis.
            ArgumentError: If one is named twice.

        Example:
            >>> import convolens as cl
            >>> cl.arange(3).flip(0).tolist()
            [2, 1, 0]
        """
        listed = whole_numbers("flip", *dims)
        axes = several_axes("flip", listed, self.ndim) if listed else ()
        return apply(ops.Flip(axes), self)

    def roll(self, shifts: Ints, dims: Ints | None = None) -> Tensor:
        """Return the tensor with its elements moved along ``dims``, those at the end to the front.

        Without ``dims`` they move in index order, whatever the shape.

        Raises:
            IndexRangeError: If there is no such axis.
            ArgumentError: If there are not as many shifts as axes.

        Example:
            >>> import convolens as cl
            >>> cl.arange(4).roll(1).tolist()
            [3, 0, 1, 2]
        """
        moves = whole_numbers("roll", shifts)
        axes = [] if dims is None else whole_numbers("roll", dims)
        if not axes and len(moves) == 1:
            flat = apply(ops.Reshape((self.spec.size,)), self)
            return apply(ops.Reshape(self.shape), apply(ops.Roll(tuple(moves)), flat))
        if len(moves) != len(axes) or not moves:
            raise ArgumentError(
                f"roll: there are {len(moves)} shifts, but {len(axes)} dims.",
                hint="give a shift for each axis.",
            )
        if not self.ndim:
            raise IndexRangeError("roll: a single number has no axes.")
        total = [0] * self.ndim
        for dim, move in zip(axes, moves, strict=True):
            total[one_axis("roll", dim, self.ndim)] += move
        return apply(ops.Roll(tuple(total)), self)

    def repeat(self, *repeats: Ints) -> Tensor:
        """Return copies side by side: how many, for each axis; further axes come first.

        Raises:
            ShapeError: If there are fewer numbers than axes.
            ArgumentError: If one is negative.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([1, 2]).repeat(2, 2).tolist()
            [[1, 2, 1, 2], [1, 2, 1, 2]]
        """
        return apply(ops.Repeat(tuple(whole_numbers("repeat", *repeats))), self)

    def repeat_interleave(self, repeats: Tensor | int, dim: int | None = None) -> Tensor:
        """Return each element several times, one after the other, along ``dim``; of all without it.

        Args:
            repeats: How many times: one number, or a tensor with one for each element.
            dim: The axis.

        Raises:
            IndexRangeError: If there is no such axis.
            ArgumentError: If a number is negative, or there are not as many as elements.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([1, 2]).repeat_interleave(2).tolist()
            [1, 1, 2, 2]
        """
        flat = dim is None or not self.ndim
        x: TensorBase = apply(ops.Reshape((self.spec.size,)), self) if flat else self
        axis = one_axis("repeat_interleave", 0 if dim is None else dim, x.ndim)
        counts = np.asarray(repeats.array if isinstance(repeats, TensorBase) else repeats)
        extent = x.shape[axis]
        if counts.dtype.kind not in "iu" or counts.ndim > 1 or (counts < 0).any():
            raise ArgumentError(
                f"repeat_interleave: repeats is {counts.tolist()}, but must be one whole number or "
                "a row of them, none of them negative.",
            )
        if counts.size not in (1, extent):
            raise ArgumentError(
                f"repeat_interleave: there are {counts.size} repeats, but {extent} elements.",
                [("tensor", self.spec, "")],
                "give one for each element along dim.",
            )
        places = self.leaf(np.repeat(np.arange(extent), counts))
        return x.index_select(axis, places)  # type: ignore[attr-defined, no-any-return]

    def tile(self, *dims: Ints) -> Tensor:
        """Return copies as ``repeat`` does; where numbers for the first axes are missing, 1 is."""
        listed = whole_numbers("tile", *dims)
        missing = max(0, self.ndim - len(listed))
        return apply(ops.Repeat((*[1] * missing, *listed)), self)

    def expand(self, *size: Ints) -> Tensor:
        """Return the tensor with axes of size 1 repeated to ``size``; -1 keeps a size.

        The result is a view that repeats the tensor's numbers: it cannot be changed itself.

        Raises:
            ShapeError: If another axis would change, or there are fewer sizes than axes.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([[1], [2]]).expand(-1, 3).tolist()
            [[1, 1, 1], [2, 2, 2]]
        """
        sizes = whole_numbers("expand", *size)
        extra = len(sizes) - self.ndim
        if extra < 0 or -1 in sizes[:extra]:
            raise ShapeError(
                f"expand: sizes {sizes} do not say what becomes of {self.ndim} dimensions.",
                [("tensor", self.spec, "")],
                "give a size for each axis; those of new axes come first, and are not -1.",
            )
        old = (*[1] * extra, *self.shape)
        shape = tuple(own if new == -1 else new for new, own in zip(sizes, old, strict=True))
        return apply(ops.Expand(shape), self)

    def broadcast_to(self, size: Sequence[int]) -> Tensor:
        """Return the tensor expanded to ``size``."""
        return self.expand(size)

    def expand_as(self, other: Tensor) -> Tensor:
        """Return the tensor expanded to the shape of ``other``."""
        return self.expand(other.shape)
