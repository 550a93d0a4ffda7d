"""The scalar product of two vectors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops.mul import Mul
from convolens.spec import TensorSpec, checked, require_float


@final
@operator
class Dot(Op):
    """y = sum over k of a[k] b[k].

    Shapes:
        a [K], b [K] -> y []

    Source: Golub and Van Loan, "Matrix Computations", 2013, section 1.1.
    """

    name: ClassVar[str] = "dot"
    signature: ClassVar[str] = "a[K], b[K] -> y[*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        a, b = specs
        dtype = require_float(self.name, a=a, b=b)
        if a.rank != 1 or a.shape != b.shape:
            raise ShapeError(
                f"{self.name}: a has shape {list(a.shape)} and b {list(b.shape)}, but two vectors "
                "of one length are needed.",
                [("a", a, "K"), ("b", b, "K")],
                "for other products use matmul.",
            )
        return checked((), dtype)

    def reference(self, *arrays: Array) -> Array:
        a, b = arrays
        return np.asarray(np.dot(a, b))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b = inputs
        return Mul()(b, upstream), Mul()(a, upstream)

    def cost(self, *specs: TensorSpec) -> Cost:
        a, b = specs
        return Cost(a.size, size_of(a, b), a.size)

    def explain(self, *specs: TensorSpec) -> str:
        a, _ = specs
        return f"Adds up {a.size} products."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(), (TensorSpec((n,)),) * 2) for n in (1, 5, 33, 600, 5000, 0))

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op, a = cls(), TensorSpec((3,))
        return (
            Mistake(lambda: op.infer(a, TensorSpec((4,))), ("[3]", "[4]", "one length")),
            Mistake(lambda: op.infer(TensorSpec((1, 3)), a), ("[1, 3]", "matmul")),
        )
