"""Numbers picked along one axis, each by an index of its own; and added up where they came from."""

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


def check_shapes(operator: str, dim: int, whole: Shape, index: TensorSpec) -> None:
    """Refuse an index that does not fit into ``whole`` beside axis ``dim``.

    Raises:
        ArgumentError: If there is no such axis.
        ShapeError: If the index has another rank, or is larger along another axis.
    """
    if not 0 <= dim < len(whole):
        raise ArgumentError(
            f"{operator}: dim is {dim}, but the input has {len(whole)} dimensions.",
            hint="use a dim from 0, and give a number with no axes one axis first.",
        )
    fits = index.rank == len(whole) and all(
        own <= other
        for axis, (own, other) in enumerate(zip(index.shape, whole, strict=True))
        if axis != dim
    )
    if not fits:
        raise ShapeError(
            f"{operator}: the index has shape {list(index.shape)}, which does not fit "
            f"{list(whole)} beside axis {dim}.",
            [("index", index, "")],
            "give it as many axes, none longer but the one along which it picks.",
        )


@final
@operator
class Gather(Op):
    """y[i, j, k] = x[i, index[i, j, k], k] for dim 1, and likewise for other axes.

    Shapes:
        x [*I], index [*P] int64 -> y [*P]

    Raises:
        IndexRangeError: When it runs, if an index is not in 0 .. size-1.

    Source: PyTorch's ``gather``.
    """

    name: ClassVar[str] = "gather"
    signature: ClassVar[str] = "x[*I], index[*P] -> y[*P]"

    dim: int

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, index = specs
        require_indices(self.name, index)
        check_shapes(self.name, self.dim, x.shape, index)
        return checked(index.shape, x.dtype)

    def reference(self, *arrays: Array) -> Array:
        x, index = arrays
        check_indices(self.name, index, x.shape[self.dim])
        return np.take_along_axis(x[_beside(self.dim, index.shape)], index, self.dim)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, index = inputs
        return ScatterAdd(self.dim, x.shape)(index, upstream), None

    def cost(self, *specs: TensorSpec) -> Cost:
        _, index = specs
        return Cost(0, 3 * index.size, 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, index = specs
        return f"Picks {index.size} of {x.size} numbers, each by its index along axis {self.dim}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(dim), (TensorSpec(shape), TensorSpec(index, int64)), below=shape[dim])
            for shape, dim, index in _CALLS
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, op = TensorSpec((2, 3)), cls(1)
        return (
            Mistake(lambda: op.infer(x, TensorSpec((2, 1))), ("float32", "index.long()")),
            Mistake(lambda: op.infer(x, TensorSpec((3, 1), int64)), ("[3, 1]", "[2, 3]")),
            Mistake(lambda: op.infer(x, TensorSpec((2,), int64)), ("[2]", "as many axes")),
            Mistake(lambda: cls(2).infer(x, TensorSpec((2, 1), int64)), ("dim is 2",)),
            Mistake(
                lambda: op.reference(np.zeros((2, 3)), np.array([[0], [3]])),
                ("index 3 at position [1, 0]", "size 3", "0 to 2"),
            ),
            Mistake(
                lambda: op.reference(np.zeros((2, 3)), np.array([[-1], [0]])),
                ("index -1 at position [0, 0]",),
            ),
        )


@final
@operator
class ScatterAdd(Op):
    """y[i, index[i, j, k], k] = the sum of all x[i, j, k] for dim 1, 0 where there is none.

    Shapes:
        index [*P] int64, x [*P] -> y [*shape]

    Raises:
        IndexRangeError: When it runs, if an index is not in 0 .. size-1.
    """

    name: ClassVar[str] = "scatter_add"
    signature: ClassVar[str] = "index[*P], x[*P] -> y[*I]"

    dim: int
    shape: Shape

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        index, x = specs
        dtype = require_float(self.name, x=x)
        require_indices(self.name, index)
        check_shapes(self.name, self.dim, self.shape, index)
        if x.shape != index.shape:
            raise ShapeError(
                f"{self.name}: x has shape {list(x.shape)}, but the index {list(index.shape)}.",
                hint="both must have one shape.",
            )
        return checked(self.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        index, x = arrays
        check_indices(self.name, index, self.shape[self.dim])
        y: Array = np.zeros(self.shape, x.dtype)
        places: list[Array] = list(np.indices(index.shape, sparse=True))
        places[self.dim] = index
        np.add.at(y, tuple(places), x)
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        index, _ = inputs
        return None, Gather(self.dim)(upstream, index)

    def cost(self, *specs: TensorSpec) -> Cost:
        index, x = specs
        return Cost(x.size, size_of(index, x, self.infer(*specs)), max(1, x.shape[self.dim]))

    def explain(self, *specs: TensorSpec) -> str:
        _, x = specs
        return f"Adds {x.size} numbers to the places along axis {self.dim} that an index names."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(dim, shape), (TensorSpec(index, int64), TensorSpec(index)), below=shape[dim])
            for shape, dim, index in _CALLS
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op, index = cls(1, (2, 3)), TensorSpec((2, 1), int64)
        return (
            Mistake(lambda: op.infer(index, TensorSpec((2, 2))), ("[2, 2]", "[2, 1]")),
            Mistake(lambda: op.infer(TensorSpec((2, 1)), TensorSpec((2, 1))), ("index.long()",)),
            Mistake(
                lambda: op.reference(np.array([[0], [3]]), np.zeros((2, 1))),
                ("index 3 at position [1, 0]",),
            ),
        )


_CALLS: tuple[tuple[Shape, int, Shape], ...] = (
    ((4, 10), 1, (4, 1)),
    ((4, 10), 0, (7, 10)),
    ((5,), 0, (8,)),
    ((2, 3, 5, 4), 1, (2, 1, 5, 4)),
    ((2, 3, 5, 4), 0, (3, 3, 5, 4)),
    ((2, 3, 5, 4), 3, (2, 3, 5, 6)),
    ((3, 4, 5), 1, (2, 3, 4)),
    ((2, 3), 1, (2, 0)),
)


def _beside(dim: int, shape: Shape) -> tuple[slice, ...]:
    """Return the part of a whole that an index of ``shape`` picks from: all along ``dim``."""
    return tuple(slice(None) if axis == dim else slice(n) for axis, n in enumerate(shape))
