"""Where the windows of a layer lie on the plane that is drawn, in two axes or one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from convolens.lens.animate.axis import KINDS, Axis, axes_of
from convolens.lens.notation import LayerSpec
from convolens.ops import Array


@final
@dataclass(frozen=True)
class Geometry:
    """The plane under the windows of one step of a layer, with its cells counted row by row.

    Args:
        spec: The step. It is no separable convolution: that has two.

    Example:
        >>> from convolens.lens.notation import parse_layer
        >>> geometry = Geometry(parse_layer("3x3 k2 p1"))
        >>> geometry.rows, geometry.columns, geometry.window(1, 1)
        (5, 5, (6, 7, 11, 12))
    """

    spec: LayerSpec

    @cached_property
    def axes(self) -> tuple[Axis, Axis]:
        """The height and the width."""
        return axes_of(self.spec)

    @property
    def rows(self) -> int:
        """The height of the plane in cells."""
        return len(self.axes[0].kinds)

    @property
    def columns(self) -> int:
        """The width of the plane in cells."""
        return len(self.axes[1].kinds)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """What each cell is."""
        height, width = self.axes
        return tuple(max(a, b, key=KINDS.index) for a in height.kinds for b in width.kinds)

    @cached_property
    def sources(self) -> tuple[int, ...]:
        """Which cell of the image each cell shows, or -1."""
        height, width = self.axes
        across = self.sizes[1]
        return tuple(
            -1 if min(a, b) < 0 else a * across + b for a in height.sources for b in width.sources
        )

    @property
    def sizes(self) -> tuple[int, int]:
        """The height and the width of the image."""
        return lifted(self.spec.sizes)

    @property
    def outputs(self) -> tuple[int, int]:
        """The height and the width of the output."""
        return lifted(self.spec.output_shape[1:])

    @property
    def kernel(self) -> tuple[int, int]:
        """The height and the width of the kernel."""
        return lifted(self.spec.kernel)

    def window(self, p: int, q: int) -> tuple[int, ...]:
        """Return the cells under the window of an output, place by place."""
        height, width = self.axes
        rows = height.reads[p] * self.columns
        return tuple(int(cell) for cell in (rows[:, None] + width.reads[q]).ravel())

    @cached_property
    def taps(self) -> tuple[int, ...]:
        """The kernel's tap at each place of a window; a transposed convolution's are rotated."""
        height, width = self.axes
        across = self.kernel[1]
        return tuple(a * across + b for a in height.taps for b in width.taps)

    def at(self, letter: str, channel: int, row: int, column: int) -> str:
        """Write a place such as y[0, 2, 1], without indices that are always 0."""
        shown = [column] if self.spec.rank == 1 else [row, column]
        if max(self.spec.channels, self.spec.out_channels) > 1:
            shown.insert(0, channel)
        return f"{letter}[{', '.join(map(str, shown))}]"

    def readers(self, k: int) -> range:
        """Return the input channels that an output channel reads."""
        spec = self.spec
        if spec.pools:
            return range(k, k + 1)
        each = spec.channels // spec.groups
        first = k // (spec.out_channels // spec.groups) * each
        return range(first, first + each)

    def divisor(self, cells: Sequence[int]) -> int:
        """Return by how many cells an average over a window is divided."""
        counted = ("input", "pad") if self.spec.count_include_pad else ("input",)
        return sum(self.kinds[cell] in counted for cell in cells)

    def values(self, image: Array) -> Array:
        """Return the numbers in the cells, [C, cells]: 0 where a cell shows no input."""
        flat = image.reshape(len(image), -1)
        padded = np.concatenate([flat, np.zeros((len(flat), 1), flat.dtype)], axis=1)
        drawn: Array = padded[:, np.array(self.sources)]
        return drawn

    def weights(self, weight: Array, k: int, c: int) -> Array:
        """Return the kernel from an input channel to an output channel, place by place."""
        spec = self.spec
        if spec.kind == "conv_transpose":
            kernel = weight[c, k % (spec.out_channels // spec.groups)]
        else:
            kernel = weight[k, c % (spec.channels // spec.groups)]
        placed: Array = kernel.reshape(-1)[np.array(self.taps)]
        return placed


def lifted(sizes: tuple[int, ...]) -> tuple[int, int]:
    """Return sizes of one axis or two as a height and a width.

    Example:
        >>> lifted((5,))
        (1, 5)
    """
    return (1, sizes[0]) if len(sizes) == 1 else (sizes[0], sizes[1])


def steps(spec: LayerSpec) -> tuple[LayerSpec, ...]:
    """Return the layers that a layer is made of: itself, or two if it is separable.

    Example:
        >>> from convolens.lens.notation import parse_layer
        >>> [step.text for step in steps(parse_layer("2x5x5 k3 sep out4 nobias"))]
        ['2x5x5 dw k3 nobias', '2x3x3 k1 out4 nobias']
    """
    if spec.kind != "separable":
        return (spec,)
    first = LayerSpec(
        spec.input_shape,
        spec.kernel,
        stride=spec.stride,
        padding=spec.padding,
        dilation=spec.dilation,
        groups=spec.channels,
        out_channels=spec.channels * spec.multiplier,
        padding_mode=spec.padding_mode,
        bias=False,
    )
    second = LayerSpec(
        first.output_shape, (1,) * spec.rank, out_channels=spec.out_channels, bias=spec.bias
    )
    return first, second
