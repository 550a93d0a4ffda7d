"""The largest number of each window, whatever the windows are: values, places and gradients."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar

import numpy as np

from convolens.errors import ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Op, Sample, Value, size_of
from convolens.ops._pool_geometry import PoolWindows
from convolens.spec import TensorSpec, checked, int64, require_float


@operator
class MaxWindows(PoolWindows):
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
        for tap in spatial.taps([table.shape[1] for table in tables]):
            reads = spatial.reads(tables, tap)
            value, position = values[reads], positions[reads]
            better = (value > best) | np.isnan(value) | (winners < 0)
            better &= position >= 0
            best = np.where(better, value, best)
            winners = np.where(better, position, winners)
        return winners

    @abc.abstractmethod
    def routing(self) -> Op:
        """Return the operator that sends gradients of these windows to their winners."""

    @abc.abstractmethod
    def picking(self) -> Op:
        """Return the operator that reads a second image at these windows' winners."""

    @abc.abstractmethod
    def locating(self) -> PoolWindows:
        """Return the operator that says where these windows' winners are."""

    @classmethod
    @abc.abstractmethod
    def operators(cls) -> Iterable[tuple[MaxWindows, TensorSpec]]:
        """Yield (operator, x) for samples."""

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, size_of(*specs, self.infer(*specs)), self.taps(specs[0].shape[2:]))


@operator
class Largest(MaxWindows):
    """The largest number of each window."""

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
        return (self.routing()(inputs[0], upstream),)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Keeps the largest number of each window ({self.describe()}): "
            f"{spatial.times(x.shape[2:])} becomes {spatial.times(self.infer(x).shape[2:])}, the "
            f"{x.shape[1]} channels stay."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x,)) for op, x in cls.operators())


@operator
class Places(MaxWindows):
    """The place of the largest number of each window."""

    signature: ClassVar[str] = "x[N,C,*I] -> indices[N,C,*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        require_float(self.name, x=x)
        return checked(self.output_shape(x), int64)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return self.winners(x)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (None,)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Says of each window ({self.describe()}) which of {prod(x.shape[2:])} pixels holds "
            "its largest number."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x,)) for op, x in cls.operators())


@operator
class Routed(MaxWindows):
    """Numbers of the windows, sent to the places of the windows' winners and added up there."""

    signature: ClassVar[str] = "x[N,C,*I], g[N,C,*P] -> dx[N,C,*I]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        x, g = specs
        dtype = require_float(self.name, x=x, g=g)
        self.require_output(x, g)
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
        return None, self.picking()(inputs[0], upstream)

    def cost(self, *specs: TensorSpec) -> Cost:
        x, _ = specs
        return Cost(0, size_of(*specs, self.infer(*specs)), self.most_readers(x.shape[2:]))

    def explain(self, *specs: TensorSpec) -> str:
        x, g = specs
        return f"Sends each of {g.size} gradients to the one of {x.size} inputs that won."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x, TensorSpec(op.output_shape(x)))) for op, x in cls.operators())


@operator
class Picked(MaxWindows):
    """A second image, read at the places of the windows' winners; 0 for an empty window."""

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
        return None, self.routing()(inputs[0], upstream)

    def explain(self, *specs: TensorSpec) -> str:
        return "Reads a second image at the places where the first one's windows have their maxima."

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x, x)) for op, x in cls.operators())


def gather(x: Array, positions: Array, fill: float) -> Array:
    """Return x at flat spatial ``positions``, and ``fill`` where a position is -1."""
    flat = x.reshape(*x.shape[:2], prod(x.shape[2:]))
    padded = np.concatenate([flat, np.full((*x.shape[:2], 1), fill, x.dtype)], axis=2)
    columns = positions.reshape(*x.shape[:2], prod(positions.shape[2:]))
    return np.take_along_axis(padded, columns, axis=2).reshape(positions.shape)
