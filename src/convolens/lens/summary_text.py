"""The summary as a table in plain text."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convolens.lens.rows import Row
    from convolens.lens.summary import Summary

HEADINGS = ("layer", "kind", "output", "parameters", "multiply-adds", "sees", "step")
LEGEND = "sees: the pixels that one output depends on; step: from one output to the next"
#: Numbers stand to the right, names to the left.
_NAMES = 2


def table(summary: Summary, width: int | None = None) -> str:
    """Return the table; ``Summary.table`` says how wide."""
    room = width or shutil.get_terminal_size().columns
    cells = [HEADINGS, *(cells_of(row) for row in summary.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [f"{summary.model} on {times(summary.input_shape)}", "", _line(HEADINGS, widths)]
    for row, texts in zip(summary.rows, cells[1:], strict=True):
        lines.append(_line(texts, widths))
        lines += [line for note in row.notes for line in _folded(f"  - {note}", room)]
    lines += ["", totals(summary), *_folded(LEGEND, room)]
    lines += [line for note in summary.notes for line in _folded(f"- {note}", room)]
    return "\n".join(lines)


def cells_of(row: Row) -> tuple[str, ...]:
    """Return the texts of a row, one a heading; where a number would be 0, there is none.

    Example:
        >>> from convolens.lens.rows import Row
        >>> cells_of(Row("pool", "MaxPool2d", (1, 30, 12, 12), 0, 0, (6, 6), (2, 2), False))
        ('pool', 'MaxPool2d', '30x12x12', '', '', '6x6', '2')
    """
    shape = row.output_shape
    return (
        row.path,
        row.kind,
        "?" if shape is None else times(shape[1:] if shape[:1] == (1,) else shape),
        f"{row.parameters:,}" if row.parameters else "",
        f"{row.multiply_adds:,}" if row.multiply_adds else "",
        "all" if row.whole else "x".join("?" if n is None else str(n) for n in row.receptive_field),
        _steps(row.stride),
    )


def totals(summary: Summary) -> str:
    """Return the last line: what all layers come to."""
    return (
        f"{summary.parameters:,} parameters, {summary.multiply_adds:,} multiply-adds for one image"
    )


def times(extents: tuple[int, ...]) -> str:
    """Write a shape as ``3x224x224``."""
    return "x".join(map(str, extents)) if extents else "one number"


def _steps(stride: tuple[int | None, ...]) -> str:
    """Write the steps along the axes, once if they are equal."""
    if None in stride:
        return ""
    return times(stride[:1] if len(set(stride)) == 1 else stride) if stride else ""  # type: ignore[arg-type]


def _line(texts: tuple[str, ...], widths: list[int]) -> str:
    padded = [
        f"{text:<{width}}" if place < _NAMES else f"{text:>{width}}"
        for place, (text, width) in enumerate(zip(texts, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _folded(note: str, room: int) -> list[str]:
    indent = " " * (len(note) - len(note.lstrip(" -")))
    return textwrap.wrap(note, max(room, 40), subsequent_indent=indent)
