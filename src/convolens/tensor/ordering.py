"""Elements in order, and elements picked by an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convolens import ops
from convolens.errors import DTypeError, IndexRangeError, ShapeError
from convolens.ops._elementwise import broadcast
from convolens.spec import FLOATS, DType, bool_, int32, int64
from convolens.tensor.apply import apply
from convolens.tensor.axes import one_axis
from convolens.tensor.base import TensorBase
from convolens.tensor.extremes import Picked
from convolens.tensor.given import given

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Ordering(TensorBase):
    """Sorting and picking. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def sort(self, dim: int = -1, descending: bool = False, stable: bool = True) -> Picked:
        """Return the elements in order along ``dim``, and the indices where they were.

        A NaN counts as larger than any number. Equal elements keep their order, as torch promises
        for ``stable=True`` alone.

        Raises:
            IndexRangeError: If there is no such axis.

        Example:
            >>> import convolens as cl
            >>> values, indices = cl.tensor([3.0, 1.0, 2.0]).sort()
            >>> values.tolist(), indices.tolist()
            ([1.0, 2.0, 3.0], [1, 2, 0])
        """
        axis = one_axis("sort", dim, self.ndim)
        return self._picked(ops.ArgSort(axis, descending))

    def argsort(self, dim: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
        """Return the indices that put the elements in order along ``dim``. See ``sort``."""
        axis = one_axis("argsort", dim, self.ndim)
        return apply(ops.ArgSort(axis, descending), self._line()).reshape(self.shape)

    def topk(self, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Picked:
        """Return the ``k`` largest, or smallest, elements along ``dim``, and their indices.

        They come in order, whatever ``sorted`` says; of equal ones the first is taken first.

        Raises:
            ArgumentError: If ``k`` is negative or larger than the axis.
            DTypeError: If the elements are truth values.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([3.0, 1.0, 2.0]).topk(2).indices.tolist()
            [0, 2]
        """
        if self.dtype == bool_:
            raise DTypeError("topk: truth values have no order.", hint="use x.long().")
        axis = one_axis("topk", dim, self.ndim)
        if self.ndim == 0 and k == 0:
            k = 1  # as torch: a single number is its own largest
        return self._picked(ops.TopK(axis, k, largest))

    def _line(self) -> Tensor:
        """Return the elements, a single number as an axis of one."""
        return self if self.ndim else self.reshape(1)  # type: ignore[return-value, attr-defined]

    def _picked(self, order: ops.ArgSort | ops.TopK) -> Picked:
        line = self._line()
        indices = apply(order, line)
        values = apply(ops.Gather(order.dim), line, indices)
        if self.ndim:
            return Picked(values, indices)
        return Picked(values.reshape(()), indices.reshape(()))

    def gather(self, dim: int, index: Tensor) -> Tensor:
        """Return elements picked along ``dim``, each by an index of its own.

        ``result[i, j] = self[i, index[i, j]]`` for dim 1, and likewise for other axes.

        Raises:
            IndexRangeError: If there is no such axis, or an index is out of range.
            ShapeError: If the index has another rank, or is larger beside the axis.
            DTypeError: If the index is not int64 or int32.

        Example:
            >>> import convolens as cl
            >>> scores = cl.tensor([[1.0, 2.0], [3.0, 4.0]])
            >>> scores.gather(1, cl.tensor([[1], [0]])).tolist()
            [[2.0], [3.0]]
        """
        axis = one_axis("gather", dim, self.ndim)
        places = _indices("gather", index)
        if index.shape == (0,) and self.ndim != 1:
            # torch lets an empty index pass, whatever the rank.
            return apply(ops.Gather(0), self.reshape(-1), places)  # type: ignore[attr-defined]
        if index.ndim == 0:
            places = places.reshape(1)
        picked = apply(ops.Gather(axis), self._line(), places)
        return picked if index.ndim else picked.reshape(())

    def index_select(self, dim: int, index: Tensor) -> Tensor:
        """Return the parts along ``dim`` that an index of one axis names, in its order.

        Raises:
            IndexRangeError: If there is no such axis, an index is out of range, or the index has
                more than one axis.
            DTypeError: If the index is not int64 or int32.

        Example:
            >>> import convolens as cl
            >>> cl.arange(6).reshape(2, 3).index_select(1, cl.tensor([2, 0])).tolist()
            [[2, 0], [5, 3]]
        """
        axis = one_axis("index_select", dim, self.ndim)
        places = _indices("index_select", index)
        if index.ndim > 1:
            raise IndexRangeError(
                f"index_select: the index has {index.ndim} dimensions, but 1 is needed.",
                [("index", index.spec, "")],
                "use index.flatten().",
            )
        if index.ndim == 0:
            places = places.reshape(1)
        if self.ndim == 0 and places.shape != (1,):
            raise IndexRangeError(
                f"index_select: the index names {index.numel()} parts of a single number.",
                [("index", index.spec, "")],
                "a tensor without axes has one part.",
            )
        return apply(ops.IndexSelect(axis), self._line(), places).reshape(
            self.shape and (*self.shape[:axis], places.shape[0], *self.shape[axis + 1 :])
        )

    def take_along_dim(self, indices: Tensor, dim: int | None = None) -> Tensor:
        """Return elements picked along ``dim``; beside it, both broadcast. Without it, of all.

        With ``dim``, indices may count from the end: -1 is the last.

        Raises:
            IndexRangeError: If there is no such axis, or an index is out of range.
            ShapeError: If the ranks differ, or the sizes beside ``dim`` do not broadcast.
            DTypeError: If the indices are not int64.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([[1.0, 5.0], [7.0, 0.0]])
            >>> x.take_along_dim(x.argmax(1, keepdim=True), 1).tolist()
            [[5.0], [7.0]]
        """
        places = _indices("take_along_dim", indices, int64)
        if dim is None:
            return self.flatten().gather(0, places.flatten())  # type: ignore[attr-defined, no-any-return]
        axis = one_axis("take_along_dim", dim, self.ndim)
        if self.ndim != indices.ndim or self.ndim == 0:
            raise ShapeError(
                f"take_along_dim: self has {self.ndim} dimensions and the indices have "
                f"{indices.ndim}, but both need as many, and one at least.",
                [("self", self.spec, ""), ("indices", indices.spec, "")],
                "add axes of size 1 with unsqueeze.",
            )
        size, count = self.shape[axis], indices.shape[axis]
        before, after = self.shape[:axis], self.shape[axis + 1 :]
        beside = broadcast(
            "take_along_dim",
            self=self.spec._replace(shape=(*before, 1, *after)),
            indices=indices.spec._replace(
                shape=(*indices.shape[:axis], 1, *indices.shape[axis + 1 :])
            ),
        )
        before, after = beside[:axis], beside[axis + 1 :]
        numbers = np.broadcast_to(indices.array, (*before, count, *after))
        counted = np.where(numbers < 0, numbers + size, numbers)
        return self._spread_to((*before, size, *after)).gather(axis, self.leaf(counted))

    def masked_select(self, mask: Tensor) -> Tensor:
        """Return the elements where a mask is True, in index order, as one axis.

        Raises:
            DTypeError: If the mask is no tensor of truth values.
            ShapeError: If it does not broadcast with the tensor.
        """
        if given("masked_select", mask, "mask").dtype != bool_:
            raise DTypeError(
                f"masked_select: the mask is {mask.dtype.name}, but must be bool.",
                [("mask", mask.spec, "")],
                "compare first: x.masked_select(x > 0).",
            )
        shape = broadcast("masked_select", self=self.spec, mask=mask.spec)
        places = np.flatnonzero(np.broadcast_to(mask.array, shape))
        return self._spread_to(shape).reshape(-1).index_select(0, self.leaf(places))

    def _spread_to(self, shape: tuple[int, ...]) -> Tensor:
        """Return the elements repeated to a shape."""
        if self.dtype in FLOATS:
            return apply(ops.Expand(shape), self)
        return self.leaf(np.array(np.broadcast_to(self.array, shape)))

    def nonzero(self, *, as_tuple: bool = False) -> Tensor | tuple[Tensor, ...]:
        """Return the indices of elements that are not 0: a row each, or a tensor an axis.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([0.0, 7.0, 9.0]).nonzero().tolist()
            [[1], [2]]
        """
        found = np.nonzero(np.atleast_1d(self.array))
        if as_tuple:
            return tuple(self.leaf(places) for places in found)
        rows = np.stack(found, axis=1)
        return self.leaf(rows if self.ndim else rows[:, :0])


def _indices(name: str, index: object, *types: DType) -> Tensor:
    """Return an index as int64.

    Raises:
        DTypeError: If it is no tensor, or of none of the types: int64 and int32 unless given.
    """
    places = given(name, index, "index")
    if places.dtype not in (types or (int64, int32)):
        raise DTypeError(
            f"{name}: the index is {places.dtype.name}, but places are whole numbers in int64.",
            [("index", places.spec, "")],
            "convert it: index.long().",
        )
    return places if places.dtype == int64 else places.to(int64)
