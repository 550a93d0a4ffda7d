"""Subtraction, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

from convolens.ops._attributes import operator
from convolens.ops._elementwise import Binary
from convolens.ops._op import Array, Value
from convolens.ops.scale import Scale
from convolens.ops.sum import unbroadcast
from convolens.spec import TensorSpec


@final
@operator
class Sub(Binary):
    """y = a - b, with NumPy's broadcasting.

    Shapes:
        a [*A], b [*B] -> y [*P]

    Source: IEEE 754-2019, section 5.4.1; Harris et al., "Array programming with NumPy", 2020,
    for broadcasting.
    """

    name: ClassVar[str] = "sub"
    signature: ClassVar[str] = "a[*A], b[*B] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        a, b = arrays
        difference: Array = a - b
        return difference

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b = inputs
        return (
            unbroadcast(upstream, a.shape),
            Scale(-1.0)(unbroadcast(upstream, b.shape)),
        )

    def explain(self, *specs: TensorSpec) -> str:
        return f"Subtracts two inputs into {self.infer(*specs).size} numbers."
