"""The same numbers, in the order of their indices, in another shape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value
from convolens.spec import TensorSpec, checked


@final
@operator
class Reshape(Op):
    """y has the elements of x, both read with the last index running fastest.

    Shapes:
        x [*I] -> y [*shape]

    Source: NumPy's ``reshape``, in C order.
    """

    name: ClassVar[str] = "reshape"
    signature: ClassVar[str] = "x[*I] -> y[*P]"
    is_view: ClassVar[bool] = True

    shape: tuple[int, ...]

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        result = checked(self.shape, x.dtype)
        if result.size != x.size:
            raise ShapeError(
                f"reshape: {x.size} elements do not fill shape {list(self.shape)} of "
                f"{result.size}.",
                [("x", x, "")],
                "use -1 for one dimension that is to be worked out.",
            )
        return result

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return x.reshape(self.shape)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Reshape(inputs[0].shape)(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return Cost(0, 2 * x.size, 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Keeps the {x.size} numbers and reads them as {list(self.shape)}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        shapes: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
            ((2, 3, 5, 4), (2, 60)),
            ((2, 60), (2, 3, 5, 4)),
            ((3, 33, 17, 5), (3, 33 * 85)),
            ((2, 3, 5, 4), (6, 20)),
            ((2, 3, 5, 4), (4, 5, 3, 2)),
            ((2, 3, 4), (24,)),
            ((1,), ()),
            ((0, 3, 2, 2), (0, 12)),
        )
        return tuple(Sample(cls(new), (TensorSpec(old),)) for old, new in shapes)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x = TensorSpec((2, 3))
        return (
            Mistake(lambda: cls((5,)).infer(x), ("6 elements do not fill shape [5]",)),
            Mistake(lambda: cls((-6,)).infer(x), ("negative dimension",)),
            Mistake(lambda: cls((2**40, 2**40)).infer(x), ("2**63 - 1 bytes",)),
        )


def resolve(shape: Sequence[int], size: int) -> tuple[int, ...]:
    """Return ``shape`` with a -1 replaced by what ``size`` elements leave for it.

    Raises:
        ShapeError: If there are several -1, or the rest does not divide ``size``.
    """
    if list(shape).count(-1) == 0:
        return tuple(shape)
    known = prod(extent for extent in shape if extent != -1)
    if list(shape).count(-1) > 1 or known == 0 or size % known:
        raise ShapeError(
            f"reshape: -1 in shape {list(shape)} cannot be worked out for {size} elements.",
            hint="use one -1, and other dimensions whose product divides the number of elements.",
        )
    return tuple(size // known if extent == -1 else extent for extent in shape)
