"""The mean of each window, whatever the windows are, and its gradient."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Sequence
from functools import reduce
from math import prod
from typing import ClassVar

import numpy as np

from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Op, Sample, Value, require_rank, size_of
from convolens.ops._pool_geometry import PoolWindows
from convolens.spec import TensorSpec, checked, require_float


@operator
class AvgWindows(PoolWindows):
    """What average pooling and its gradient share: the divisor of each window."""

    def first_counted(self) -> int:
        """Return the smallest entry of a tap table that counts in the divisor."""
        return 0

    def fixed_divisor(self) -> int | None:
        """Return what all windows are divided by, or None where it is what they count."""
        return None

    def divisors(self, sizes: Sequence[int]) -> Array:
        """Return what each window is divided by.

        Shapes:
            [*P]
        """
        first = self.first_counted()
        counts = [(table >= first).sum(axis=1) for table in self.tables(sizes)]
        cells: Array = reduce(np.multiply.outer, counts)
        fixed = self.fixed_divisor()
        return cells if fixed is None else np.full_like(cells, fixed)

    @abc.abstractmethod
    def averaging(self) -> Op:
        """Return the operator that averages over these windows."""

    @abc.abstractmethod
    def spreading(self, sizes: Sequence[int]) -> Op:
        """Return the operator that spreads gradients over these windows of an image."""

    @classmethod
    @abc.abstractmethod
    def operators(cls) -> Iterable[tuple[AvgWindows, TensorSpec]]:
        """Yield (operator, x) for samples."""


@operator
class Averaged(AvgWindows):
    """The mean of each window."""

    signature: ClassVar[str] = "x[N,C,*I] -> y[N,C,*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        return checked(self.output_shape(x), require_float(self.name, x=x))

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        total = window_sums(self, x)
        mean: Array = total / self.divisors(x.shape[2:]).astype(x.dtype)
        return mean

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (self.spreading(inputs[0].shape[2:])(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        images, sizes = prod(x.shape[:2]), x.shape[2:]
        return Cost(images * self.reads(sizes), size_of(x, self.infer(x)), self.taps(sizes) + 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Averages each window ({self.describe()}): {spatial.times(x.shape[2:])} becomes "
            f"{spatial.times(self.infer(x).shape[2:])}, the {x.shape[1]} channels stay."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x,)) for op, x in cls.operators())


@operator
class Spread(AvgWindows):
    """Numbers of the windows, spread evenly over these and added up.

    ``sizes`` are the spatial sizes of the image, which those of g do not determine.
    """

    signature: ClassVar[str] = "g[N,C,*P] -> dx[N,C,*I]"

    @abc.abstractmethod
    def image_sizes(self) -> tuple[int, ...]:
        """Return the spatial sizes of the image."""

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (g,) = specs
        dtype = require_float(self.name, g=g)
        require_rank(self.name, "g", g, self.rank + 2, spatial.IMAGE_LETTERS[self.rank])
        x = TensorSpec((*g.shape[:2], *self.image_sizes()), dtype)
        self.require_output(x, g)
        return checked(x.shape, dtype)

    def reference(self, *arrays: Array) -> Array:
        (g,) = arrays
        sizes = self.image_sizes()
        return spread_sums(self, g / self.divisors(sizes).astype(g.dtype), sizes)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (self.averaging()(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (g,) = specs
        images, sizes = prod(g.shape[:2]), self.image_sizes()
        moved = size_of(g, self.infer(g))
        return Cost(images * self.reads(sizes), moved, self.most_readers(sizes) + 1)

    def explain(self, *specs: TensorSpec) -> str:
        (g,) = specs
        return f"Spreads each of {g.size} gradients evenly over its window ({self.describe()})."


def window_sums(op: PoolWindows, x: Array) -> Array:
    """Return the sum of x over each window.

    Shapes:
        x [N, C, *I] -> [N, C, *P]
    """
    tables = op.tables(x.shape[2:])
    padded = spatial.with_pad_cell(x, op.rank)
    total = np.zeros((*x.shape[:2], *map(len, tables)), x.dtype)
    for tap in spatial.taps([table.shape[1] for table in tables]):
        total += padded[spatial.reads(tables, tap)]
    return total


def spread_sums(op: PoolWindows, g: Array, sizes: Sequence[int]) -> Array:
    """Return the sum of g over the windows that read each place of an image.

    Shapes:
        g [N, C, *P] -> [N, C, *sizes]
    """
    tables = op.tables(sizes)
    padded = np.zeros((*g.shape[:2], *(size + 1 for size in sizes)), g.dtype)
    for tap in spatial.taps([table.shape[1] for table in tables]):
        # Several windows may read an input by the same tap, if they do not move on.
        np.add.at(padded, spatial.reads(tables, tap), g)
    dx: Array = padded[spatial.without_pad_cell(sizes)]
    return dx
