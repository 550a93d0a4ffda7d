"""The choice between two inputs by a condition, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import DTypeError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._elementwise import Shape, broadcast
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops.sum import unbroadcast
from convolens.spec import TensorSpec, bool_, checked, require_float


def require_truths(operator: str, condition: TensorSpec) -> None:
    """Refuse a condition that is not made of truth values.

    Raises:
        DTypeError: If it is not bool.
    """
    if condition.dtype != bool_:
        raise DTypeError(
            f"{operator}: the condition is {condition.dtype.name}, but must be bool.",
            [("condition", condition, "")],
            "compare: condition != 0.",
        )


@final
@operator
class Where(Op):
    """y = a where the condition is true, else b, with NumPy's broadcasting.

    Shapes:
        condition [*C] bool, a [*A], b [*B] -> y [*P]
    """

    name: ClassVar[str] = "where"
    signature: ClassVar[str] = "condition[*C], a[*A], b[*B] -> y[*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        condition, a, b = specs
        require_truths(self.name, condition)
        dtype = require_float(self.name, a=a, b=b)
        return checked(broadcast(self.name, condition=condition, a=a, b=b), dtype)

    def reference(self, *arrays: Array) -> Array:
        return np.where(*arrays)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        condition, a, b = inputs
        return (
            None,
            unbroadcast(WhereGrad(True)(condition, upstream), a.shape),
            unbroadcast(WhereGrad(False)(condition, upstream), b.shape),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, size_of(*specs, self.infer(*specs)), 1)

    def explain(self, *specs: TensorSpec) -> str:
        return f"Picks one of two numbers in {self.infer(*specs).size} places."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(), (TensorSpec(c, bool_), TensorSpec(a), TensorSpec(b)))
            for c, a, b in _SHAPES
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, truths = TensorSpec((2, 3)), TensorSpec((2, 3), bool_)
        return (
            Mistake(lambda: cls().infer(x, x, x), ("float32, but must be bool", "!= 0")),
            Mistake(
                lambda: cls().infer(truths, x, TensorSpec((2, 4))), ("3 and 3 and 4", "broadcast")
            ),
        )


@final
@operator
class WhereGrad(Op):
    """dx = g where the condition is ``keep``, else 0.

    Shapes:
        condition [*C] bool, g [*P] -> dx [*P]
    """

    name: ClassVar[str] = "where_grad"
    signature: ClassVar[str] = "condition[*C], g[*P] -> dx[*P]"

    keep: bool = True

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        condition, g = specs
        require_truths(self.name, condition)
        dtype = require_float(self.name, g=g)
        if broadcast(self.name, condition=condition, g=g) != g.shape:
            raise ShapeError(
                f"where_grad: the condition {list(condition.shape)} is larger than g "
                f"{list(g.shape)}.",
                hint="the condition must broadcast to g.",
            )
        return checked(g.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        condition, g = arrays
        return np.where(condition == self.keep, g, g.dtype.type(0))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return None, self(inputs[0], upstream)

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, size_of(*specs, self.infer(*specs)), 1)

    def explain(self, *specs: TensorSpec) -> str:
        _, g = specs
        return f"Lets those of {g.size} gradients pass where the condition is {self.keep}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(keep), (TensorSpec(c, bool_), TensorSpec(np.broadcast_shapes(c, a, b))))
            for c, a, b in _SHAPES
            for keep in (True, False)
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        g, row = TensorSpec((2, 3)), TensorSpec((3,))
        return (
            Mistake(lambda: cls().infer(g, g), ("must be bool",)),
            Mistake(lambda: cls().infer(TensorSpec((2, 3), bool_), row), ("larger than g [3]",)),
        )


_SHAPES: tuple[tuple[Shape, Shape, Shape], ...] = (
    ((2, 3, 5, 4), (2, 3, 5, 4), (2, 3, 5, 4)),
    ((3, 7), (3, 7), ()),
    ((5,), (), (5,)),
    ((), (), ()),
    ((0, 3), (0, 3), (3,)),
    ((2, 1, 5, 4), (1, 3, 1, 1), (4,)),
    ((), (2, 33), (2, 33)),
    ((2, 33, 4), (2, 33, 4), (1, 33, 1)),
)
