"""The larger of two inputs, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._activation import on_each_shape
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Binary, Elementwise
from convolens.ops._op import Array, Mistake, Sample, Value
from convolens.ops.scale import Scale
from convolens.ops.sum import Expand, unbroadcast
from convolens.spec import TensorSpec


@final
@operator
class Maximum(Binary):
    """y = the larger of a and b, with NumPy's broadcasting; NaN where one of them is NaN.

    Shapes:
        a [*A], b [*B] -> y [*P]
    """

    name: ClassVar[str] = "maximum"
    signature: ClassVar[str] = "a[*A], b[*B] -> y[*P]"

    def reference(self, *arrays: Array) -> Array:
        return np.asarray(np.maximum(*arrays))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b = (spread(value, output.shape) for value in inputs)
        return (
            unbroadcast(MaximumGrad()(a, b, upstream), inputs[0].shape),
            unbroadcast(MaximumGrad()(b, a, upstream), inputs[1].shape),
        )

    def explain(self, *specs: TensorSpec) -> str:
        return f"Takes the larger of two numbers in {self.infer(*specs).size} places."


@final
@operator
class MaximumGrad(Elementwise):
    """da = g where a is larger than b, half of it where they are equal, 0 where it is smaller.

    With a and b exchanged it is the gradient towards b, and that of a minimum towards a. Where one
    of them is NaN all of g passes, as in torch.

    Shapes:
        a [*I], b [*I], g [*I] -> da [*I]
    """

    name: ClassVar[str] = "maximum_grad"
    signature: ClassVar[str] = "a[*I], b[*I], g[*I] -> da[*I]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        if len({spec.shape for spec in specs}) > 1:
            raise ShapeError(
                f"{self.name}: {' and '.join(str(list(s.shape)) for s in specs)} differ.",
                hint="all three must have one shape.",
            )
        return super().infer(*specs)

    def reference(self, *arrays: Array) -> Array:
        a, b, g = arrays
        won = np.where(a < b, g.dtype.type(0), g)
        return np.where(a == b, g / 2, won)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b, _ = inputs
        zero = Scale(0.0)(upstream)
        return zero, zero, self(a, b, upstream)

    def explain(self, *specs: TensorSpec) -> str:
        a, _, _ = specs
        return f"Lets those of {a.size} gradients pass whose input was the larger one."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return on_each_shape([cls()], inputs=3)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        a, b = TensorSpec((2, 3)), TensorSpec((1, 3))
        return (Mistake(lambda: cls().infer(a, b, a), ("[1, 3]", "one shape")),)


def spread(value: Value, shape: tuple[int, ...]) -> Value:
    """Return ``value`` repeated to ``shape``, itself if it has it already."""
    return value if value.shape == shape else Expand(shape)(value)
