"""Different elements, and how often each comes. Nothing here is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convolens.errors import ArgumentError, DTypeError
from convolens.spec import FLOATS, bool_, int64
from convolens.tensor.axes import one_axis
from convolens.tensor.base import TensorBase

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Counting(TensorBase):
    """Different elements and their numbers. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def unique(
        self,
        sorted: bool = True,
        return_inverse: bool = False,
        return_counts: bool = False,
        dim: int | None = None,
    ) -> Tensor | tuple[Tensor, ...]:
        """Return the different elements in ascending order, or the different parts along ``dim``.

        Args:
            sorted: Without effect: they are sorted.
            return_inverse: Return also where in the result each element is.
            return_counts: Return also how often each one comes.
            dim: The axis; None for all elements.

        Raises:
            IndexRangeError: If there is no such axis.

        Example:
            >>> import convolens as cl
            >>> values, counts = cl.tensor([3, 1, 1]).unique(return_counts=True)
            >>> values.tolist(), counts.tolist()
            ([1, 3], [2, 1])
        """
        axis = None if dim is None else one_axis("unique", dim, self.ndim)
        found = np.unique(
            self.array, return_inverse=True, return_counts=True, axis=axis, equal_nan=False
        )
        inverse = self.leaf(found[1].reshape(self.shape if axis is None else -1))
        values, counts = self.leaf(found[0]), self.leaf(found[2])
        if not (return_inverse or return_counts):
            return values
        return (values, *[inverse] * return_inverse, *[counts] * return_counts)

    def bincount(self, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
        """Return how often each number from 0 on comes, or the sums of their weights.

        Args:
            weights: One for each number; sums are float32 for float32, else float64.
            minlength: The least length of the result.

        Raises:
            DTypeError: If the numbers are not whole.
            ArgumentError: If one is negative, there is not one axis, or the weights do not fit.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([1, 3, 1]).bincount().tolist()
            [0, 2, 0, 1]
        """
        if self.dtype in FLOATS or self.dtype == bool_:
            raise DTypeError(
                f"bincount: {self.dtype.name} has no whole numbers to count.",
                hint="convert it first: x.long().",
            )
        if self.ndim != 1 or (self.array < 0).any() or minlength < 0:
            raise ArgumentError(
                "bincount: numbers must come along one axis and not be negative, nor minlength.",
                [("tensor", self.spec, ""), ("minlength", minlength, "")],
            )
        if weights is None:
            return self.leaf(np.bincount(self.array, minlength=minlength).astype(int64))
        if weights.shape != self.shape:
            raise ArgumentError(
                f"bincount: there are weights {list(weights.shape)} for numbers "
                f"{list(self.shape)}.",
                hint="give one weight for each number.",
            )
        sums = np.bincount(self.array, weights.array, minlength)
        return self.leaf(sums.astype(weights.dtype if weights.dtype in FLOATS else np.float64))
