"""The same numbers in another data type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

from convolens.errors import DTypeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.spec import (
    FLOATS,
    TensorSpec,
    bool_,
    checked,
    float32,
    float64,
    int32,
    int64,
    uint8,
)

_TYPES = {dtype.name: dtype for dtype in (float32, float64, int64, int32, uint8, bool_)}


@final
@operator
class Cast(Op):
    """y = x, rounded to the nearest number of type ``dtype``; towards zero for whole numbers.

    Shapes:
        x [*I] -> y [*I]

    Source: IEEE 754-2019, section 4.3.1 and, for whole numbers, section 5.8.
    """

    name: ClassVar[str] = "cast"
    signature: ClassVar[str] = "x[*I] -> y[*I]"

    dtype: str

    def __post_init__(self) -> None:
        if self.dtype not in _TYPES:
            raise DTypeError(
                f"cast: {self.dtype} is not supported.", hint=f"use one of {', '.join(_TYPES)}."
            )

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        return checked(x.shape, _TYPES[self.dtype])

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return x.astype(_TYPES[self.dtype])

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x = inputs[0].spec
        if x.dtype not in FLOATS or output.spec.dtype not in FLOATS:
            return (None,)
        return (Cast(x.dtype.name)(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return Cost(0, size_of(x, x), 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Converts {x.size} numbers from {x.dtype.name} to {self.dtype}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        x = TensorSpec((2, 3))
        return (
            Sample(cls("float32"), (x,)),
            Sample(cls("float64"), (x,)),
            Sample(cls("int64"), (x,)),
            Sample(cls("float32"), (TensorSpec((2, 3), int64),)),
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (Mistake(lambda: cls("complex64"), ("complex64 is not supported",)),)
