"""Parts of one axis in the order that an index names; and added up where they came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._indices import check_indices, require_indices
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.spec import TensorSpec, checked, int64, require_float

Shape = tuple[int, ...]


def check_line(operator: str, dim: int, rank: int, index: TensorSpec) -> None:
    """Refuse an axis that is not there, and an index that has not one axis.

    Raises:
        ArgumentError: If there is no such axis.
        ShapeError: If the index has another rank than 1.
    """
    if not 0 <= dim < rank:
        raise ArgumentError(f"{operator}: dim is {dim}, but the input has {rank} dimensions.")
    if index.rank != 1:
        raise ShapeError(
            f"{operator}: the index has {index.rank} dimensions, but 1 is needed.",
            [("index", index, "")],
            "use index.flatten().",
        )


@final
@operator
class IndexSelect(Op):
    """y[i, j, k] = x[i, index[j], k] for dim 1, and likewise for other axes.

    Shapes:
        x [*I], index [J] int64 -> y [*P]: as x, but axis ``dim`` has size J.

    Raises:
        IndexRangeError: When it runs, if an index is not in 0 .. size-1.

    Source: PyTorch's ``index_select``.
    """

    name: ClassVar[str] = "index_select"
    signature: ClassVar[str] = "x[*I], index[J] -> y[*P]"

    dim: int

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, index = specs
        require_indices(self.name, index)
        check_line(self.name, self.dim, x.rank, index)
        return checked(_resized(x.shape, self.dim, index.size), x.dtype)

    def reference(self, *arrays: Array) -> Array:
        x, index = arrays
        check_indices(self.name, index, x.shape[self.dim])
        return x.take(index, self.dim)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, index = inputs
        return IndexAdd(self.dim, x.shape[self.dim])(index, upstream), None

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, 2 * self.infer(*specs).size, 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, index = specs
        return f"Takes {index.size} of the {x.shape[self.dim]} parts along axis {self.dim}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(dim), (TensorSpec(shape), TensorSpec((j,), int64)), below=shape[dim])
            for shape, dim, j in _CALLS
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, op = TensorSpec((2, 3)), cls(1)
        return (
            Mistake(lambda: op.infer(x, TensorSpec((2,))), ("float32", "index.long()")),
            Mistake(lambda: op.infer(x, TensorSpec((2, 1), int64)), ("2 dimensions", "flatten")),
            Mistake(lambda: cls(2).infer(x, TensorSpec((1,), int64)), ("dim is 2",)),
            Mistake(
                lambda: op.reference(np.zeros((2, 3)), np.array([0, 3])),
                ("index 3 at position [1]", "size 3"),
            ),
        )


@final
@operator
class IndexAdd(Op):
    """y[i, index[j], k] = the sum of all x[i, j, k] for dim 1, 0 where there is none.

    Shapes:
        index [J] int64, x [*P] -> y [*I]: as x, but axis ``dim`` has size ``size``.

    Raises:
        IndexRangeError: When it runs, if an index is not in 0 .. size-1.
    """

    name: ClassVar[str] = "index_add"
    signature: ClassVar[str] = "index[J], x[*P] -> y[*I]"

    dim: int
    size: int

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        index, x = specs
        dtype = require_float(self.name, x=x)
        require_indices(self.name, index)
        check_line(self.name, self.dim, x.rank, index)
        if x.shape[self.dim] != index.size:
            raise ShapeError(
                f"{self.name}: x has {x.shape[self.dim]} parts along axis {self.dim}, but the "
                f"index names {index.size} places.",
                [("index", index, "J"), ("x", x, "")],
                "there must be one place for each part.",
            )
        return checked(_resized(x.shape, self.dim, self.size), dtype)

    def reference(self, *arrays: Array) -> Array:
        index, x = arrays
        check_indices(self.name, index, self.size)
        y: Array = np.zeros(_resized(x.shape, self.dim, self.size), x.dtype)
        np.add.at(np.moveaxis(y, self.dim, 0), index, np.moveaxis(x, self.dim, 0))
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        index, _ = inputs
        return None, IndexSelect(self.dim)(upstream, index)

    def cost(self, *specs: TensorSpec) -> Cost:
        index, x = specs
        return Cost(x.size, size_of(x, self.infer(*specs)), max(1, index.size))

    def explain(self, *specs: TensorSpec) -> str:
        index, _ = specs
        return f"Adds {index.size} parts to those of {self.size} along axis {self.dim} it names."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(
                cls(dim, shape[dim]),
                (TensorSpec((j,), int64), TensorSpec(_resized(shape, dim, j))),
                below=shape[dim],
            )
            for shape, dim, j in _CALLS
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op, x = cls(1, 5), TensorSpec((2, 3))
        return (
            Mistake(lambda: op.infer(TensorSpec((4,), int64), x), ("3 parts", "4 places")),
            Mistake(lambda: op.infer(TensorSpec((3,)), x), ("index.long()",)),
            Mistake(
                lambda: op.reference(np.array([0, 5, 1]), np.zeros((2, 3))),
                ("index 5 at position [1]", "size 5"),
            ),
        )


_CALLS: tuple[tuple[Shape, int, int], ...] = (
    ((4, 10), 1, 3),
    ((4, 10), 0, 7),
    ((5,), 0, 8),
    ((2, 3, 5, 4), 0, 3),
    ((2, 3, 5, 4), 1, 5),
    ((2, 3, 5, 4), 2, 2),
    ((2, 3, 4), 2, 4),
    ((2, 3), 1, 0),
)


def _resized(shape: Shape, dim: int, size: int) -> Shape:
    return (*shape[:dim], size, *shape[dim + 1 :])
