"""Which inputs no window reads: what the floor of the size formula drops, and what strides skip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from convolens.ops._taps import Window, coverage

#: What one cell along each spatial axis is called, by the number of axes.
CELLS = {1: ("position",), 2: ("row", "column"), 3: ("slice", "row", "column")}


@final
@dataclass(frozen=True)
class Unread:
    """What the windows along one axis leave unread.

    Attributes:
        dropped: Inputs at the end, which a further window would have read if it fitted.
        dropped_padding: Cells of padding at the end, likewise.
        skipped: Inputs between the first and the last window.
        formula: The size formula with its numbers, before rounding down.
    """

    dropped: int
    dropped_padding: int
    skipped: int
    formula: str


def unread(window: Window, size: int) -> Unread:
    """Return what a window that slides over ``size`` inputs leaves unread.

    Raises:
        ShapeError: If the window is larger than the padded input.

    Example:
        AlexNet's first layer without padding:

        >>> unread(Window(11, stride=4), 224)
        Unread(dropped=1, dropped_padding=0, skipped=0, formula='(224 - 11) / 4 + 1 = 54.25')
    """
    end = window.unread(size)
    dropped = max(0, end - window.padding[1])
    never = int(np.count_nonzero(coverage(window.taps(size), size) == 0))
    return Unread(dropped, end - dropped, never - dropped, _formula(window, size))


def notes(windows: Sequence[Window], sizes: Sequence[int]) -> list[str]:
    """Return sentences on what windows along several axes leave unread; none if they read all.

    Example:
        >>> notes([Window(11, stride=4)] * 2, (224, 224))
        ['the floor drops 1 row and 1 column: (224 - 11) / 4 + 1 = 54.25']
        >>> notes([Window(3, stride=2, padding=(1, 1))] * 2, (8, 7))
        ['the floor drops 1 row of padding: (8 + 2 - 3) / 2 + 1 = 4.5']
        >>> notes([Window(1, stride=2)], (7,))
        ['the stride of 2 skips 3 positions, which no window reads']
    """
    found = [unread(window, size) for window, size in zip(windows, sizes, strict=True)]
    names = CELLS[len(found)]
    sentences = []
    for counts, what in (
        ([axis.dropped for axis in found], ""),
        ([axis.dropped_padding * (not axis.dropped) for axis in found], " of padding"),
    ):
        if any(counts):
            used = [axis.formula for axis, count in zip(found, counts, strict=True) if count]
            formulas = "; ".join(dict.fromkeys(used))
            sentences.append(f"the floor drops {_count(counts, names)}{what}: {formulas}")
    skipped = [axis.skipped for axis in found]
    if any(skipped):
        strides = {w.stride for w, count in zip(windows, skipped, strict=True) if count}
        step = f"stride of {strides.pop()}" if len(strides) == 1 else "strides"
        skips = "skips" if step != "strides" else "skip"
        sentences.append(f"the {step} {skips} {_count(skipped, names)}, which no window reads")
    return sentences


def _count(counts: Sequence[int], names: Sequence[str]) -> str:
    """Write numbers of cells along the axes, those that are not 0."""
    parts = [
        f"{count} {name}{'s' * (count != 1)}"
        for count, name in zip(counts, names, strict=True)
        if count
    ]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _formula(window: Window, size: int) -> str:
    padding = sum(window.padding)
    padded = f"{size} + {padding}" if padding else str(size)
    exact = Fraction(size + padding - window.extent, window.stride) + 1
    value = f"{float(exact):.2f}".rstrip("0").rstrip(".")
    equals = "=" if Fraction(value) == exact else "is about"
    return f"({padded} - {window.extent}) / {window.stride} + 1 {equals} {value}"
