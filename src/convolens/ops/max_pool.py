"""Max pooling of any rank: the largest number of each window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, shared, size_of
from convolens.ops._pool_geometry import SAMPLES, PoolGeometry, pool_mistakes
from convolens.spec import TensorSpec, checked, require_float


@dataclass(frozen=True)
class MaxPoolGeometry(PoolGeometry):
    """What max pooling and its gradients share: the place of each window's largest number."""

    def winners(self, x: Array) -> Array:
        """Return the flat position of each window's winner, or -1 where it reads no input.

        The first of equal numbers wins. A NaN wins over numbers, and the last NaN over others.

        Shapes:
            x [N, C, *I] -> [N, C, *P]
        """
        sizes = x.shape[2:]
        tables = self.tables(sizes)
        positions = np.arange(prod(sizes)).reshape(sizes)
        positions = spatial.with_pad_cell(positions, self.rank, -1)
        values = spatial.with_pad_cell(x, self.rank)
        best = np.full((*x.shape[:2], *map(len, tables)), -np.inf, x.dtype)
        winners = np.full(best.shape, -1, np.int64)
        for tap in spatial.taps(self.kernel):
            reads = spatial.reads(tables, tap)
            value, position = values[reads], positions[reads]
            better = (value > best) | np.isnan(value) | (winners < 0)
            better &= position >= 0
            best = np.where(better, value, best)
            winners = np.where(better, position, winners)
        return winners

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, size_of(*specs, self.infer(*specs)), prod(self.kernel))

    @classmethod
    def operators(cls) -> Iterable[tuple[MaxPoolGeometry, TensorSpec, TensorSpec]]:
        """Yield (operator, x, y) for samples."""
        for shape, (kernel, stride, padding, ceil_mode) in SAMPLES:
            for dilation in (1, 2):
                try:
                    op = cls(kernel, stride, padding, (dilation,) * len(kernel), ceil_mode)
                    x = TensorSpec(shape)
                    yield op, x, TensorSpec(op.output_shape(x))
                except ShapeError:
                    continue  # the dilated window is larger than this sample's input


@final
@dataclass(frozen=True)
class MaxPool(MaxPoolGeometry):
    """y[n,c,p] = the largest x[n, c, p stride + r dilation - padding] over taps r that read x.

    Shapes:
        x [N, C, *I] -> y [N, C, *P]

    Source: Ranzato et al., "Unsupervised Learning of Invariant Feature Hierarchies", 2007.
    """

    name: ClassVar[str] = "max_pool"
    signature: ClassVar[str] = "x[N,C,*I] -> y[N,C,*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        return checked(self.output_shape(x), require_float(self.name, x=x))

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return gather(x, self.winners(x), fill=-np.inf)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (MaxPoolGrad(**shared(self, MaxPoolGeometry))(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Keeps the largest of each {spatial.times(self.kernel)} window ({self.describe()}): "
            f"{spatial.times(x.shape[2:])} becomes {spatial.times(self.infer(x).shape[2:])}, the "
            f"{x.shape[1]} channels stay."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x,)) for op, x, _ in cls.operators())

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return pool_mistakes(cls)


@final
@dataclass(frozen=True)
class MaxPoolGrad(MaxPoolGeometry):
    """dx[i] = the sum of g over the windows that x[i] won.

    Shapes:
        x [N, C, *I], g [N, C, *P] -> dx [N, C, *I]
    """

    name: ClassVar[str] = "max_pool_grad"
    signature: ClassVar[str] = "x[N,C,*I], g[N,C,*P] -> dx[N,C,*I]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, g = specs
        dtype = require_float(self.name, x=x, g=g)
        expected = self.output_shape(x)
        if g.shape != expected:
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but the output is {list(expected)}.",
                hint="g must be shaped as the output.",
            )
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        x, g = arrays
        winners = self.winners(x).reshape(*x.shape[:2], prod(g.shape[2:]))
        upstream = g.reshape(winners.shape)
        # One more cell takes what belongs to windows that read no input.
        dx = np.zeros((*x.shape[:2], prod(x.shape[2:]) + 1), g.dtype)
        n, c = np.ix_(range(len(x)), range(x.shape[1]))
        np.add.at(dx, (n[..., None], c[..., None], winners), upstream)
        return dx[..., :-1].reshape(x.shape)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return None, MaxPoolPick(**shared(self, MaxPoolGeometry))(inputs[0], upstream)

    def explain(self, *specs: TensorSpec) -> str:
        x, g = specs
        return f"Sends each of {g.size} gradients to the one of {x.size} inputs that won."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x, y)) for op, x, y in cls.operators())

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
        x = TensorSpec((1, 3, 8, 8))
        return (Mistake(lambda: op.infer(x, x), ("g has shape [1, 3, 8, 8]", "[1, 3, 4, 4]")),)


@final
@dataclass(frozen=True)
class MaxPoolPick(MaxPoolGeometry):
    """y[p] = u at the place where x won window p; 0 for a window that reads no input.

    Shapes:
        x [N, C, *I], u [N, C, *I] -> y [N, C, *P]
    """

    name: ClassVar[str] = "max_pool_pick"
    signature: ClassVar[str] = "x[N,C,*I], u[N,C,*I] -> y[N,C,*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, u = specs
        dtype = require_float(self.name, x=x, u=u)
        if u.shape != x.shape:
            raise ShapeError(
                f"{self.name}: u has shape {list(u.shape)}, but x has {list(x.shape)}.",
                hint="both must have one shape.",
            )
        return checked(self.output_shape(x), dtype)

    def reference(self, *arrays: Array) -> Array:
        x, u = arrays
        return gather(u, self.winners(x), fill=0.0)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return None, MaxPoolGrad(**shared(self, MaxPoolGeometry))(inputs[0], upstream)

    def explain(self, *specs: TensorSpec) -> str:
        return "Reads a second image at the places where the first one's windows have their maxima."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x, x)) for op, x, _ in cls.operators())

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))
        x, u = TensorSpec((1, 3, 8, 8)), TensorSpec((1, 3, 4, 4))
        return (Mistake(lambda: op.infer(x, u), ("u has shape [1, 3, 4, 4]",)),)


def gather(x: Array, positions: Array, fill: float) -> Array:
    """Return x at flat spatial ``positions``, and ``fill`` where a position is -1."""
    flat = x.reshape(*x.shape[:2], prod(x.shape[2:]))
    padded = np.concatenate([flat, np.full((*x.shape[:2], 1), fill, x.dtype)], axis=2)
    columns = positions.reshape(*x.shape[:2], prod(positions.shape[2:]))
    return np.take_along_axis(padded, columns, axis=2).reshape(positions.shape)
