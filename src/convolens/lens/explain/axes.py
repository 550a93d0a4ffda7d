"""One axis of a layer: its size formula, which inputs are read, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from convolens.lens.explain.patterns import (
    can_be_seen,
    contributions,
    grids,
    reads_in_the_middle,
)
from convolens.lens.notation import LayerSpec
from convolens.lens.unread import Unread, unread
from convolens.ops import _spatial as spatial
from convolens.ops._taps import Table, Window, coverage


@final
@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a layer.

    Attributes:
        name: ``height``, ``width`` or ``depth``.
        window: The window; that of a transposed convolution slides over the output.
        size: The inputs.
        outputs: The outputs.
        table: Which input each output reads by each tap: the values, so with a padding mode the
            cells that stand in for the padding.
        transposed: Whether the layer is a transposed convolution.
        output_padding: The cells at the end of its output.
    """

    name: str
    window: Window
    size: int
    outputs: int
    table: Table
    transposed: bool = False
    output_padding: int = 0

    @cached_property
    def reads(self) -> Table:
        """How often each input is read."""
        return coverage(self.table, self.size)

    @property
    def never_read(self) -> list[int]:
        """The inputs that no output reads."""
        return [int(i) for i in np.flatnonzero(self.reads == 0)]

    @cached_property
    def sees(self) -> int:
        """How many inputs lie between the first and the last that one output reads, at most."""
        if not self.transposed:
            return self.window.extent
        real = self.table >= 0
        last = np.where(real, self.table, -1).max(axis=1)
        first = np.where(real, self.table, self.size).min(axis=1)
        return max(0, int((last - first).max()) + 1)

    @cached_property
    def unread(self) -> Unread | None:
        """What the windows leave unread; None for a transposed convolution."""
        return None if self.transposed else unread(self.window, self.size)

    @cached_property
    def contributions(self) -> tuple[int, ...]:
        """How many inputs neighbouring outputs of a transposed layer are made of, in turns.

        Empty for other layers, and for windows too large to be looked at.
        """
        return contributions(self.window) if self.transposed and self._seen else ()

    @cached_property
    def reads_in_turns(self) -> tuple[int, ...]:
        """How often neighbouring inputs far from the borders are read, in turns.

        Empty for transposed layers, and for windows too large to be looked at.
        """
        return reads_in_the_middle(self.window) if not self.transposed and self._seen else ()

    @cached_property
    def grids(self) -> int:
        """Into how many sets the outputs fall that share no input; 0 if no two share one."""
        return grids(self.window) if self.window.dilation > 1 and self._seen else 1

    @property
    def _seen(self) -> bool:
        return can_be_seen(self.window)

    def same_as(self, other: Axis) -> bool:
        """Whether another axis differs in its name only."""
        mine = (self.window, self.size, self.outputs, self.output_padding)
        return mine == (other.window, other.size, other.outputs, other.output_padding)


def axes_of(spec: LayerSpec) -> tuple[Axis, ...]:
    """Return the axes of a layer; of a separable convolution, those of its first step.

    Example:
        >>> from convolens.lens.notation import parse_layer
        >>> axis, _ = axes_of(parse_layer("5x5 k3 s2"))
        >>> axis.name, axis.outputs, axis.reads.tolist()
        ('height', 2, [1, 1, 2, 1, 1])
    """
    moved = spec.kind == "conv_transpose"
    return tuple(
        Axis(name, window, size, outputs, table, moved, extra)
        for name, window, size, outputs, table, extra in zip(
            spatial.AXIS_NAMES[spec.rank],
            spec.windows,
            spec.sizes,
            spec.output_shape[1:],
            spec.sources,
            spec.output_padding,
            strict=True,
        )
    )
