"""Resampling: images of another size, and the gradient, which is the transposed resampling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import ClassVar, final, get_args

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Cost, Mistake, Op, Sample, Value, shared, size_of
from convolens.ops._taps import PAD
from convolens.ops._weighted_taps import Mode, Weighted, table, transposed
from convolens.spec import TensorSpec, checked, require_float


@operator
class Resampling(Op):
    """What resampling and its gradient share.

    Args:
        mode: ``'nearest'``, ``'nearest-exact'``, ``'linear'``, ``'cubic'`` or ``'area'``.
        outputs: The sizes of the result's spatial axes.
        scales: Outputs per input along each axis, where they are not the quotient of the sizes.
        align_corners: For linear and cubic, whether the centres of the cells in the corners stay
            where they are, and not the edges.
    """

    mode: Mode
    outputs: tuple[int, ...]
    scales: tuple[float | None, ...]
    align_corners: bool = False

    def __post_init__(self) -> None:
        spatial.require_same_rank(self.name, outputs=self.outputs, scales=self.scales)
        if self.mode not in get_args(Mode):
            raise ArgumentError(
                f"{self.name}: mode is {self.mode!r}, but must be one of "
                f"{', '.join(map(repr, get_args(Mode)))}."
            )
        if min(self.outputs) < 1:
            raise ArgumentError(
                f"{self.name}: the output sizes are {list(self.outputs)}, but must be at least 1.",
                hint="use a larger size or scale_factor.",
            )
        if any(scale is not None and not 0 < scale < float("inf") for scale in self.scales):
            raise ArgumentError(
                f"{self.name}: the scales are {list(self.scales)}, but must be positive.",
                hint="a scale_factor is outputs per input.",
            )

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.outputs)

    def tables(self, sizes: Sequence[int]) -> list[Weighted]:
        """Return the weighted tap table of each axis."""
        return [
            table(self.mode, size, outputs, scale, self.align_corners)
            for size, outputs, scale in zip(sizes, self.outputs, self.scales, strict=True)
        ]

    def require_image(self, spec: TensorSpec, name: str) -> None:
        """Refuse what is not a batch of images with channels.

        Raises:
            ShapeError: If so.
        """
        spatial.require_image(self.name, spec, self.rank, name)
        if spec.shape[1] == 0:
            raise ShapeError(
                f"{self.name}: {name} has no channels: only the batch may be empty.",
                [(name, spec, spatial.IMAGE_LETTERS[self.rank])],
            )

    def require_scales(self, sizes: Sequence[int]) -> None:
        """Refuse scales that do not lead from ``sizes`` to the outputs, rounded down.

        Raises:
            ArgumentError: If so.
        """
        for size, outputs, scale in zip(sizes, self.outputs, self.scales, strict=True):
            if scale is not None and int(size * scale) != outputs:
                raise ArgumentError(
                    f"{self.name}: scale {scale} makes {int(size * scale)} outputs of {size} "
                    f"inputs, not {outputs}.",
                    hint="leave the scale out where the output size is given.",
                )


@final
@operator
class Resample(Resampling):
    """y[n,c,p] = the sum over taps t of weight[p,t] x[n, c, taps[p,t]], along each spatial axis.

    Shapes:
        x [N, C, *I] -> y [N, C, *outputs]

    Source: for the places of the outputs, PyTorch's ``interpolate``; for cubic weights Keys,
    "Cubic Convolution Interpolation for Digital Image Processing", 1981.
    """

    name: ClassVar[str] = "resample"
    signature: ClassVar[str] = "x[N,C,*I] -> y[N,C,*P]"

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (x,) = specs
        dtype = require_float(self.name, x=x)
        self.require_image(x, "x")
        self.require_scales(x.shape[2:])
        return checked((*x.shape[:2], *self.outputs), dtype)

    def reference(self, *arrays: Array) -> Array:
        (x,) = arrays
        return weighted_sums(x, self.tables(x.shape[2:]))

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        back = ResampleGrad(**shared(self, Resampling), sizes=inputs[0].shape[2:])
        return (back(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (x,) = specs
        return _cost(self.tables(x.shape[2:]), x, self.infer(x))

    def explain(self, *specs: TensorSpec) -> str:
        (x,) = specs
        taps = [weighted.taps.shape[1] for weighted in self.tables(x.shape[2:])]
        return (
            f"Resamples {spatial.times(x.shape[2:])} to {spatial.times(self.outputs)} "
            f"({self.mode}): each output is a weighted sum of up to {spatial.times(taps)} inputs."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(Sample(op, (x,)) for op, x in _resamplings())

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls("linear", (4, 4), (None, None))
        return (
            Mistake(lambda: op.infer(TensorSpec((3, 8, 8))), ("x has 3 dimensions, but 4",)),
            Mistake(lambda: op.infer(TensorSpec((1, 0, 8, 8))), ("no channels",)),
            Mistake(lambda: op.infer(TensorSpec((1, 3, 0, 8))), ("no pixels",)),
            Mistake(lambda: cls("linear", (0, 4), (None,) * 2), ("sizes are [0, 4]",)),
            Mistake(lambda: cls("linear", (4,), (-1.0,)), ("scales are [-1.0]", "positive")),
            Mistake(
                lambda: cls("linear", (4,), (1.5,)).infer(TensorSpec((1, 1, 4))),
                ("scale 1.5 makes 6 outputs of 4 inputs, not 4",),
            ),
            Mistake(lambda: cls("linear", (4,), (None,) * 2), ("different numbers of axes",)),
            Mistake(lambda: cls("bilinear", (4,), (None,)), ("mode is 'bilinear'",)),  # type: ignore[arg-type]
        )


@final
@operator
class ResampleGrad(Resampling):
    """dx[n,c,i] = the sum of weight[p,t] g[n,c,p] over outputs p whose tap t reads input i.

    ``sizes`` are the spatial sizes of the image, which those of g do not determine.

    Shapes:
        g [N, C, *outputs] -> dx [N, C, *sizes]
    """

    name: ClassVar[str] = "resample_grad"
    signature: ClassVar[str] = "g[N,C,*P] -> dx[N,C,*I]"

    sizes: tuple[int, ...] = ()

    def transposed_tables(self) -> list[Weighted]:
        """Return, for each axis, the weighted table from the outputs back to the inputs."""
        return [
            transposed(weighted, size)
            for weighted, size in zip(self.tables(self.sizes), self.sizes, strict=True)
        ]

    def infer(self, *specs: TensorSpec) -> TensorSpec:
        (g,) = specs
        dtype = require_float(self.name, g=g)
        self.require_image(g, "g")
        self.require_scales(self.sizes)
        if g.shape[2:] != self.outputs:
            raise ShapeError(
                f"{self.name}: g has sizes {list(g.shape[2:])}, but the output has "
                f"{list(self.outputs)}.",
                hint="g must be shaped as the output.",
            )
        return checked((*g.shape[:2], *self.sizes), dtype)

    def reference(self, *arrays: Array) -> Array:
        (g,) = arrays
        return weighted_sums(g, self.transposed_tables())

    def gradient(
        self, inputs: Sequence[Value], output: Value, upstream: Value
    ) -> tuple[Value | None, ...]:
        return (Resample(**shared(self, Resampling))(upstream),)

    def cost(self, *specs: TensorSpec) -> Cost:
        (g,) = specs
        return _cost(self.transposed_tables(), g, self.infer(g))

    def explain(self, *specs: TensorSpec) -> str:
        (g,) = specs
        return (
            f"Gives each input of {spatial.times(self.sizes)} its shares of the "
            f"{spatial.times(g.shape[2:])} gradients of the outputs that read it."
        )

    @classmethod
    def samples(cls) -> Iterable[Sample]:
        return tuple(
            Sample(cls(**shared(op, Resampling), sizes=x.shape[2:]), (op.infer(x),))
            for op, x in _resamplings()
        )

    @classmethod
    def mistakes(cls) -> Iterable[Mistake]:
        op = cls("linear", (4, 4), (None, None), sizes=(8, 8))
        return (
            Mistake(
                lambda: op.infer(TensorSpec((1, 3, 8, 8))),
                ("g has sizes [8, 8], but the output has [4, 4]",),
            ),
        )


def weighted_sums(x: Array, tables: Sequence[Weighted]) -> Array:
    """Return the weighted sums that ``tables`` describe, one spatial axis after the other."""
    for axis, (taps, weights) in enumerate(tables, start=2):
        pad_cell = [(0, 1) if place == axis else (0, 0) for place in range(x.ndim)]
        padded = np.pad(x, pad_cell)
        along = (len(taps), *(1,) * (x.ndim - axis - 1))
        total = np.zeros((*x.shape[:axis], len(taps), *x.shape[axis + 1 :]), x.dtype)
        for tap in range(taps.shape[1]):
            weight = weights[:, tap].reshape(along).astype(x.dtype)
            total += weight * padded.take(np.maximum(taps[:, tap], PAD), axis)
        x = total
    return x


def _cost(tables: Sequence[Weighted], source: TensorSpec, target: TensorSpec) -> Cost:
    """Return the cost by the definition: every product of entries of the axes is a multiply-add.

    Each weight is rounded, and each sum along an axis has so many terms.
    """
    real = prod(int((weighted.taps >= 0).sum()) for weighted in tables)
    length = sum(weighted.taps.shape[1] + 1 for weighted in tables)
    return Cost(prod(source.shape[:2]) * real, size_of(source, target), length)


def _resamplings() -> Iterable[tuple[Resample, TensorSpec]]:
    """Return (operator, x): modes, ranks, growing and shrinking, edges."""
    calls: tuple[
        tuple[tuple[int, ...], Mode, tuple[int, ...], tuple[float | None, ...], bool], ...
    ] = (
        ((2, 3, 4, 5), "nearest", (8, 10), (None, None), False),
        ((2, 3, 4, 5), "nearest", (6, 3), (1.5, None), False),
        ((2, 3, 4, 5), "nearest-exact", (7, 3), (None, None), False),
        ((2, 3, 4, 5), "linear", (8, 10), (None, None), False),
        ((2, 3, 4, 5), "linear", (7, 3), (None, 0.7), False),
        ((2, 3, 4, 5), "linear", (7, 3), (None, None), True),
        ((2, 3, 4, 5), "linear", (4, 1), (None, None), True),
        ((2, 3, 4, 5), "cubic", (9, 3), (None, None), False),
        ((2, 3, 4, 5), "cubic", (6, 7), (None, None), True),
        ((2, 3, 4, 5), "area", (3, 2), (None, None), False),
        ((2, 3, 4, 5), "area", (6, 7), (None, None), False),
        ((1, 2, 1, 1), "linear", (3, 2), (None, None), False),
        ((1, 2, 1, 1), "cubic", (2, 3), (None, None), True),
        ((0, 2, 3, 3), "linear", (5, 5), (None, None), False),
        ((2, 3, 7), "linear", (16,), (2.3,), False),
        ((2, 3, 7), "nearest", (4,), (None,), False),
        ((1, 2, 3, 4, 2), "linear", (5, 3, 4), (None, None, 2.0), False),
        ((1, 2, 3, 4, 2), "nearest", (2, 8, 3), (None, None, None), False),
    )
    for x, mode, outputs, scales, align_corners in calls:
        yield Resample(mode, outputs, scales, align_corners), TensorSpec(x)
