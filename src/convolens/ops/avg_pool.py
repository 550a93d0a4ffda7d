"""Average pooling of any rank: the mean of each window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._op import Array, Cost, Mistake, Sample, Value, shared, size_of
from convolens.ops._pool_geometry import SAMPLES, PoolGeometry, pool_mistakes
from convolens.ops._taps import PAD
from convolens.spec import TensorSpec, checked, require_float


@dataclass(frozen=True)
class AvgPoolGeometry(PoolGeometry):
    """What average pooling and its gradient share: the divisor of each window."""

    count_include_pad: bool = True

    def divisors(self, sizes: Sequence[int]) -> Array:
        """Return the number of cells that each window counts.

        With ``count_include_pad`` these are the cells of the padded input, else those of the input.
        What a ``ceil_mode`` window covers beyond the padding never counts.

        Shapes:
            [*P]
        """
        first = PAD if self.count_include_pad else 0
        counts = [(table >= first).sum(axis=1) for table in self.tables(sizes)]
        return reduce(np.multiply.outer, counts)

    @classmethod
    def operators(cls) -> Iterable[tuple[AvgPoolGeometry, TensorSpec]]:
        """Yield (operator, x) for samples."""
        for shape, (kernel, stride, padding, ceil_mode) in SAMPLES:
            for include in (True, False):
                ones = (1,) * len(kernel)
                yield cls(kernel, stride, padding, ones, ceil_mode, include), TensorSpec(shape)


@final
@dataclass(frozen=True)
class AvgPool(AvgPoolGeometry):
    """y[n,c,p] = the sum of x[n, c, p stride + r dilation - padding] over taps r, by the divisor.

    Shapes:
        x [N, C, *I] -> y [N, C, *P]

    Source: LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998, section
    II.B (sub-sampling, there with a trained coefficient and bias).
    """

    name: ClassVar[str] = "avg_pool"
    signature: ClassVar[str] = "x[N,C,*I] -> y[N,C,*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        return checked(self.output_shape(x), require_float(self.name, x=x))

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        tables = self.tables(x.shape[2:])
        padded = spatial.with_pad_cell(x, self.rank)
        total = np.zeros((*x.shape[:2], *map(len, tables)), x.dtype)
        for tap in spatial.taps(self.kernel):
            total += padded[spatial.reads(tables, tap)]
        mean: Array = total / self.divisors(x.shape[2:]).astype(x.dtype)
        return mean

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        spread = AvgPoolGrad(**shared(self, AvgPoolGeometry), sizes=inputs[0].shape[2:])
        return (spread(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        y = self.infer(*specs)
        return Cost(y.size * prod(self.kernel), size_of(*specs, y), prod(self.kernel) + 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Averages each {spatial.times(self.kernel)} window ({self.describe()}): "
            f"{spatial.times(x.shape[2:])} becomes {spatial.times(self.infer(x).shape[2:])}, the "
            f"{x.shape[1]} channels stay."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x,)) for op, x in cls.operators())

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        return pool_mistakes(cls)


@final
@dataclass(frozen=True)
class AvgPoolGrad(AvgPoolGeometry):
    """dx[i] = the sum of g[p] / divisor[p] over the windows p that read x[i].

    ``sizes`` are the spatial sizes of the image, which those of g do not determine.

    Shapes:
        g [N, C, *P] -> dx [N, C, *sizes]
    """

    name: ClassVar[str] = "avg_pool_grad"
    signature: ClassVar[str] = "g[N,C,*P] -> dx[N,C,*I]"

    sizes: tuple[int, ...] = ()

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (g,) = specs
        dtype = require_float(self.name, g=g)
        spatial.require_image(self.name, g, self.rank, "g")
        x = TensorSpec((*g.shape[:2], *self.sizes), dtype)
        expected = self.output_shape(x)
        if g.shape != expected:
            raise ShapeError(
                f"{self.name}: g has shape {list(g.shape)}, but the output is {list(expected)}.",
                hint="g must be shaped as the output.",
            )
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        (g,) = arrays
        tables = self.tables(self.sizes)
        share = g / self.divisors(self.sizes).astype(g.dtype)
        padded = np.zeros((*g.shape[:2], *(size + 1 for size in self.sizes)), g.dtype)
        for tap in spatial.taps(self.kernel):
            # A window reads each input at most once by a given tap: only the pad cell repeats.
            padded[spatial.reads(tables, tap)] += share
        dx: Array = padded[spatial.without_pad_cell(self.sizes)]
        return dx

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (AvgPool(**shared(self, AvgPoolGeometry))(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (g,) = specs
        return Cost(g.size * prod(self.kernel), size_of(g, self.infer(g)), prod(self.kernel) + 1)

    def explain(self, *specs: TensorSpec) -> str:
        (g,) = specs
        return (
            f"Spreads each of {g.size} gradients evenly over its {spatial.times(self.kernel)} "
            "window."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(**shared(op, AvgPoolGeometry), sizes=x.shape[2:]), (op.infer(x),))
            for op, x in AvgPool.operators()
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1), sizes=(8, 8))
        return (
            Mistake(
                lambda: op.infer(TensorSpec((1, 3, 8, 8))),
                ("g has shape [1, 3, 8, 8]", "[1, 3, 4, 4]"),
            ),
        )
