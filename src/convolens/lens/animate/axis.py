"""The drawn cells of one axis: what each is, which input it shows, and which ones a window lies on.

A convolution and a pooling slide over the input with its padding. A transposed convolution is drawn
as the convolution that gives the same numbers: its window slides with stride 1 over the input with
zeros between the cells (the stride) and around them (what its padding leaves), kernel rotated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from convolens.lens.notation import LayerSpec
from convolens.ops._padding_taps import continued
from convolens.ops._taps import Table, Window

#: What a drawn cell can be. Where two axes meet, the later one in this list counts.
Kind = Literal["input", "zero", "pad", "strip", "outside"]
KINDS: tuple[Kind, ...] = ("input", "zero", "pad", "strip", "outside")


@final
@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of the plane that windows slide over.

    Attributes:
        kinds: What each cell is: an input, an inserted zero, padding, the strip that an
            output_padding adds, or beyond even the padding (the last window of ``ceil``).
        sources: Which input each cell shows, or -1.
        reads: The cell that each output's window lies on, [outputs, places].
        taps: The kernel's tap at each place of the window: rotated for a transposed convolution.
        table: The tap table that is drawn, [outputs, taps].
    """

    kinds: tuple[Kind, ...]
    sources: tuple[int, ...]
    reads: Table
    taps: tuple[int, ...]
    table: Table


#: What stands in for the height of a signal along one axis.
ALONE = Axis(("input",), (0,), np.zeros((1, 1), np.int64), (0,), np.zeros((1, 1), np.int64))


def axes_of(spec: LayerSpec) -> tuple[Axis, Axis]:
    """Return the height and the width of the plane that a layer's windows slide over.

    Example:
        >>> from convolens.lens.notation import parse_layer
        >>> height, _ = axes_of(parse_layer("2x2 k3 s2 T"))
        >>> height.kinds
        ('pad', 'pad', 'input', 'zero', 'input', 'pad', 'pad')
    """
    made = []
    for window, size, outputs, extra, table in zip(
        spec.windows,
        spec.sizes,
        spec.calls[0].shape[2:],
        spec.output_padding,
        spec.sources,
        strict=True,
    ):
        if spec.kind == "conv_transpose":
            made.append(_stretched(window, size, outputs, extra, table))
        else:
            made.append(_padded(window, size, spec.padding_mode, table))
    return (ALONE, made[0]) if len(made) == 1 else (made[0], made[1])


def _padded(window: Window, size: int, mode: str, table: Table) -> Axis:
    """Return the input with its padding, and the windows over it."""
    before, after = window.padding
    outputs = len(table)
    reached = (outputs - 1) * window.stride + window.extent
    cells = range(-before, max(size + after, reached - before))
    kinds: list[Kind] = []
    sources = []
    for cell in cells:
        inside = 0 <= cell < size
        kinds.append("input" if inside else "pad" if cell < size + after else "outside")
        copied = kinds[-1] == "pad" and mode != "zeros"
        stands = int(continued(np.array(cell), size, mode)) if copied else -1
        sources.append(cell if inside else stands)
    reads = Window(window.kernel, window.stride, (0, 0), window.dilation).taps(reached)
    return Axis(tuple(kinds), tuple(sources), reads, tuple(range(window.kernel)), table)


def _stretched(window: Window, size: int, outputs: int, extra: int, table: Table) -> Axis:
    """Return the input with zeros between and around its cells, and the windows over it."""
    reach, padding = window.extent - 1, window.padding[0]
    last = (size - 1) * window.stride
    first_read, last_read = padding - reach, outputs - 1 + padding
    cells = range(min(0, first_read), max(last, last_read) + 1)
    kinds: list[Kind] = []
    for cell in cells:
        if 0 <= cell <= last:
            kinds.append("zero" if cell % window.stride else "input")
        else:
            kinds.append("strip" if cell > max(last, last_read - extra) else "pad")
    sources = tuple(
        cell // window.stride if kind == "input" else -1
        for cell, kind in zip(cells, kinds, strict=True)
    )
    reads = Window(window.kernel, 1, (0, 0), window.dilation).taps(outputs + reach)
    return Axis(
        tuple(kinds),
        sources,
        reads + first_read - cells.start,
        tuple(reversed(range(window.kernel))),
        table,
    )
