"""OutputNumber: one output of a layer taken apart into the products that make it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, final

import numpy as np

from convolens.backends.exact import exact
from convolens.errors import ArgumentError, IndexRangeError, ShapeError
from convolens.lens.explain.words import explain_words
from convolens.lens.notation import LayerSpec
from convolens.lens.report.rounding import sum_tolerance
from convolens.lens.still import still
from convolens.nn import Module, SeparableConv2d
from convolens.ops import Array
from convolens.ops import _spatial as spatial
from convolens.ops._taps import PAD
from convolens.spec import float64
from convolens.tensor import Tensor, from_numpy


@final
@dataclass(frozen=True, eq=False)
class OutputNumber:
    """One output: the sum over channels and taps of weight times input, and the bias.

    A transposed convolution's too: its tap table says by which taps which inputs arrive. An average
    is the same sum with weights of 1 / divisor. A maximum has no sum: the largest number wins.

    Attributes:
        at: The image, the output channel and the position in it, (n, k, *p).
        kind: What the layer is.
        channels: The input channels that are read.
        reads: For each axis the input that each tap reads, or -1 where it reads none.
        window: What the taps read, float64 [channels, *R]; 0 where they read none.
        weights: float64 [channels, *R]; None for a maximum.
        products: The window times the weights; None for a maximum.
        partial_sums: The sum of the products of each input channel; None for a maximum.
        bias: The bias; None if there is none.
        total: What it comes to, in double precision.
        engine: What the engine computed.
        tolerance: How far the two may differ by rounding.
        step: Which step of a separable convolution this is: its second; else 0.
    """

    at: tuple[int, ...]
    kind: str
    channels: range
    reads: tuple[Array, ...]
    window: Array
    weights: Array | None
    products: Array | None
    partial_sums: Array | None
    bias: float | None
    total: float
    engine: float
    tolerance: float
    step: int = 0

    @property
    def inside(self) -> Array:
        """Whether a tap reads an input, [*R]."""
        return reduce(np.logical_and.outer, [axis != PAD for axis in self.reads])

    @property
    def terms(self) -> int:
        """How many products are added up that read an input."""
        return len(self.channels) * int(self.inside.sum())

    @property
    def difference(self) -> float:
        """The engine's number minus the total."""
        return self.engine - self.total

    @property
    def agrees(self) -> bool:
        """Whether the engine's number is the total within rounding; equal, for a maximum."""
        if self.engine == self.total or np.isnan([self.engine, self.total]).all():
            return True
        return abs(self.difference) <= self.tolerance


def take_apart(
    layer: Module, spec: LayerSpec, x: Tensor | Array, at: Sequence[int]
) -> OutputNumber:
    """Take one output number of a layer apart by its tap table, and compare with the engine's.

    Args:
        layer: The layer; it is the same afterwards.
        spec: What it is on an image of this shape.
        x: Images [N, C, *I], or one image [C, *I].
        at: The output, (n, k, *p); for one image (k, *p), too.

    Raises:
        ShapeError: If ``x`` is not of the spec's shape.
        IndexRangeError: If there is no such output.

    Example:
        >>> import convolens as cl
        >>> layer = cl.nn.Conv2d(1, 2, 3, padding=1)
        >>> number = take_apart(
        ...     layer, LayerSpec.from_layer(layer, (1, 4, 4)), cl.ones(1, 1, 4, 4), (0, 1, 0, 0)
        ... )
        >>> number.window[0].astype(int).tolist(), number.agrees
        ([[0, 0, 0], [0, 1, 1], [0, 1, 1]], True)
    """
    return take_many_apart(layer, spec, x, [at])[0]


def take_many_apart(
    layer: Module, spec: LayerSpec, x: Tensor | Array, places: Iterable[Sequence[int]]
) -> list[OutputNumber]:
    """Take several output numbers of a layer apart, as ``take_apart`` does one.

    The engine adds up the products that are shown: it takes no algorithm that has others.
    """
    images = _images(spec, x)
    found = [_place(spec, at, images.shape[0]) for at in places]
    with still(layer), exact():
        output = layer(images).numpy()
        if isinstance(layer, SeparableConv2d):
            between = layer.depthwise(images)
            second = LayerSpec.from_layer(layer.pointwise, between.shape[1:])
            read = between.numpy()
            return [_sum(layer.pointwise, second, read, output, at, 2) for at in found]
    if spec.pools:
        return [_pooled(spec, images.numpy(), output, at) for at in found]
    return [_sum(layer, spec, images.numpy(), output, at, 0) for at in found]


