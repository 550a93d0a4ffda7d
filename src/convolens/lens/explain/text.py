"""An explanation as plain text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from convolens.lens.explain.number_text import number_lines
from convolens.lens.explain.sections import Section, headline, sections, together
from convolens.lens.explain.tap_text import taps_drawn
from convolens.lens.explain.words import explain_words
from convolens.lens.language import Words
from convolens.lens.sizes import text_width

if TYPE_CHECKING:
    from convolens.lens.explain.explanation import Explanation

#: Sentences are folded at this many characters.
_WIDTH = 94


def text_of(found: Explanation, lang: str | None = None) -> str:
    """Return the explanation, one part after the other."""
    say = explain_words(lang)
    parts = [[found.spec.text, headline(found, say)]]
    if found.number is not None:
        parts.append(number_lines(found.number, say))
    for section in sections(found, say):
        parts.append([section.title, *_indented(_body(section, say))])
        if section.name == "size":
            parts.append([say("taps"), *_indented(_taps(found, say))])
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _body(section: Section, say: Words) -> Iterator[str]:
    if section.rows:
        yield from columns([section.header, *section.rows])[not any(section.header) :]
    for line in section.lines:
        # Chinese has no spaces to fold at, and its lines are short.
        if section.code or say.lang == "zh":
            yield line
        else:
            yield from textwrap.wrap(line, _WIDTH, subsequent_indent="  ")


def _taps(found: Explanation, say: Words) -> Iterator[str]:
    spec = found.spec
    places = {axis.name: None for axis in found.axes}
    if spec.kind != "conv_transpose":
        names = [axis.name for axis in found.axes]
        places = dict(zip(names, spec.cells, strict=True))  # type: ignore[arg-type]
    for axes, axis in together(found, say):
        yield say("taps.axis", axes=axes, size=axis.size, outputs=axis.outputs)
        yield from ("  " + line for line in taps_drawn(axis, places[axis.name], say))
    if spec.padding_mode != "zeros":
        yield say("taps.copies", mode=spec.padding_mode)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as aligned columns: names to the left, numbers to the right.

    Example:
        >>> columns([("", "this"), ("weights", "54")])
        ['         this', 'weights    54']
    """
    widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)]
    right = [all(map(is_number, column[1:])) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for cell, width, number in zip(row, widths, right, strict=True):
            gap = " " * (width - text_width(cell))
            cells.append(gap + cell if number else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return lines


def is_number(cell: str) -> bool:
    """Return whether a cell holds a number, perhaps with its unit, or nothing.

    Example:
        >>> is_number("1,296"), is_number("1.3 ms"), is_number("–"), is_number("3x3")
        (True, True, True, False)
    """
    return re.fullmatch(r"[0-9.,]+( [A-Za-zµ]+)?|–|", cell) is not None
