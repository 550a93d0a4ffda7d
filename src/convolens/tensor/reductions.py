"""What tensors compute along axes: sums, means, the largest, shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convolens import ops
from convolens.errors import IndexRangeError
from convolens.spec import FLOATS, int64
from convolens.tensor.apply import apply
from convolens.tensor.axes import Axes, one_axis, several_axes
from convolens.tensor.base import TensorBase

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Reductions(TensorBase):
    """Computations along axes. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def sum(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the sum over ``dim``, or over all axes; whole numbers and truths sum to int64."""
        axes = several_axes("sum", dim, self.ndim)
        if self.dtype in FLOATS:
            return apply(ops.Sum(axes, keepdim), self)
        return self.leaf(np.asarray(self.array.sum(axis=axes, keepdims=keepdim, dtype=int64)))

    def mean(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the mean over ``dim``, or over all axes."""
        return apply(ops.Mean(several_axes("mean", dim, self.ndim), keepdim), self)

    def argmax(self, dim: int | None = None) -> Tensor:
        """Return the index of the largest element, along ``dim`` or of all in index order.

        Raises:
            IndexRangeError: If there is no element.
        """
        if self.spec.size == 0:
            raise IndexRangeError(f"argmax of an empty tensor, {self.spec}.")
        axis = one_axis("argmax", dim, self.ndim) if dim is not None and self.ndim else None
        return self.leaf(np.asarray(self.array.argmax(axis=axis), int64))

    def softmax(self, dim: int) -> Tensor:
        """Return shares that sum to 1 along ``dim``."""
        return self._along(ops.Softmax, dim)

    def log_softmax(self, dim: int) -> Tensor:
        """Return the logarithms of shares that sum to 1 along ``dim``."""
        return self._along(ops.LogSoftmax, dim)

    def _along(self, operator: type[ops.Softmax | ops.LogSoftmax], dim: int) -> Tensor:
        op = operator(one_axis(operator.name, dim, self.ndim))
        if self.ndim:
            return apply(op, self)
        return apply(op, apply(ops.Reshape((1,)), self)).reshape(())
