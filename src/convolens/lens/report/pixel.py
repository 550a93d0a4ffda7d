"""PixelExplanation: one output number of a convolution as the products that make it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import final

import numpy as np

from convolens.errors import IndexRangeError
from convolens.lens.report.conv_call import ConvCall
from convolens.lens.report.rounding import sum_tolerance
from convolens.ops import Array
from convolens.ops import _spatial as spatial
from convolens.ops._taps import PAD
from convolens.spec import float64


@final
@dataclass(frozen=True, eq=False)
class PixelExplanation:
    """One output number: y[k,p] = bias[k] + sum over c, r of weight[k,c,r] window[c,r].

    Attributes:
        at: The output channel and the position in it, (k, *p).
        channels: The input channels that are read: all, or those of the output's group.
        reads: For each axis, the input index that each tap reads, or -1 for padding.
        window: What the taps read, float64 [C/groups, *R]; 0 where it is padding.
        inside: Whether a tap reads the input and not padding, [*R].
        weights: float64 [C/groups, *R].
        products: window times weights.
        partial_sums: The sum of the products of each input channel, [C/groups].
        bias: The bias, or None.
        total: The partial sums and the bias together, in double precision.
        engine: What the engine computed.
        tolerance: How far the two may differ by rounding.
    """

    at: tuple[int, ...]
    channels: range
    reads: tuple[Array, ...]
    window: Array
    inside: Array
    weights: Array
    products: Array
    partial_sums: Array
    bias: float | None
    total: float
    engine: float
    tolerance: float

    @property
    def difference(self) -> float:
        """The engine's value minus the total."""
        return self.engine - self.total

    @property
    def is_finite(self) -> bool:
        """Whether the numbers are finite, so that they can be compared."""
        return bool(np.isfinite(self.tolerance))

    @property
    def agrees(self) -> bool:
        """Whether the engine's value is the total, within rounding."""
        return abs(self.difference) <= self.tolerance


def explain_pixel(call: ConvCall, at: tuple[int, ...]) -> PixelExplanation:
    """Take one output number of a convolution apart, by its tap table.

    Args:
        call: The convolution.
        at: The output channel and the position in it, (k, *p).

    Raises:
        IndexRangeError: If the output has no such element.

    Example:
        >>> from convolens import nn
        >>> from convolens.lens.report.conv_call import conv_calls
        >>> from convolens.lens.report.steps import record_steps
        >>> layer = nn.Conv2d(1, 2, 3, padding=1)
        >>> image = np.ones((1, 4, 4), np.float32)
        >>> (call,) = conv_calls(record_steps(layer, image), image.shape)
        >>> pixel = explain_pixel(call, (1, 0, 0))
        >>> pixel.window[0].astype(int).tolist(), pixel.agrees
        ([[0, 0, 0], [0, 1, 1], [0, 1, 1]], True)
    """
    shape = call.output.shape
    if len(at) != len(shape) or not all(0 <= i < n for i, n in zip(at, shape, strict=True)):
        raise IndexRangeError(
            f"there is no output {at}.",
            [("output", list(shape), "K, *P")],
            "count channels and positions from 0.",
        )
    k, *position = at
    width = call.weight.shape[1]
    first = k // (call.weight.shape[0] // call.op.groups) * width
    reads = tuple(np.maximum(table[p], PAD) for table, p in zip(call.tables, position, strict=True))
    group = call.x[first : first + width].astype(float64)
    window = spatial.with_pad_cell(group, call.op.rank)[(slice(None), *np.ix_(*reads))]
    weights = call.weight[k].astype(float64)
    bias = None if call.bias is None else float(call.bias[k])
    # Infinity times 0 is NaN, and is shown as such.
    with np.errstate(invalid="ignore"):
        products = window * weights
        # One after the other, as the page's script adds them, and not in NumPy's pairs.
        partial_sums = products.reshape(width, -1).cumsum(axis=1)[:, -1]
        total = partial_sums.cumsum()[-1] + (bias or 0.0)
    magnitude = np.abs(products).sum() + abs(bias or 0.0)
    return PixelExplanation(
        at,
        range(first, first + width),
        reads,
        window,
        reduce(np.logical_and.outer, [axis != PAD for axis in reads]),
        weights,
        products,
        partial_sums,
        bias,
        float(total),
        float(call.output[at]),
        float(sum_tolerance(call.terms, magnitude, call.output.dtype)),
    )
