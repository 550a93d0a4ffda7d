"""The summary as a table in plain text."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

from convolens.lens.language import Words
from convolens.lens.sizes import in_bytes, text_width
from convolens.lens.words import lens_words

if TYPE_CHECKING:
    from convolens.lens.rows import Row
    from convolens.lens.summary import Summary

COLUMNS = ("layer", "kind", "output", "parameters", "multiply_adds", "sees", "step", "memory")
#: Numbers stand to the right, names to the left.
_NAMES = 2


def table(summary: Summary, width: int | None = None) -> str:
    """Return the table; ``Summary.table`` says how wide."""
    room = width or shutil.get_terminal_size().columns
    say = lens_words(summary.lang)
    cells = [headings(say), *(cells_of(row, say) for row in summary.rows)]
    widths = [max(map(text_width, column)) for column in zip(*cells, strict=True)]
    lines = [title(summary, say), "", _line(cells[0], widths)]
    for row, texts in zip(summary.rows, cells[1:], strict=True):
        lines.append(_line(texts, widths))
        lines += [line for note in row.notes for line in _folded(f"  - {note}", room)]
    lines += ["", totals(summary, say)]
    lines += [line for text in below(summary, say) for line in _folded(text, room)]
    lines += [line for note in summary.notes for line in _folded(f"- {note}", room)]
    return "\n".join(lines)


def title(summary: Summary, say: Words) -> str:
    """Return what the table is of."""
    return say("summary.on", model=summary.model, shape=times(summary.input_shape, say))


def headings(say: Words) -> tuple[str, ...]:
    """Return the names of the columns."""
    return tuple(say(f"summary.{column}") for column in COLUMNS)


def cells_of(row: Row, say: Words) -> tuple[str, ...]:
    """Return the texts of a row, one a column; where a number would be 0, there is none.

    Example:
        >>> from convolens.lens.rows import Row
        >>> row = Row("pool", "MaxPool2d", (1, 30, 12, 12), 0, 0, (6, 6), (2, 2), False)
        >>> cells_of(row, lens_words("en"))
        ('pool', 'MaxPool2d', '30x12x12', '', '', '6x6', '2', '')
    """
    shape = row.output_shape
    sees = "x".join("?" if n is None else str(n) for n in row.receptive_field)
    return (
        row.path,
        row.kind,
        "?" if shape is None else times(shape[1:] if shape[:1] == (1,) else shape, say),
        f"{row.parameters:,}" if row.parameters else "",
        f"{row.multiply_adds:,}" if row.multiply_adds else "",
        say("summary.all") if row.whole else sees,
        _steps(row.stride, say),
        in_bytes(row.bytes) if row.bytes else "",
    )


def totals(summary: Summary, say: Words) -> str:
    """Return what all layers come to."""
    return say(
        "summary.totals",
        parameters=f"{summary.parameters:,}",
        multiply_adds=f"{summary.multiply_adds:,}",
    )


def below(summary: Summary, say: Words) -> list[str]:
    """Return the sentences below the table: the memory, and what the columns mean."""
    memory = {name: in_bytes(number) for name, number in summary.memory.items()}
    if not memory:
        return [say("summary.legend")]
    return [
        say(
            "summary.bytes",
            dtype=summary.dtype,
            weights=memory["parameters"],
            outputs=memory["outputs"],
            input=memory["input"],
        ),
        say("summary.legend"),
    ]


def times(extents: tuple[int, ...], say: Words) -> str:
    """Write a shape as ``3x224x224``."""
    return "x".join(map(str, extents)) if extents else say("summary.one_number")


def _steps(stride: tuple[int | None, ...], say: Words) -> str:
    """Write the steps along the axes, once if they are equal."""
    known = tuple(step for step in stride if step is not None)
    if not known or len(known) < len(stride):
        return ""
    return times(known[:1] if len(set(known)) == 1 else known, say)


def _line(texts: tuple[str, ...], widths: list[int]) -> str:
    padded = []
    for place, (text, width) in enumerate(zip(texts, widths, strict=True)):
        gap = " " * (width - text_width(text))
        padded.append(text + gap if place < _NAMES else gap + text)
    return "  ".join(padded).rstrip()


def _folded(note: str, room: int) -> list[str]:
    indent = " " * (len(note) - len(note.lstrip(" -")))
    return textwrap.wrap(note, max(room, 40), subsequent_indent=indent)
