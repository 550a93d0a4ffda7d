"""What tensors compute along axes: sums, products, means, spreads, norms, shares."""

from __future__ import annotations

import warnings
from functools import lru_cache
from math import inf, prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from convolens import ops
from convolens.errors import ArgumentError
from convolens.spec import FLOATS, bool_, int64, uint8
from convolens.tensor.apply import apply
from convolens.tensor.axes import Axes, one_axis, several_axes
from convolens.tensor.base import Number, TensorBase

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Reductions(TensorBase):
    """Computations along axes. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def sum(
        self, dim: Axes = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        """Return the sum over ``dim``, or over all axes; whole numbers and truths sum to int64."""
        x = self._as(dtype)
        axes = several_axes("sum", dim, self.ndim)
        if x.dtype in FLOATS:
            return apply(ops.Sum(axes, keepdim), x)
        kind = int64 if dtype is None else x.dtype
        return self.leaf(np.asarray(x.array.sum(axis=axes, keepdims=keepdim, dtype=kind)))

    def mean(
        self, dim: Axes = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        """Return the mean over ``dim``, or over all axes."""
        return apply(ops.Mean(several_axes("mean", dim, self.ndim), keepdim), self._as(dtype))

    def prod(
        self, dim: int | None = None, keepdim: bool = False, *, dtype: DTypeLike | None = None
    ) -> Tensor:
        """Return the product along ``dim``, or of all; whole numbers and truths give int64.

        Raises:
            IndexRangeError: If there is no such axis.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([2.0, 3.0, 4.0]).prod().item()
            24.0
        """
        x = self._as(dtype)
        op = _product(dim, x.spec.rank, keepdim)
        if x.spec.dtype in FLOATS:
            return apply(op, x)
        kind = int64 if dtype is None else x.dtype
        return self.leaf(np.asarray(x.array.prod(axis=op.axes, keepdims=keepdim, dtype=kind)))

    def var(
        self,
        dim: Axes | bool = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: Number | None = None,
    ) -> Tensor:
        """Return the variance over ``dim``, or over all axes.

        The squared deviations from the mean are added up and divided by their number minus
        ``correction``, which is 1 unless given; ``unbiased=False`` stands for 0.

        Raises:
            DTypeError: If the elements are not floating point.
            ShapeError: If there are none.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([1.0, 2.0, 6.0])
            >>> x.var().item(), x.var(correction=0).item()
            (7.0, 4.666666507720947)
        """
        return self._spread("var", ops.Var, dim, unbiased, keepdim, correction)

    def std(
        self,
        dim: Axes | bool = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: Number | None = None,
    ) -> Tensor:
        """Return the standard deviation, the root of the variance. See ``var``."""
        return self._spread("std", ops.Std, dim, unbiased, keepdim, correction)

    def _spread(
        self,
        name: str,
        operator: type[ops.Var | ops.Std],
        dim: Axes | bool,
        unbiased: bool | None,
        keepdim: bool,
        correction: Number | None,
    ) -> Tensor:
        if isinstance(dim, bool):  # torch takes var(unbiased) too
            dim, unbiased = None, dim
        if unbiased is not None and correction is not None:
            raise ArgumentError(f"{name}: give either unbiased or correction, not both.")
        if correction is None:
            correction = 1 if unbiased in (None, True) else 0
        axes = several_axes(name, dim, self.ndim)
        if prod(self.shape[axis] for axis in axes) <= correction:
            warnings.warn(
                f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than "
                "the number of elements that are reduced.",
                UserWarning,
                stacklevel=3,
            )
        return apply(operator(axes, keepdim, float(correction)), self)

    def norm(
        self,
        p: Number | str | None = "fro",
        dim: Axes = None,
        keepdim: bool = False,
        dtype: DTypeLike | None = None,
    ) -> Tensor:
        """Return the norm over ``dim``, or over all axes.

        Args:
            p: 2 or ``'fro'`` for the root of the sum of squares, 1 for the sum of absolute values,
                infinity for the largest of them, -infinity for the smallest, 0 for how many numbers
                are not 0; any other for the sum of powers p, to the power 1 / p.
            dim: The axes.
            keepdim: Keep them with size 1.
            dtype: A data type to convert to first.

        Raises:
            ArgumentError: If ``p`` is no number.
            IndexRangeError: If there are no numbers, and ``p`` is negative or infinite.
            DTypeError: If the elements are not floating point.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([3.0, -4.0])
            >>> x.norm().item(), x.norm(1).item(), x.norm(float("inf")).item()
            (5.0, 7.0, 4.0)
        """
        order = 2.0 if p in ("fro", None) else inf if p == "inf" else p
        if isinstance(order, str) or not isinstance(order, int | float):
            raise ArgumentError(
                f"norm: p is {p!r}, but must be a number or 'fro'.",
                hint="a matrix norm of another kind is not computed here.",
            )
        axes = several_axes("norm", dim, self.ndim)
        return apply(ops.Norm(axes, keepdim, float(order)), self._as(dtype))

    def logsumexp(self, dim: Axes, keepdim: bool = False) -> Tensor:
        """Return the logarithm of the sum of exponentials over ``dim``.

        Raises:
            IndexRangeError: If there is no such axis, or no element along it.
        """
        x = self if self.dtype in FLOATS else self.to(FLOATS[0])  # type: ignore[attr-defined]
        return apply(ops.LogSumExp(several_axes("logsumexp", dim, self.ndim), keepdim), x)

    def cumsum(self, dim: int, dtype: DTypeLike | None = None) -> Tensor:
        """Return the sums of all elements so far along ``dim``; of whole numbers in int64.

        Raises:
            IndexRangeError: If there is no such axis.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([1.0, 2.0, 3.0]).cumsum(0).tolist()
            [1.0, 3.0, 6.0]
        """
        x = self._as(dtype)
        axis = one_axis("cumsum", dim, self.ndim)
        if x.dtype not in FLOATS:
            shape = self.shape or (1,)
            kind = int64 if dtype is None else x.dtype
            total = x.array.reshape(shape).cumsum(axis, dtype=kind)
            return self.leaf(np.asarray(total.reshape(self.shape)))
        if self.ndim == 0:
            return x.reshape(())
        return apply(ops.CumSum(axis), x)

    # Truths and counts, which are not recorded.

    def any(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return whether an element along ``dim``, or of all, is not 0."""
        return self._truth("any", np.any, dim, keepdim)

    def all(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return whether no element along ``dim``, or of all, is 0."""
        return self._truth("all", np.all, dim, keepdim)

    def _truth(self, name: str, function: Any, dim: Axes, keepdim: bool) -> Tensor:
        axes = several_axes(name, dim, self.ndim)
        found = function(self.array, axis=axes, keepdims=keepdim)
        # torch's types: uint8 stands for truths in old programs.
        return self.leaf(np.asarray(found, uint8 if self.dtype == uint8 else bool_))

    def count_nonzero(self, dim: Axes = None) -> Tensor:
        """Return how many elements along ``dim``, or of all, are not 0."""
        axes = several_axes("count_nonzero", dim, self.ndim)
        return self.leaf(np.asarray(np.count_nonzero(self.array, axis=axes), int64))

    # Shares of 1.

    def softmax(self, dim: int, dtype: DTypeLike | None = None) -> Tensor:
        """Return shares that sum to 1 along ``dim``."""
        return self._along(ops.Softmax, dim, dtype)

    def log_softmax(self, dim: int, dtype: DTypeLike | None = None) -> Tensor:
        """Return the logarithms of shares that sum to 1 along ``dim``."""
        return self._along(ops.LogSoftmax, dim, dtype)

    def _along(
        self,
        operator: type[ops.Softmax | ops.LogSoftmax],
        dim: int,
        dtype: DTypeLike | None,
    ) -> Tensor:
        op = operator(one_axis(operator.name, dim, self.ndim))
        x = self._as(dtype)
        if self.ndim:
            return apply(op, x)
        return apply(op, apply(ops.Reshape((1,)), x)).reshape(())

    def _as(self, dtype: DTypeLike | None) -> Tensor:
        """Return the tensor in a data type, itself where none is given."""
        return self if dtype is None else self.to(dtype)  # type: ignore[return-value, attr-defined]


@lru_cache(maxsize=1024)  # making it takes a tenth of the time of a small product
def _product(dim: int | None, rank: int, keepdim: bool) -> ops.Prod:
    if dim is None:
        return ops.Prod(tuple(range(rank)), keepdim)
    # A single number has no axis, but as in torch takes 0 and -1.
    return ops.Prod((one_axis("prod", dim, rank),)[:rank], keepdim)
