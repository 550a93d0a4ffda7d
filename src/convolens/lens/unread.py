"""Which inputs no window reads: what the floor of the size formula drops, and what strides skip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from convolens.lens.language import Words
from convolens.lens.words import lens_words
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
    """

    dropped: int
    dropped_padding: int
    skipped: int


def unread(window: Window, size: int) -> Unread:
    """Return what a window that slides over ``size`` inputs leaves unread.

    Raises:
        ShapeError: If the window is larger than the padded input.

    Example:
        AlexNet's first layer without padding:

        >>> unread(Window(11, stride=4), 224)
        Unread(dropped=1, dropped_padding=0, skipped=0)
    """
    end = window.unread(size)
    dropped = max(0, end - window.padding[1])
    never = int(np.count_nonzero(coverage(window.taps(size), size) == 0))
    return Unread(dropped, end - dropped, never - dropped)


def notes(windows: Sequence[Window], sizes: Sequence[int], lang: str | None = None) -> list[str]:
    """Return sentences on what windows along several axes leave unread; none if they read all.

    Args:
        windows: The window of each axis.
        sizes: The inputs along each axis.
        lang: The language; None for what ``language`` says.

    Example:
        >>> notes([Window(11, stride=4)] * 2, (224, 224))
        ['the floor drops 1 row and 1 column: (224 - 11) / 4 + 1 = 54.25']
        >>> notes([Window(3, stride=2, padding=(1, 1))] * 2, (8, 7))
        ['the floor drops 1 row of padding: (8 + 2 - 3) / 2 + 1 = 4.5']
        >>> notes([Window(1, stride=2)], (7,))
        ['the stride of 2 skips 3 positions, which no window reads']
    """
    found = [unread(window, size) for window, size in zip(windows, sizes, strict=True)]
    say, names = lens_words(lang), CELLS[len(found)]
    sentences = []
    for counts, key in (
        ([axis.dropped for axis in found], "unread.dropped"),
        ([axis.dropped_padding * (not axis.dropped) for axis in found], "unread.padding"),
    ):
        if any(counts):
            used = [
                formula(window, size, lang)
                for window, size, count in zip(windows, sizes, counts, strict=True)
                if count
            ]
            formulas = say("list.semicolon").join(dict.fromkeys(used))
            sentences.append(say(key, cells=_count(counts, names, say), formulas=formulas))
    skipped = [axis.skipped for axis in found]
    if any(skipped):
        strides = {w.stride for w, count in zip(windows, skipped, strict=True) if count}
        key = "unread.skipped" if len(strides) == 1 else "unread.skipped_many"
        sentences.append(say(key, cells=_count(skipped, names, say), stride=min(strides)))
    return sentences


def _count(counts: Sequence[int], names: Sequence[str], say: Words) -> str:
    """Write numbers of cells along the axes, those that are not 0."""
    parts = [
        say(f"cells.{name}", count=count)
        for count, name in zip(counts, names, strict=True)
        if count
    ]
    if len(parts) == 1:
        return parts[0]
    return say("list.and", first=say("list.comma").join(parts[:-1]), last=parts[-1])


def formula(window: Window, size: int, lang: str | None = None) -> str:
    """Return the size formula with its numbers, before rounding.

    Example:
        >>> formula(Window(3, stride=2, padding=(1, 1)), 8)
        '(8 + 2 - 3) / 2 + 1 = 4.5'
    """
    padding = sum(window.padding)
    padded = f"{size} + {padding}" if padding else str(size)
    exact = before_rounding(window, size)
    value = f"{float(exact):.2f}".rstrip("0").rstrip(".")
    key = "size.formula" if Fraction(value) == exact else "size.about"
    text = f"({padded} - {window.extent}) / {window.stride} + 1"
    return lens_words(lang)(key, formula=text, value=value)


def before_rounding(window: Window, size: int) -> Fraction:
    """Return (size + padding - extent) / stride + 1, which ``Window.output_size`` rounds.

    Example:
        >>> before_rounding(Window(11, stride=4), 224)
        Fraction(217, 4)
    """
    return Fraction(size + sum(window.padding) - window.extent, window.stride) + 1
