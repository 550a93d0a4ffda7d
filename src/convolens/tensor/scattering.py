"""Numbers put, or added, where an index says: the other way round than ``gather``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convolens import ops
from convolens.errors import DTypeError, ShapeError
from convolens.ops import Array
from convolens.ops._indices import check_indices
from convolens.ops.gather import check_shapes
from convolens.spec import FLOATS, int32, int64
from convolens.tensor.apply import apply
from convolens.tensor.axes import one_axis
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.functions import choose
from convolens.tensor.given import given
from convolens.tensor.in_place_functions import InPlaceFunctions

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Scattering(InPlaceFunctions):
    """Numbers put where an index says. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def scatter(self, dim: int, index: Tensor, src: Tensor | Number) -> Tensor:
        """Return the tensor with ``src[i, j]`` at ``[i, index[i, j]]`` for dim 1, and so on.

        Where several numbers come to one place, the last one stays.

        Args:
            dim: The axis along which the index says where.
            index: int64 or int32, of as many axes, no larger than the tensor along the others.
            src: Numbers of the tensor's type, at least as many along each axis; or one for all.

        Raises:
            IndexRangeError: If an index is out of range, or there is no such axis.
            ShapeError: If the index does not fit the tensor or ``src``.
            DTypeError: If the index is not of whole numbers, or ``src`` has another type.

        Example:
            >>> import convolens as cl
            >>> cl.zeros(2, 3).scatter(1, cl.tensor([[2], [0]]), 1.0).tolist()
            [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
        """
        axis, places = self._places("scatter", dim, index)
        at = _everywhere(axis, places)
        mask = np.zeros(self.shape or (1,), bool)
        mask[at] = True
        chosen = self.leaf(mask.reshape(self.shape))
        if not isinstance(src, TensorBase):
            return self._filled("scatter", chosen, src)
        part = self._fitting("scatter", src, places)
        last = np.zeros(mask.shape, np.int64)
        last[at] = np.arange(places.size).reshape(places.shape)
        row = apply(ops.Reshape((places.size,)), part)
        if not places.size:
            return self.clone()  # type: ignore[attr-defined, no-any-return]
        return choose(chosen, row[last.reshape(self.shape)], self)

    def scatter_add(self, dim: int, index: Tensor, src: Tensor) -> Tensor:
        """Return the tensor with ``src[i, j]`` added at ``[i, index[i, j]]`` for dim 1, and so on.

        See ``scatter``.

        Example:
            >>> import convolens as cl
            >>> cl.zeros(3).scatter_add(0, cl.tensor([1, 1]), cl.tensor([2.0, 3.0])).tolist()
            [0.0, 5.0, 0.0]
        """
        axis, places = self._places("scatter_add", dim, index)
        part = self._fitting("scatter_add", given("scatter_add", src, "src"), places)
        shape = self.shape or (1,)
        if self.dtype not in FLOATS:
            total = self.array.reshape(shape).copy()
            np.add.at(total, _everywhere(axis, places), part.array)
            return self.leaf(total.reshape(self.shape))
        added = apply(ops.ScatterAdd(axis, shape), self.leaf(places), part)
        return apply(ops.Add(), self, apply(ops.Reshape(self.shape), added))

    def scatter_(self, dim: int, index: Tensor, src: Tensor | Number) -> Tensor:
        """Put numbers where an index says; return the tensor. See ``scatter``."""
        return self._become("scatter_", self._before(src).scatter(dim, index, src))

    def scatter_add_(self, dim: int, index: Tensor, src: Tensor) -> Tensor:
        """Add numbers where an index says; return the tensor. See ``scatter_add``."""
        return self._become("scatter_add_", self._before(src).scatter_add(dim, index, src))

    def _places(self, name: str, dim: int, index: Tensor) -> tuple[int, Array]:
        """Return the axis, and the index as an array with at least one."""
        axis = one_axis(name, dim, self.ndim)
        if given(name, index, "index").dtype not in (int64, int32):
            raise DTypeError(
                f"{name}: the index is {index.dtype.name}, but places are whole numbers.",
                [("index", index.spec, "")],
                "convert it: index.long().",
            )
        places = index.array.astype(int64).reshape(index.shape or (1,))
        shape = self.shape or (1,)
        check_shapes(name, axis, shape, index.spec._replace(shape=places.shape))
        check_indices(name, places, shape[axis])
        return axis, places

    def _fitting(self, name: str, src: Tensor, places: Array) -> Tensor:
        """Return the part of ``src`` that the index has places for."""
        if src.dtype != self.dtype:
            raise DTypeError(
                f"{name}: src is {src.dtype.name}, but the tensor {self.dtype.name}.",
                hint=f"convert it: src.to({self.dtype.name}).",
            )
        x = src if src.ndim else apply(ops.Reshape((1,)), src)
        fits = x.ndim == places.ndim and all(
            own <= other for own, other in zip(places.shape, x.shape, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"{name}: the index has shape {list(places.shape)}, which is larger than src "
                f"{list(src.shape)}.",
                hint="give a number for each place.",
            )
        return x if x.shape == places.shape else x[tuple(map(slice, places.shape))]

    def _filled(self, name: str, mask: Tensor, value: Number) -> Tensor:
        if not isinstance(value, int | float):
            raise DTypeError(f"{name}: src is a {type(value).__name__}, not a tensor or a number.")
        return self.masked_fill(mask, value)  # type: ignore[attr-defined, no-any-return]


def _everywhere(axis: int, places: Array) -> tuple[Array, ...]:
    """Return NumPy's index of the places: those along the axis, and all along the others."""
    index: list[Array] = list(np.indices(places.shape, sparse=True))
    index[axis] = places
    return tuple(index)
