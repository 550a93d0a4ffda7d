"""The same numbers with the axes in another order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

from convolens.errors import ArgumentError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value
from convolens.spec import TensorSpec, checked


@final
@operator
class Permute(Op):
    """y[i_dims[0], i_dims[1], ...] = x[i_0, i_1, ...]: axis k of y is axis dims[k] of x.

    Shapes:
        x [*I] -> y [*P]

    Source: NumPy's ``transpose``.
    """

    name: ClassVar[str] = "permute"
    signature: ClassVar[str] = "x[*I] -> y[*P]"
    is_view: ClassVar[bool] = True

    dims: tuple[int, ...]

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        if sorted(self.dims) != list(range(x.rank)):
            raise ArgumentError(
                f"permute: dims {list(self.dims)} do not name each of {x.rank} axes once.",
                [("x", x, "")],
                f"give an order of the numbers 0 to {x.rank - 1}.",
            )
        return checked(tuple(x.shape[dim] for dim in self.dims), x.dtype)

    def reference(self, *arrays: Array) -> Array:
        return arrays[0].transpose(self.dims)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        back = sorted(range(len(self.dims)), key=self.dims.__getitem__)
        return (Permute(tuple(back))(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, 2 * specs[0].size, 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Turns shape {list(x.shape)} into {list(self.infer(x).shape)}, axis by axis."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        calls: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
            ((0, 2, 3, 1), (2, 3, 5, 4)),
            ((3, 2, 1, 0), (2, 3, 5, 4)),
            ((1, 0), (7, 33)),
            ((0,), (5,)),
            ((), ()),
            ((0, 2, 1), (2, 0, 3)),
            ((0, 4, 1, 3, 2), (2, 3, 4, 1, 5)),
        )
        return tuple(Sample(cls(dims), (TensorSpec(shape),)) for dims, shape in calls)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((2, 3))
        return tuple(
            Mistake(lambda dims=dims: cls(dims).infer(x), (str(list(dims)), "2 axes"))  # type: ignore[misc]
            for dims in ((0,), (0, 0), (0, 2), (-1, 0), (0, 1, 2))
        )
