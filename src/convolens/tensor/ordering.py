"""Elements in order, and elements picked by an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convolens import ops
from convolens.errors import DTypeError, IndexRangeError
from convolens.spec import FLOATS, DType, bool_, int32, int64
from convolens.tensor.apply import apply
from convolens.tensor.axes import one_axis
from convolens.tensor.base import TensorBase
from convolens.tensor.extremes import Picked

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
        if self.ndim == 0 and index.ndim == 0:
            line = self.reshape(1)  # type: ignore[attr-defined]
            return apply(ops.Gather(0), line, places.reshape(1)).reshape(())
        if index.shape == (0,) and self.ndim != 1:
            # torch lets an empty index pass, whatever the rank.
            return apply(ops.Gather(0), self.reshape(-1), places)  # type: ignore[attr-defined]
        return apply(ops.Gather(axis), self, places)

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
        if self.ndim == 0:
            return apply(ops.IndexSelect(0), self.reshape(1), places).reshape(())  # type: ignore[attr-defined]
        return apply(ops.IndexSelect(axis), self, places)

    def take_along_dim(self, indices: Tensor, dim: int | None = None) -> Tensor:
        """Return elements picked along ``dim``; beside it, both broadcast. Without it, of all."""
        if dim is None:
            return self.flatten().gather(0, indices.flatten())  # type: ignore[attr-defined, no-any-return]
        axis = one_axis("take_along_dim", dim, self.ndim)
        whole, index = list(self.shape), list(indices.shape)
        both = np.broadcast_shapes(
            (*whole[:axis], 1, *whole[axis + 1 :]), (*index[:axis], 1, *index[axis + 1 :])
        )
        spread = self._spread_to((*both[:axis], whole[axis], *both[axis + 1 :]))
        places = np.broadcast_to(indices.array, (*both[:axis], index[axis], *both[axis + 1 :]))
        return spread.gather(axis, self.leaf(np.array(places)))

    def masked_select(self, mask: Tensor) -> Tensor:
        """Return the elements where a mask is True, in index order, as one axis.

        Raises:
            DTypeError: If the mask is not of truth values.
        """
        if mask.dtype != bool_:
            raise DTypeError(f"masked_select: the mask is {mask.dtype.name}, but must be bool.")
        shape = np.broadcast_shapes(self.shape, mask.shape)
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


def _indices(name: str, index: object) -> Tensor:
    """Return an index as int64.

    Raises:
        DTypeError: If it is no tensor, or of another type than int64 and int32.
    """
    if not isinstance(index, TensorBase):
        raise DTypeError(
            f"{name}: the index must be a tensor, not {type(index).__name__}.",
            hint="make one: convolens.tensor([0, 2]).",
        )
    allowed: tuple[DType, ...] = (int64, int32)
    if index.dtype not in allowed:
        raise DTypeError(
            f"{name}: the index is {index.dtype.name}, but places are whole numbers in int64.",
            hint="convert it: index.long().",
        )
    return index.to(int64)  # type: ignore[attr-defined, no-any-return]
