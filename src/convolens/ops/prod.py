"""The product of all numbers along some axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops._attributes import operator
from convolens.ops._differentiate import differentiate
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops._over_axes import Reduction
from convolens.ops.concat import Concat
from convolens.ops.mul import Mul
from convolens.ops.slice import Slice
from convolens.ops.sum import REDUCTIONS, Sum, axis_mistakes, check_axes, reduced
from convolens.spec import TensorSpec, checked, require_float


@final
@operator
class Prod(Reduction):
    """y = the product of x over ``axes``, which are ascending and not negative; of nothing it is 1.

    Shapes:
        x [*I] -> y [*P]: the axes are removed, or kept with size 1 if ``keepdim``.
    """

    name: ClassVar[str] = "prod"
    signature: ClassVar[str] = "x[*I] -> y[*P]"

    def refuse_nothing(self, x: TensorSpec) -> None:
        """Refuse nothing: there is a product of no numbers."""

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        product: Array = x.prod(axis=self.axes, keepdims=self.keepdim, dtype=x.dtype)
        return product

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        (x,) = inputs
        return (ProdGrad(self.axes)(x, self.kept(upstream, x.shape)),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return f"Multiplies {self.count(x.shape)} numbers for each output."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(axes, keepdim), (TensorSpec(x),)) for x, axes, keepdim in REDUCTIONS
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return axis_mistakes(cls)


@final
@operator
class ProdGrad(Op):
    """dx = g times the product of all other x of the same group.

    So where one x is 0 only its own place has a gradient, and where two are, none has.

    Shapes:
        x [*I], g [*P] -> dx [*I], where P has size 1 along ``axes``.

    Source: Griewank and Walther, "Evaluating Derivatives", 2008, section 3.3: Speelpenning's
    product.
    """

    name: ClassVar[str] = "prod_grad"
    signature: ClassVar[str] = "x[*I], g[*P] -> dx[*I]"

    axes: tuple[int, ...]

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, g = specs
        dtype = require_float(self.name, x=x, g=g)
        check_axes(self.name, self.axes, x)
        expected = reduced(x.shape, self.axes, keepdim=True)
        if g.shape != expected:
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but the products are {list(expected)}.",
                [("x", x, "")],
                "keep the reduced axes with size 1.",
            )
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        kept = tuple(axis for axis in range(x.ndim) if axis not in self.axes)
        behind = x.transpose(kept + self.axes)
        rows = behind.reshape(*(x.shape[axis] for axis in kept), self.count(x.shape))
        others = _before(rows) * _before(rows[..., ::-1])[..., ::-1]
        back = tuple(int(place) for place in np.argsort(kept + self.axes))
        return np.asarray(g * others.reshape(behind.shape).transpose(back))

    def count(self, shape: tuple[int, ...]) -> int:
        """Return how many numbers are multiplied."""
        return prod(shape[axis] for axis in self.axes)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        x, g = inputs
        if self.count(x.shape) == 0:
            return upstream, Sum(self.axes, keepdim=True)(upstream)
        product = x
        for axis in self.axes:
            product = product_of_pairs(product, axis)
        (slope,) = differentiate(product, g, (x,))
        assert slope is not None
        return differentiate(slope, upstream, (x, g))

    def cost(self, *specs: TensorSpec) -> Cost:
        x, _ = specs
        return Cost(3 * x.size, size_of(*specs, x), self.count(x.shape) + 1)

    def explain(self, *specs: TensorSpec) -> str:
        x, _ = specs
        return (
            f"Multiplies each of {x.size} gradients with the {max(self.count(x.shape) - 1, 0)} "
            "other numbers of its product."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        def one_zero(drawn: list[Array]) -> list[Array]:
            x = drawn[0].copy()
            x.reshape(-1)[: min(1, x.size)] = 0
            return [x, drawn[1]]

        def few(drawn: list[Array]) -> list[Array]:
            return [np.round(drawn[0]), drawn[1]]

        calls = (((3, 4), (1,), True), *REDUCTIONS)
        for number, (shape, axes, _) in enumerate(calls):
            g = TensorSpec(reduced(shape, axes, keepdim=True))
            prepare = (None, one_zero, few)[number % 3]
            yield Sample(cls(axes), (TensorSpec(shape), g), prepare=prepare)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        x, g = TensorSpec((2, 3)), TensorSpec((2,))
        return (
            Mistake(lambda: cls((1,)).infer(x, g), ("shape [2]", "[2, 1]")),
            Mistake(lambda: cls((2,)).infer(x, g), ("2 dimensions",)),
        )


def _before(rows: Array) -> Array:
    """Return, for each number of a row, the product of all before it.

    Example:
        >>> _before(np.array([2.0, 3.0, 4.0])).tolist()
        [1.0, 2.0, 6.0]
    """
    shifted = np.ones_like(rows)
    shifted[..., 1:] = rows[..., :-1]
    return shifted.cumprod(axis=-1, dtype=rows.dtype)


def product_of_pairs(x: Value, dim: int) -> Value:
    """Return the product along ``dim``, which stays with size 1, of at least one number.

    Numbers are multiplied in pairs, then the products in pairs, and so on, so that nothing is
    divided, and a gradient of any order is exact where numbers are 0.
    """
    while (length := x.shape[dim]) > 1:
        half = length // 2
        pairs: Value = Mul()(_part(x, dim, 0, half), _part(x, dim, half, 2 * half))
        if length % 2:
            pairs = Concat(dim)(pairs, _part(x, dim, 2 * half, length))
        x = pairs
    return x


def _part(x: Value, dim: int, start: int, stop: int) -> Value:
    bounds = [(0, extent, 1) for extent in x.shape]
    bounds[dim] = (start, stop, 1)
    return Slice(tuple(bounds))(x)
