"""What a convolution and its gradients share: attributes, windows, and the loop over taps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from convolens.errors import ArgumentError
from convolens.ops import _spatial as spatial
from convolens.ops._attributes import operator
from convolens.ops._op import Array, Op
from convolens.ops._taps import Pair, Window
from convolens.spec import TensorSpec


@operator
class ConvGeometry(Op):
    """The attributes that a convolution and its two gradients share, one entry an axis."""

    stride: tuple[int, ...]
    padding: tuple[Pair, ...]
    dilation: tuple[int, ...]
    groups: int = 1

    def __post_init__(self) -> None:
        spatial.require_same_rank(
            self.name, stride=self.stride, padding=self.padding, dilation=self.dilation
        )
        if self.groups < 1:
            raise ArgumentError(
                f"{self.name}: groups is {self.groups}, but must be at least 1.",
                hint="use 1 for an ordinary convolution.",
            )
        self.windows((1,) * self.rank)

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.stride)

    def windows(self, kernel: Sequence[int]) -> tuple[Window, ...]:
        """Return the window of each axis."""
        return tuple(
            Window(k, s, p, d)
            for k, s, p, d in zip(kernel, self.stride, self.padding, self.dilation, strict=True)
        )

    def output_sizes(self, sizes: Sequence[int], kernel: Sequence[int]) -> tuple[int, ...]:
        """Return the spatial sizes of the output for an image of ``sizes``."""
        return spatial.output_sizes(self.name, self.windows(kernel), sizes)

    def split(self, x: Array) -> Array:
        """Flatten the spatial axes and split the channels into groups: [N, G, C/G, I]."""
        batch, channels, *sizes = x.shape
        return x.reshape(batch, self.groups, channels // self.groups, prod(sizes))

    def split_weight(self, weight: Array) -> Array:
        """Split the output channels into groups: [G, K/G, C/G, *R]."""
        outputs, *rest = weight.shape
        return weight.reshape(self.groups, outputs // self.groups, *rest)

    def each_tap(
        self, sizes: Sequence[int], kernel: Sequence[int], outputs: Sequence[int] | None = None
    ) -> Iterator[tuple[Any, Any]]:
        """Yield the index of each tap, and the index of the inputs that it reads in all outputs.

        Given ``outputs``, in as many of the first outputs along each axis.
        """
        tables = spatial.tables(self.windows(kernel), sizes)
        if outputs is not None:
            tables = [table[:count] for table, count in zip(tables, outputs, strict=True)]
        for tap in spatial.taps(kernel):
            yield spatial.at(tap), spatial.reads(tables, tap)

    def sent_back(self, weight: Array, g: Array, sizes: Sequence[int]) -> Array:
        """Send each of g through the taps to the inputs that they read, of an image of ``sizes``.

        It is the definition of the input gradient, and of the transposed convolution. The image
        may have room for more windows than g has outputs: those of g are the first ones.

        Shapes:
            weight [K, C/groups, *R], g [N, K, *P] -> [N, C, *sizes]
        """
        batch, channels = g.shape[0], weight.shape[1] * self.groups
        weights, upstream = self.split_weight(weight), self.split(g)
        padded: Array = np.zeros((batch, channels, *(size + 1 for size in sizes)), g.dtype)
        for tap, reads in self.each_tap(sizes, weight.shape[2:], g.shape[2:]):
            part = weights[tap].swapaxes(-1, -2) @ upstream
            # An output reads each input at most once by a given tap, so only the pad cell repeats.
            padded[reads] += part.reshape(batch, channels, *g.shape[2:])
        image: Array = padded[spatial.without_pad_cell(sizes)]
        return image

    def multiply_adds(self, x: TensorSpec, weight: TensorSpec) -> int:
        """Return how many products of a weight and a real input there are; padding is free."""
        tables = spatial.tables(self.windows(weight.shape[2:]), x.shape[2:])
        return spatial.valid_reads(tables) * x.shape[0] * weight.shape[0] * weight.shape[1]

    def describe(self, kernel: Sequence[int]) -> str:
        """Write the window, such as ``3x3, stride 2, 2, padding 1, 1``."""
        parts = [spatial.times(kernel), f"stride {spatial.times(self.stride)}"]
        parts.append(f"padding {spatial.show_padding(self.padding)}")
        if any(d != 1 for d in self.dilation):
            parts.append(f"dilation {spatial.times(self.dilation)}")
        if self.groups > 1:
            parts.append(f"{self.groups} groups")
        return ", ".join(parts)
