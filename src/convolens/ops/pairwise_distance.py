"""The distance between vectors, pair by pair."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._activation import ones
from convolens.ops._attributes import operator
from convolens.ops._differentiate import differentiate
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, size_of
from convolens.ops.abs import Abs, AbsGrad
from convolens.ops.add import Add
from convolens.ops.mul import Mul
from convolens.ops.pow import Pow
from convolens.ops.reshape import Reshape
from convolens.ops.scale import Scale
from convolens.ops.sub import Sub
from convolens.ops.sum import Expand, Sum
from convolens.spec import TensorSpec, checked, require_float


@operator
class Distance(Op):
    """What the distance and its gradient share: the order of the norm, and what is added.

    ``eps`` is added to each difference, as in torch, so that vectors that are equal have a slope.
    """

    p: float = 2.0
    eps: float = 1e-6

    def __post_init__(self) -> None:
        if not self.p > 0.0:
            raise ArgumentError(
                f"{self.name}: p is {self.p:g}, but must be positive.",
                hint="2 is the straight distance, 1 that along the axes.",
            )

    def distances(self, a: TensorSpec, b: TensorSpec) -> TensorSpec:
        """Return the spec of the distances.

        Raises:
            ShapeError: If the vectors differ in shape, or have no axis, or no largest number.
        """
        dtype = require_float(self.name, a=a, b=b)
        facts = [("a", a, "*N, D"), ("b", b, "*N, D")]
        if a.shape != b.shape or a.rank == 0:
            raise ShapeError(
                f"{self.name}: a has shape {list(a.shape)}, but b has {list(b.shape)}.",
                facts,
                "both must have one shape [*N, D].",
            )
        if math.isinf(self.p) and a.shape[-1] == 0:
            raise ShapeError(f"{self.name}: vectors without numbers have no largest one.", facts)
        return checked(a.shape[:-1], dtype)

    def difference(self, a: Array, b: Array) -> Array:
        """Return a - b + eps."""
        return np.asarray(a - b + a.dtype.type(self.eps))


@final
@operator
class PairwiseDistance(Distance):
    """y[n] = (the sum over i of z[i]^p)^(1/p), where z[i] is the size of a[n,i] - b[n,i] + eps.

    For p infinite it is the largest z[i].

    Shapes:
        a [*N, D], b [*N, D] -> y [*N]
    """

    name: ClassVar[str] = "pairwise_distance"
    signature: ClassVar[str] = "a[*N,D], b[*N,D] -> y[*N]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        return self.distances(*specs)

    def reference(self, *arrays: Array) -> Array:
        sizes = np.abs(self.difference(*arrays))
        c = sizes.dtype.type
        if math.isinf(self.p):
            return np.asarray(sizes.max(axis=-1))
        total = (sizes ** c(self.p)).sum(axis=-1, dtype=sizes.dtype)
        return np.asarray(np.sqrt(total) if self.p == 2.0 else total ** c(1 / self.p))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        da = PairwiseDistanceGrad(self.p, self.eps)(*inputs, output, upstream)
        return da, Scale(-1.0)(da)

    def cost(self, *specs: TensorSpec) -> Cost:
        a, b = specs
        return Cost(2 * a.size, size_of(a, b), max(1, a.shape[-1]))

    def explain(self, *specs: TensorSpec) -> str:
        a, _ = specs
        return (
            f"Measures the distances of {self.infer(*specs).size} pairs of {a.shape[-1]} numbers."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(p), (TensorSpec(shape),) * 2)
            for shape in _SHAPES
            for p in _ORDERS
            if shape[-1] or not math.isinf(p)
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        a = TensorSpec((2, 3))
        return (
            Mistake(lambda: cls(0.0), ("p is 0", "must be positive")),
            Mistake(lambda: cls().infer(a, TensorSpec((2, 4))), ("[2, 3]", "[2, 4]")),
            Mistake(lambda: cls().infer(TensorSpec(()), TensorSpec(())), ("[*N, D]",)),
            Mistake(lambda: cls(math.inf).infer(*(TensorSpec((2, 0)),) * 2), ("no largest one",)),
        )


@final
@operator
class PairwiseDistanceGrad(Distance):
    """da = g (z / y)^(p-1) with the sign of a - b + eps, whose size is z; 0 where y is 0.

    For p infinite g is shared by all largest differences.

    Shapes:
        a [*N, D], b [*N, D], y [*N], g [*N] -> da [*N, D]
    """

    name: ClassVar[str] = "pairwise_distance_grad"
    signature: ClassVar[str] = "a[*N,D], b[*N,D], y[*N], g[*N] -> da[*N,D]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        a, b, y, g = specs
        require_float(self.name, a=a, b=b, y=y, g=g)
        shape = self.distances(a, b).shape
        if y.shape != shape or g.shape != shape:
            raise ShapeError(
                f"{self.name}: y has shape {list(y.shape)} and g {list(g.shape)}, but the "
                f"distances are {list(shape)}.",
                hint="both must be shaped as the distances.",
            )
        return a

    def reference(self, *arrays: Array) -> Array:
        a, b, y, g = arrays
        d = self.difference(a, b)
        c, y, g = d.dtype.type, y[..., None], g[..., None]
        signs = (d > 0).astype(d.dtype) - (d < 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            if math.isinf(self.p):
                sizes = np.abs(d)
                largest = (sizes == sizes.max(axis=-1, keepdims=True)).astype(d.dtype)
                return np.asarray(signs * largest * (g / largest.sum(axis=-1, keepdims=True)))
            if self.p == 1.0:
                return np.asarray(signs * g)
            parts = signs * np.abs(d) ** c(self.p - 1) * (g * y ** c(1 - self.p))
        return np.asarray(np.where((y == 0) | ((d == 0) & (self.p < 1)), c(0), parts))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        a, b, y, g = inputs
        slope = Mul()(upstream, self(a, b, y, ones(g)))
        towards_g = Sum((len(a.shape) - 1,))(slope)
        if math.isinf(self.p) or self.p == 1.0:
            zero = Scale(0.0)(upstream)
            return zero, zero, Scale(0.0)(towards_g), towards_g
        d = Add()(Sub()(a, b), Scale(self.eps)(ones(a)))
        each = Expand(a.shape)(Reshape((*g.shape, 1))(Mul()(g, Pow(1 - self.p)(y))))
        expanded = AbsGrad()(d, Mul()(Pow(self.p - 1)(Abs()(d)), each))
        return *differentiate(expanded, upstream, [a, b, y]), towards_g

    def cost(self, *specs: TensorSpec) -> Cost:
        a = specs[0]
        return Cost(a.size, size_of(*specs, a), 1)

    def explain(self, *specs: TensorSpec) -> str:
        a, _, y, _ = specs
        return f"Pulls or pushes {y.size} vectors of {a.shape[-1]} numbers along their differences."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(
                cls(p),
                (*(TensorSpec(shape),) * 2, *(TensorSpec(shape[:-1]),) * 2),
                prepare=with_distance(cls(p)),
            )
            for shape in _SHAPES
            for p in _ORDERS
            if shape[-1]
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        a, y = TensorSpec((2, 3)), TensorSpec((2,))
        return (
            Mistake(lambda: cls().infer(a, a, y, a), ("g [2, 3]", "distances are [2]")),
            Mistake(lambda: cls(-1.0), ("p is -1",)),
        )


def with_distance(op: PairwiseDistanceGrad) -> Callable[[list[Array]], list[Array]]:
    """Return how to put the distance of a and b in the place of y."""

    def prepare(arrays: list[Array]) -> list[Array]:
        a, b, _, g = arrays
        return [a, b, PairwiseDistance(op.p, op.eps).reference(a, b), g]

    return prepare


_ORDERS = (2.0, 1.0, 3.0, 1.5, math.inf)
_SHAPES: tuple[tuple[int, ...], ...] = ((4, 10), (3, 33), (5,), (2, 3, 4), (0, 3), (1, 1), (2, 0))
