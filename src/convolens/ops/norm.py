"""The length of vectors: the root of a sum of powers, the largest number, how many are not 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, isinf, isnan, nan
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

#: Those to try: the usual ones first.
ORDERS = (2.0, 1.0, inf, 3.0, 1.5, 0.5, -1.0, -inf, 0.0)


def check_order(operator: str, order: float) -> None:
    """Refuse an order that is not a number.

    Raises:
        ArgumentError: If so.
    """
    if isnan(order):
        raise ArgumentError(f"{operator}: the order is {order}, but must be a number.")


@final
@operator
class Norm(Reduction):
    """y = (the sum of |x|^order over ``axes``)^(1/order).

    For order infinity it is the largest |x|, for -infinity the smallest, for 0 how many x there are
    that are not 0. Where y is 0 its slope is taken as 0.

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
        if not 0 <= self.order < inf:
            super().refuse_nothing(x)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        if isinf(self.order):
            extreme = np.max if self.order > 0 else np.min
            return np.asarray(extreme(np.abs(x), axis=self.axes, keepdims=self.keepdim))
        total = self._terms(x).sum(axis=self.axes, keepdims=self.keepdim, dtype=x.dtype)
        if self.order == 2:
            return np.asarray(np.sqrt(total))
        if self.order in (0, 1):
            return np.asarray(total)
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(total ** x.dtype.type(1 / self.order))

    def _terms(self, x: Array) -> Array:
        if self.order == 2:
            return np.asarray(x * x)
        if self.order == 0:
            return np.asarray(x != 0)
        if self.order == 1:
            return np.asarray(np.abs(x))
        with np.errstate(divide="ignore", over="ignore", under="ignore"):
            return np.asarray(np.abs(x) ** x.dtype.type(self.order))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        if self.order == 0:
            return (None,)
        (x,) = inputs
        y, g = self.kept(output, x.shape), self.kept(upstream, x.shape)
        return (NormGrad(self.axes, self.order)(x, y, g),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Measures each {self.count(x.shape)} numbers by their norm of order {self.order:g}."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(axes, keepdim, order), (TensorSpec(shape),), prepare=_apart_from_zero)
            for shape, axes, keepdim in FILLED
            for order in ORDERS
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return (
            Mistake(lambda: cls((0,), False, nan), ("order is nan", "a number")),
            Mistake(lambda: cls((0,), False, -1.0).infer(TensorSpec((0, 3))), ("[0, 3]",)),
            Mistake(lambda: cls((0,), False, inf).infer(TensorSpec((0, 3))), ("[0, 3]",)),
            Mistake(lambda: cls((2,)).infer(TensorSpec((2, 3))), ("[2]", "2 dimensions")),
        )


@final
@operator
class NormGrad(Op):
    """dx = s (|x| / y)^(order - 1) g, where s is the sign of x; 0 where x or y is 0.

    For orders infinity and -infinity it is s g / n where |x| = y, n of which are, and 0 elsewhere.
    The sign of NaN is 0.

    Shapes:
        x [*I], y [*P], g [*P] -> dx [*I], where P has size 1 along ``axes``.
    """

    name: ClassVar[str] = "norm_grad"
    signature: ClassVar[str] = "x[*I], y[*P], g[*P] -> dx[*I]"

    axes: tuple[int, ...]
    order: float = 2.0

    def __post_init__(self) -> None:
        check_order(self.name, self.order)
        if self.order == 0:
            raise ArgumentError(f"{self.name}: the order is 0, but a count has no slope.")

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
        if isinf(self.order):
            is_y = np.abs(x) == y
            count = np.maximum(is_y.sum(axis=self.axes, keepdims=True), 1).astype(g.dtype)
            return np.asarray(np.where(is_y, sign * (g / count), g.dtype.type(0)))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            share = np.abs(x) / y
            slope = sign * share ** x.dtype.type(self.order - 1) * g
        return np.asarray(np.where((y == 0) | ((x == 0) & (share == 0)), x.dtype.type(0), slope))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, y, g = inputs
        along = Sum(self.axes, keepdim=True)
        one = Pow(0.0)(g)
        if self.order == 1 or isinf(self.order):
            return None, None, along(Mul()(upstream, self(x, y, one)))
        ratio = NormGrad((), 2.0)  # a g / y, and 0 where y is 0
        if self.order == 2:
            pulled = along(Mul()(upstream, x))
            return (
                self(upstream, y, g),
                Scale(-1.0)(ratio(ratio(pulled, y, g), y, one)),
                ratio(pulled, y, one),
            )
        dg = along(Mul()(upstream, self(x, y, one)))
        bent = NormGrad(self.axes, self.order - 1)(x, y, ratio(g, y, one))
        unsigned = NormGrad((), 1.0)(x, x, bent)  # the sign of x twice
        return (
            Scale(self.order - 1)(Mul()(upstream, unsigned)),
            Scale(1 - self.order)(ratio(dg, y, g)),
            dg,
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
                (x,) = _apart_from_zero(drawn[:1])
                return [x, Norm(axes, True, order).reference(x), drawn[2]]

            return Sample(cls(axes, order), (TensorSpec(shape), y, y), prepare=prepare)

        orders = [order for order in ORDERS if order != 0]
        return tuple(made(order, axes, shape) for shape, axes, _ in FILLED for order in orders)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, y = TensorSpec((2, 3)), TensorSpec((2,))
        return (
            Mistake(lambda: cls((1,)).infer(x, y, y), ("[2] and [2]", "[2, 1]")),
            Mistake(lambda: cls((1,), nan), ("order is nan",)),
            Mistake(lambda: cls((1,), 0.0), ("order is 0", "no slope")),
        )


def _apart_from_zero(arrays: list[Array]) -> list[Array]:
    """Move x away from 0, where negative and fractional powers are steep."""
    (x,) = arrays
    return [x + np.copysign(x.dtype.type(0.5), x)]


def quotient(g: Array, y: Array) -> Array:
    """Return g / y, and 0 where y is 0.

    Example:
        >>> quotient(np.array([1.0, 2.0]), np.array([4.0, 0.0])).tolist()
        [0.25, 0.0]
    """
    with np.errstate(invalid="ignore"):
        return np.divide(g, y, out=np.zeros_like(y), where=y != 0)
