"""The patches that a window reads, side by side (im2col), and patches added up again (col2im)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any, ClassVar, final

import numpy as np

from convolens.errors import ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, shared, size_of
from convolens.ops._taps import Pair, Table, Window
from convolens.spec import TensorSpec, checked, require_float


@operator
class Patches(Op):
    """What unfolding and folding share: a window, one entry an axis."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[Pair, ...]
    dilation: tuple[int, ...]

    def __post_init__(self) -> None:
        spatial.require_same_rank(
            self.name,
            kernel=self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
        )
        self.windows()

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.kernel)

    def windows(self) -> tuple[Window, ...]:
        """Return the window of each axis."""
        return tuple(
            Window(k, s, p, d)
            for k, s, p, d in zip(
                self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )

    def output_sizes(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """Return how many windows there are along each axis."""
        return spatial.output_sizes(self.name, self.windows(), sizes)

    def tables(self, sizes: Sequence[int]) -> list[Table]:
        """Return the tap table of each axis."""
        return spatial.tables(self.windows(), sizes)

    def describe(self) -> str:
        """Write the window, such as ``3x3, stride 1x1, padding 1, 1``."""
        return (
            f"{spatial.times(self.kernel)}, stride {spatial.times(self.stride)}, padding "
            f"{spatial.show_padding(self.padding)}"
        )


@final
@operator
class Unfold(Patches):
    """y[n, (c, r), p] = x[n, c, p stride + r dilation - padding]: a column for each window p.

    The channels and taps (c, r) run along one axis, the last running fastest, and so do the
    windows.

    Shapes:
        x [N, C, *I] -> y [N, C R S, P Q]

    Source: Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for
    Document Processing", 2006, section 3.
    """

    name: ClassVar[str] = "unfold"
    signature: ClassVar[str] = "x[N,C,*I] -> y[N,K,L]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        dtype = require_float(self.name, x=x)
        spatial.require_image(self.name, x, self.rank)
        if x.shape[1] == 0:
            raise ShapeError(f"{self.name}: x has no channels.", [("x", x, "")])
        windows = self.output_sizes(x.shape[2:])
        return checked((x.shape[0], x.shape[1] * prod(self.kernel), prod(windows)), dtype)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        tables = self.tables(x.shape[2:])
        padded = spatial.with_pad_cell(x, self.rank)
        y: Array = np.zeros((*x.shape[:2], *self.kernel, *map(len, tables)), x.dtype)
        for tap in spatial.taps(self.kernel):
            y[_column(tap)] = padded[spatial.reads(tables, tap)]
        return y.reshape(self.infer(TensorSpec(x.shape, x.dtype)).shape)

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Fold(**shared(self, Patches), sizes=inputs[0].shape[2:])(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        return Cost(0, size_of(*specs, self.infer(*specs)), 1)

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        y = self.infer(x)
        return (
            f"Writes the {y.shape[2]} windows of {self.describe()} as columns of {y.shape[1]} "
            f"numbers: {x.shape[1]} channels times {prod(self.kernel)} taps."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(cls(*window), (TensorSpec(x),)) for x, window in _PATCHES)

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        def unfold(kernel: int, stride: int = 1, padding: int = 0) -> Unfold:
            return cls((kernel,) * 2, (stride,) * 2, ((padding, padding),) * 2, (1, 1))

        image = TensorSpec((1, 3, 8, 8))
        return (
            Mistake(lambda: unfold(9).infer(image), ("along the height", "covers 9", "only 8")),
            Mistake(lambda: unfold(3).infer(TensorSpec((8, 8))), ("x has 2 dimensions",)),
            Mistake(lambda: unfold(3).infer(TensorSpec((1, 0, 8, 8))), ("no channels",)),
            Mistake(lambda: unfold(0), ("kernel is 0",)),
            Mistake(lambda: unfold(3, 0), ("stride is 0",)),
            Mistake(lambda: unfold(3, 1, -1), ("must not be negative",)),
        )


@final
@operator
class Fold(Patches):
    """y[n,c,i] = the sum of x[n, (c, r), p] over the windows p that read pixel i by their tap r.

    ``sizes`` are the spatial sizes of the image.

    Shapes:
        x [N, C R S, P Q] -> y [N, C, *sizes]
    """

    name: ClassVar[str] = "fold"
    signature: ClassVar[str] = "x[N,K,L] -> y[N,C,*I]"

    sizes: tuple[int, ...] = ()

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        dtype = require_float(self.name, x=x)
        facts = [
            ("x", x, "N, C times taps, windows"),
            ("kernel", spatial.times(self.kernel), ""),
            ("output", spatial.times(self.sizes), ""),
        ]
        taps = prod(self.kernel)
        if x.rank != 3:
            raise ShapeError(f"{self.name}: x has {x.rank} dimensions, but 3 are needed.", facts)
        if x.shape[1] % taps or x.shape[1] == 0:
            raise ShapeError(
                f"{self.name}: the {x.shape[1]} rows of x are not some channels times {taps} taps.",
                facts,
                f"x.shape[1] must be a positive multiple of {taps}.",
            )
        windows = self.output_sizes(self.sizes)
        if x.shape[2] != prod(windows):
            raise ShapeError(
                f"{self.name}: x has {x.shape[2]} columns, but there are {prod(windows)} windows: "
                f"{spatial.times(windows)}.",
                facts,
                "the window must be the one that the patches were taken with.",
            )
        return checked((x.shape[0], x.shape[1] // taps, *self.sizes), dtype)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        shape = self.infer(TensorSpec(x.shape, x.dtype)).shape
        tables = self.tables(self.sizes)
        patches = x.reshape(*shape[:2], *self.kernel, *map(len, tables))
        padded: Array = np.zeros((*shape[:2], *(size + 1 for size in self.sizes)), x.dtype)
        for tap in spatial.taps(self.kernel):
            # A window reads each pixel at most once by a given tap: only the pad cell repeats.
            padded[spatial.reads(tables, tap)] += patches[_column(tap)]
        y: Array = padded[spatial.without_pad_cell(self.sizes)]
        return y

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Unfold(**shared(self, Patches))(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return Cost(x.size, size_of(x, self.infer(x)), prod(self.kernel))

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        return (
            f"Adds {x.shape[2]} patches of {self.describe()} up in an image of "
            f"{spatial.times(self.sizes)}, where they overlap."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(*window, sizes=x[2:]), (Unfold(*window).infer(TensorSpec(x)),))
            for x, window in _PATCHES
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls((3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1), (5, 5))
        return (
            Mistake(lambda: op.infer(TensorSpec((1, 26, 9))), ("26 rows", "9 taps")),
            Mistake(lambda: op.infer(TensorSpec((1, 27, 8))), ("8 columns", "9 windows: 3x3")),
            Mistake(lambda: op.infer(TensorSpec((27, 9))), ("x has 2 dimensions",)),
        )


def _column(tap: Sequence[int]) -> Any:
    """Return the index of a tap in patches [N, C, *R, *P]."""
    return (slice(None), slice(None), *tap)


_Geometry = tuple[tuple[int, ...], tuple[int, ...], tuple[Pair, ...], tuple[int, ...]]

#: (shape of x, (kernel, stride, padding, dilation))
_PATCHES: tuple[tuple[tuple[int, ...], _Geometry], ...] = (
    ((2, 3, 5, 6), ((3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1))),
    ((2, 3, 6, 7), ((2, 3), (2, 1), ((0, 1), (2, 0)), (1, 2))),
    ((1, 33, 4, 4), ((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))),
    ((1, 2, 5, 5), ((1, 1), (3, 2), ((0, 0), (0, 0)), (1, 1))),
    ((1, 2, 3, 3), ((2, 2), (4, 4), ((3, 3), (3, 3)), (1, 1))),
    ((0, 2, 4, 4), ((3, 3), (1, 1), ((0, 0), (0, 0)), (1, 1))),
    ((2, 3, 9), ((4,), (2,), ((1, 1),), (1,))),
    ((1, 2, 3, 4, 3), ((2, 2, 2), (1, 2, 1), ((0, 0), (1, 1), (0, 0)), (1, 1, 1))),
)
