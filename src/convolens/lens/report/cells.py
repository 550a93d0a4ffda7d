"""Grids of numbers: each cell printed, and coloured by its value."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from convolens.lens.report.html import Html, element, join
from convolens.lens.report.numbers import fixed
from convolens.lens.report.palette import tint
from convolens.ops import Array

# A grey of this lightness is as far from black as from white.
_MIDDLE = 0.46


def signed_cells(values: Array, limit: float, decimals: int) -> list[Html]:
    """Return the cells of an array [rows, columns], coloured by sign; ``limit`` has full colour."""
    return [signed_cell(float(value), limit, decimals) for value in values.flat]


def signed_cell(value: float, limit: float, decimals: int) -> Html:
    """Return one cell, coloured by sign.

    Example:
        >>> signed_cell(-0.5, 1.0, 2)
        '<i class="n" style="--v:0.5">−0.50</i>'
    """
    sign, strength = tint(value, limit)
    return element("i", fixed(value, decimals), class_=sign, style=f"--v:{strength:g}")


def pixel_cells(values: Array, scale: int) -> list[Html]:
    """Return the cells of a grey image [rows, columns] as whole numbers from 0 to ``scale``."""
    return [pixel_cell(float(value), str(round(float(value) * scale))) for value in values.flat]


def pixel_cell(value: float, text: str) -> Html:
    """Return one cell with the grey of a pixel from 0 (black) to 1 (white).

    Example:
        >>> pixel_cell(0.25, "4/16")
        '<i class="k d" style="--v:0.25">4/16</i>'
    """
    grey = min(max(value, 0.0), 1.0)
    return element("i", text, class_="k d" if grey < _MIDDLE else "k", style=f"--v:{grey:.3g}")


def padding_cell(text: str) -> Html:
    """Return a cell that is padding and no input."""
    return element("i", text, class_="pad")


def grid(cells: Iterable[Html], columns: int, label: str, *, kind: str = "", **data: str) -> Html:
    """Return a grid of cells, row by row.

    Args:
        cells: The cells.
        columns: How many make a row.
        label: What it shows, for those who do not see it.
        kind: Classes for its looks, such as ``wide``.
        data: Further attributes.
    """
    classes = f"g {kind}".strip()
    return element(
        "span",
        join(cells),
        class_=classes,
        style=f"--n:{columns}",
        role="group",
        aria_label=label,
        **data,
    )


def is_whole(values: Array, scale: int) -> bool:
    """Return whether an image is whole numbers from 0 to ``scale``, divided by it in float32.

    Example:
        >>> is_whole(np.array([0, 5 / 16], np.float32), 16), is_whole(np.array([0.3]), 16)
        (True, False)
    """
    if not np.isfinite(values).all():
        return False
    whole = np.rint(values.astype(np.float64) * scale)
    again = (whole / scale).astype(np.float32)
    return bool((whole >= 0).all() and (whole <= scale).all() and np.array_equal(again, values))