def _sum(
    layer: Any, spec: LayerSpec, x: Array, output: Array, at: tuple[int, ...], step: int
) -> OutputNumber:
    n, k, *position = at
    weight = layer.weight.detach().numpy().astype(float64)
    width, per_group = spec.channels // spec.groups, spec.out_channels // spec.groups
    channels = range(k // per_group * width, (k // per_group + 1) * width)
    window, reads = _window(spec, x[n, channels.start : channels.stop], position)
    if spec.kind == "conv_transpose":
        weights = weight[channels.start : channels.stop, k % per_group]
    else:
        weights = weight[k]
    bias = None if layer.bias is None else float(layer.bias.detach().numpy()[k])
    return _added(at, spec, channels, reads, window, weights, bias, output, step)


def _pooled(spec: LayerSpec, x: Array, output: Array, at: tuple[int, ...]) -> OutputNumber:
    n, k, *position = at
    window, reads = _window(spec, x[n, k : k + 1], position)
    channels = range(k, k + 1)
    op: Any = spec.calls[0].op
    if spec.kind == "avg_pool":
        divisor = op.divisors(spec.sizes)[tuple(position)]
        weights = np.full(window.shape, 1 / divisor)
        return _added(at, spec, channels, reads, window, weights, None, output, 0)
    inside = reduce(np.logical_and.outer, [axis != PAD for axis in reads])
    total = float(window[0][inside].max())  # NaN wins
    engine = float(output[at])
    return OutputNumber(
        at, spec.kind, channels, reads, window, None, None, None, None, total, engine, 0.0
    )


def _window(
    spec: LayerSpec, image: Array, position: Sequence[int]
) -> tuple[Array, tuple[Array, ...]]:
    """Return what the taps read of an image [C, *I] at a position, and where."""
    rows = zip(spec.sources, position, strict=True)
    reads = tuple(np.maximum(table[p], PAD) for table, p in rows)
    padded = spatial.with_pad_cell(image.astype(float64), spec.rank)
    return padded[(slice(None), *np.ix_(*reads))], reads


def _added(
    at: tuple[int, ...],
    spec: LayerSpec,
    channels: range,
    reads: tuple[Array, ...],
    window: Array,
    weights: Array,
    bias: float | None,
    output: Array,
    step: int,
) -> OutputNumber:
    # Infinity times 0 is NaN, and is shown as such.
    with np.errstate(invalid="ignore", over="ignore"):
        products = window * weights
        partial_sums = products.reshape(len(channels), -1).cumsum(axis=1)[:, -1]
        total = float(partial_sums.cumsum()[-1] + (bias or 0.0))
        magnitude = np.abs(products).sum() + abs(bias or 0.0)
    # An average is rounded once more, as 1 / divisor.
    terms = products.size + (bias is not None) + spec.pools
    tolerance = float(sum_tolerance(terms, magnitude, output.dtype))
    engine = float(output[at])
    return OutputNumber(
        at,
        spec.kind,
        channels,
        reads,
        window,
        weights,
        products,
        partial_sums,
        bias,
        total,
        engine,
        tolerance,
        step,
    )


def _images(spec: LayerSpec, x: Tensor | Array) -> Tensor:
    images = x.detach() if isinstance(x, Tensor) else from_numpy(np.asarray(x))
    if images.ndim == spec.rank + 1:
        images = images.unsqueeze(0)
    say = explain_words()
    if images.ndim != spec.rank + 2 or images.shape[1:] != spec.input_shape:
        raise say.problem(
            ShapeError,
            "error.shape",
            shape=list(images.shape),
            layer=spec.text,
            expected=list(spec.input_shape),
        )
    if not images.shape[0]:
        raise say.problem(ShapeError, "error.no_images")
    return images


def _place(spec: LayerSpec, at: Sequence[int], images: int) -> tuple[int, ...]:
    """Return (n, k, *p)."""
    shape, say = (images, *spec.output_shape), explain_words()
    try:
        place = tuple(int(index) for index in at)
    except (TypeError, ValueError):
        raise say.problem(ArgumentError, "error.at", at=repr(at), count=len(shape)) from None
    if len(place) == len(shape) - 1 and images == 1:
        place = (0, *place)
    if len(place) != len(shape) or not all(0 <= i < n for i, n in zip(place, shape, strict=True)):
        raise say.problem(IndexRangeError, "error.no_output", at=tuple(at), shape=list(shape))
    return place
