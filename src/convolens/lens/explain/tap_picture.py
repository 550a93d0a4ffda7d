"""The picture of a layer's taps as SVG: which input each output reads, and how often each is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from convolens.lens.explain.axes import Axis
from convolens.lens.explain.sections import together
from convolens.lens.explain.words import explain_words
from convolens.lens.fonts import FAMILY, font_face
from convolens.lens.language import Words
from convolens.lens.report.html import Html, element, join, raw
from convolens.lens.sizes import text_width
from convolens.ops._taps import Table

if TYPE_CHECKING:
    from convolens.lens.explain.explanation import Explanation

_CELL, _LABEL, _BAR, _GAP = 30, 96, 64, 34
_MOST_CELLS, _MOST_OUTPUTS, _SHOWN = 30, 14, 5

#: Blue cells are read; what is hatched is padding. Both are told apart without colours, too.
_STYLE = """
.taps { --paper:#fff; --ink:#1a1d23; --quiet:#555b66; --line:#d5d8de; --read:#1979c7; --pad:#c05600;
  background:var(--paper); font-family:@FAMILY@; font-variant-numeric:tabular-nums }
@media (prefers-color-scheme:dark) {
  .taps { --paper:#0b0c10; --ink:#e9ebef; --quiet:#a9afbb; --line:#343943; --read:#6db6f5;
    --pad:#f39c52 } }
.taps text { fill:var(--quiet); font-size:14px }
.taps .title { fill:var(--ink); font-size:18px; font-weight:600 }
.taps .name { fill:var(--ink); font-size:15px }
.taps .mid { text-anchor:middle } .taps .end { text-anchor:end }
.taps rect { fill:none; stroke:var(--line) }
.taps .back { fill:var(--paper); stroke:none }
.taps .read { fill:var(--read); stroke:none }
.taps .pad { fill:var(--paper); stroke:var(--pad); stroke-width:2 }
.taps path { stroke:var(--pad); stroke-width:2; fill:none }
.taps .never { stroke:var(--ink); stroke-width:2 }
"""


@final
@dataclass(frozen=True)
class _Panel:
    """A part of the picture: some outputs of an axis, with the columns that they read."""

    title: str
    axis: Axis
    places: Table
    outputs: range
    columns: range


def tap_picture(found: Explanation, lang: str | None = None, *, with_font: bool = True) -> str:
    """Return the picture as one SVG document.

    Args:
        found: The explanation.
        lang: The language of the texts.
        with_font: Whether it needs nothing else; otherwise a page that it is in has the font.
    """
    say = explain_words(lang)
    panels = list(_panels(found, say))
    title = say("picture.title", text=found.spec.text)
    texts = [40 + 10 * text_width(title), *(30 + 8 * text_width(panel.title) for panel in panels)]
    width = max([*texts, *(_LABEL + len(panel.columns) * _CELL + 24 for panel in panels)])
    parts: list[Html] = []
    y = 50
    for panel in panels:
        drawn, height = _drawn(panel, y, say)
        parts.append(drawn)
        y += height + _GAP
    style = _STYLE.replace("@FAMILY@", FAMILY) + (
        font_face() if say.lang == "zh" and with_font else ""
    )
    return element(
        "svg",
        element("title", title),
        element("style", raw(style)),
        element("rect", class_="back", x=0, y=0, width=width, height=y),
        element("text", title, class_="title", x=12, y=28),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {y}",
        width=width,
        height=y,
        class_="taps",
        role="img",
    )


def _panels(found: Explanation, say: Words) -> Iterator[_Panel]:
    spec = found.spec
    names = [axis.name for axis in found.axes]
    cells = spec.tables if spec.kind == "conv_transpose" else spec.cells
    places_of = dict(zip(names, cells, strict=True))
    for axes, axis in together(found, say):
        places = places_of[axis.name]
        title = say("taps.axis", axes=axes, size=axis.size, outputs=axis.outputs)
        every = range(axis.outputs)
        columns = _columns(axis, places, every)
        if len(columns) <= _MOST_CELLS and axis.outputs <= _MOST_OUTPUTS:
            yield _Panel(title, axis, places, every, columns)
            continue
        for key, outputs in (("begin", every[:_SHOWN]), ("end", every[-_SHOWN:])):
            part = say(f"picture.{key}", count=len(outputs))
            columns = _columns(axis, places, outputs)
            if len(columns) > _MOST_CELLS:
                ends = columns[:_MOST_CELLS], columns[-_MOST_CELLS:]
                columns = ends[key == "end"]
            yield _Panel(f"{title} · {part}", axis, places, outputs, columns)


def _columns(axis: Axis, places: Table, outputs: range) -> range:
    """Return the cells to draw: what the outputs read, and to the end where they are the last."""
    read = places[outputs.start : outputs.stop]
    real = read[read >= 0] if axis.transposed else read
    first, last = int(real.min(initial=axis.size - 1)), int(real.max(initial=0))
    if outputs.start == 0:
        first = min(first, 0)
    if outputs.stop == axis.outputs:
        last = max(last, axis.size - 1)
    return range(first, last + 1)


def _drawn(panel: _Panel, top: int, say: Words) -> tuple[Html, int]:
    """Return a panel and its height."""
    axis, rows, columns = panel.axis, list(panel.outputs), list(panel.columns)
    inside = [(x, cell) for x, cell in enumerate(columns) if 0 <= cell < axis.size]
    parts = [element("text", panel.title, class_="name", x=12, y=top)]
    y = top + 36
    parts.append(element("text", say("picture.input"), class_="end", x=_LABEL - 10, y=y - 8))
    parts += [_text(str(cell), x, y - 8) for x, cell in inside]
    for row, p in enumerate(rows):
        line = y + row * _CELL
        name = say("taps.output", p=p)
        parts.append(element("text", name, class_="end", x=_LABEL - 10, y=line + 20))
        read = set(panel.places[p].tolist())
        parts += [
            _cell(x, line, cell in read, 0 <= cell < axis.size) for x, cell in enumerate(columns)
        ]
    floor = y + len(rows) * _CELL + _BAR + 14
    parts.append(element("text", say("picture.read"), class_="end", x=_LABEL - 10, y=floor - 4))
    parts += _bars(axis, inside, floor)
    return join(parts), floor - top + 6


def _cell(x: int, y: int, read: bool, real: bool) -> Html:
    left, side = _LABEL + x * _CELL + 2, _CELL - 4
    if read and not real:
        stripes = f"M{left + 1} {y + side + 1}L{left + side - 1} {y + 3}"
        box = element(
            "rect", class_="pad", x=left + 1, y=y + 3, width=side - 2, height=side - 2, rx=4
        )
        return join([box, element("path", d=stripes)])
    kind = "read" if read else None
    return element("rect", class_=kind, x=left, y=y + 2, width=side, height=side, rx=4)


def _bars(axis: Axis, inside: Sequence[tuple[int, int]], floor: int) -> Iterator[Html]:
    most = max(int(axis.reads.max(initial=0)), 1)
    for x, cell in inside:
        times = int(axis.reads[cell])
        height = round((_BAR - 18) * times / most)
        left = _LABEL + x * _CELL + 6
        kind = "read" if times else "never"
        yield element(
            "rect", class_=kind, x=left, y=floor - height, width=_CELL - 12, height=max(height, 1)
        )
        yield _text(str(times), x, floor - height - 4)


def _text(text: str, x: int, y: int) -> Html:
    return element("text", text, class_="mid", x=_LABEL + x * _CELL + _CELL // 2, y=y)
