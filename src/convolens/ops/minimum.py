"""The smaller of two inputs, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np

from convolens.ops._attributes import operator
from convolens.ops._elementwise import Binary
from convolens.ops._op import Array, Value
from convolens.ops.maximum import MaximumGrad, spread
from convolens.ops.sum import unbroadcast
from convolens.spec import TensorSpec


@final
@operator
class Minimum(Binary):
    """y = the smaller of a and b, with NumPy's broadcasting; NaN where one of them is NaN.

    Shapes:
        a [*A], b [*B] -> y [*P]
    """

    name: ClassVar[str] = "minimum"
    signature: ClassVar[str] = "a[*A], b[*B] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        return np.asarray(np.minimum(*arrays))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b = (spread(value, output.shape) for value in inputs)
        # a is the smaller where b is the larger.
        return (
            unbroadcast(MaximumGrad()(b, a, upstream), inputs[0].shape),
            unbroadcast(MaximumGrad()(a, b, upstream), inputs[1].shape),
        )

    def explain(self, *specs: TensorSpec) -> str:
        return f"Takes the smaller of two numbers in {self.infer(*specs).size} places."
