"""The length of vectors: the sum of absolute values, the root of squares, the largest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops._over_axes import FILLED, Reduction
from convolens.ops.mul import Mul
from convolens.ops.pow import Pow
from convolens.ops.scale import Scale
from convolens.ops.sum import Sum, check_axes, reduced
from convolens.spec import TensorSpec, checked, require_float

ORDERS = (1.0, 2.0, inf)


def check_order(operator: str, order: float) -> None:
    """Refuse an order that is not known.

    Raises:
        ArgumentError: If so.
    """
    if order not in ORDERS:
        raise ArgumentError(
            f"{operator}: the order is {order}, but must be 1, 2 or infinity.",
            hint="write other norms as they are defined: (x.abs() ** p).sum() ** (1 / p).",
        )


@final
@operator
class Norm(Reduction):
    """y = (the sum of |x|^order over ``axes``)^(1/order); the largest |x| for order infinity.

    Where y is 0 its slope is taken as 0.

    Shapes:
        x [*I] -> y [*P]: the axes are removed, or kept with size 1 if ``keepdim``.

    Source: Golub and Van Loan, "Matrix Computations", 2013, section 2.2.
    """

    name: ClassVar[str] = "norm"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    order: float = 2.0

    def __post_init__(self) -> None:
        check_order(self.name, self.order)

    def refuse_nothing(self, x: TensorSpec) -> None:
        if self.order == inf:
            super().refuse_nothing(x)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        if self.order == inf:
            return np.asarray(np.abs(x).max(axis=self.axes, keepdims=self.keepdim))
        terms = x * x if self.order == 2 else np.abs(x)
        total = terms.sum(axis=self.axes, keepdims=self.keepdim, dtype=x.dtype)
        return np.asarray(np.sqrt(total) if self.order == 2 else total)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        (x,) = inputs
        y, g = self.kept(output, x.shape), self.kept(upstream, x.shape)
        return (NormGrad(self.axes, self.order)(x, y, g),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Measures each {self.count(x.shape)} numbers by their norm of order {self.order:g}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(axes, keepdim, order), (TensorSpec(shape),))
            for shape, axes, keepdim in FILLED
            for order in ORDERS
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(lambda: cls((0,), False, 3.0), ("order is 3.0", "1, 2 or infinity")),
            Mistake(lambda: cls((0,), False, inf).infer(TensorSpec((0, 3))), ("[0, 3]",)),
            Mistake(lambda: cls((2,)).infer(TensorSpec((2, 3))), ("[2]", "2 dimensions")),
        )


@final
@operator
class NormGrad(Op):
    """dx = x g / y for order 2, and 0 where y is 0.

    For order 1 it is the sign of x times g. For order infinity it is the sign of x times g / n
    where |x| = y, n of which are, and 0 elsewhere. The sign of NaN is 0.

    Shapes:
        x [*I], y [*P], g [*P] -> dx [*I], where P has size 1 along ``axes``.
    """

    name: ClassVar[str] = "norm_grad"
    signature: ClassVar[str] = "x[*I], y[*P], g[*P] -> dx[*I]"

    axes: tuple[int, ...]
    order: float = 2.0

    def __post_init__(self) -> None:
        check_order(self.name, self.order)

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, y, g = specs
        dtype = require_float(self.name, x=x, y=y, g=g)
        check_axes(self.name, self.axes, x)
        expected = reduced(x.shape, self.axes, keepdim=True)
        if y.shape != expected or g.shape != expected:
            raise ShapeError(
                f"{self.name}: y and g have shapes {list(y.shape)} and {list(g.shape)}, but the "
                f"norms are {list(expected)}.",
                hint="keep the reduced axes with size 1.",
            )
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, y, g = arrays
        if self.order == 2:
            return np.asarray(x * quotient(g, y))
        sign = np.where(np.isnan(x), x.dtype.type(0), np.sign(x))
        if self.order == 1:
            return np.asarray(sign * g)
        largest = np.abs(x) == y
        count = np.maximum(largest.sum(axis=self.axes, keepdims=True), 1).astype(g.dtype)
        return np.asarray(np.where(largest, sign * (g / count), g.dtype.type(0)))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, y, g = inputs
        along = Sum(self.axes, keepdim=True)
        one = Pow(0.0)(g)
        if self.order != 2:
            return None, None, along(Mul()(upstream, self(x, y, one)))
        ratio = NormGrad((), 2.0)  # a / y, and 0 where y is 0
        pulled = along(Mul()(upstream, x))
        return (
            self(upstream, y, g),
            Scale(-1.0)(ratio(ratio(pulled, y, g), y, one)),
            ratio(pulled, y, one),
        )

    def cost(self, *specs: TensorSpec) -> Cost:
        x, _, _ = specs
        return Cost(x.size, size_of(*specs, x), 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, y, _ = specs
        return f"Sends the slopes of {y.size} norms to the {x.size} numbers that they measure."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        def made(order: float, axes: tuple[int, ...], shape: tuple[int, ...]) -> Sample:
            y = TensorSpec(reduced(shape, axes, keepdim=True))

            def prepare(drawn: list[Array]) -> list[Array]:
                return [drawn[0], Norm(axes, True, order).reference(drawn[0]), drawn[2]]

            return Sample(cls(axes, order), (TensorSpec(shape), y, y), prepare=prepare)

        return tuple(made(order, axes, shape) for shape, axes, _ in FILLED for order in ORDERS)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, y = TensorSpec((2, 3)), TensorSpec((2,))
        return (
            Mistake(lambda: cls((1,)).infer(x, y, y), ("[2] and [2]", "[2, 1]")),
            Mistake(lambda: cls((1,), 0.5), ("order is 0.5",)),
        )


def quotient(g: Array, y: Array) -> Array:
    """Return g / y, and 0 where y is 0.

    Example:
        >>> quotient(np.array([1.0, 2.0]), np.array([4.0, 0.0])).tolist()
        [0.25, 0.0]
    """
    with np.errstate(invalid="ignore"):
        return np.divide(g, y, out=np.zeros_like(y), where=y != 0)
