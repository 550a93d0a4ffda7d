"""The taps of an axis drawn with characters: which input each output reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convolens.lens.explain.axes import Axis
from convolens.lens.explain.runs import runs_of
from convolens.lens.language import Words
from convolens.lens.sizes import text_width
from convolens.ops._taps import Table

_INPUT, _PAD, _NOTHING = "●", "○", "·"
#: Axes up to this many cells, padding included, and outputs are drawn; of larger ones some rows.
_MOST_CELLS, _MOST_OUTPUTS = 30, 16
_FIRST, _LAST, _MOST_LISTED, _MOST_RUNS = 3, 2, 12, 8


def taps_drawn(axis: Axis, cells: Table | None, say: Words) -> list[str]:
    """Return the lines of the picture.

    Args:
        axis: The axis.
        cells: The place of each tap, in the padding too; None for a transposed convolution.
        say: The texts.

    Example:
        >>> from convolens.lens.explain.axes import axes_of
        >>> from convolens.lens.explain.words import explain_words
        >>> from convolens.lens.notation import parse_layer
        >>> spec = parse_layer("5x5 k3 s2 p1")
        >>> for line in taps_drawn(axes_of(spec)[0], spec.cells[0], explain_words("en")):
        ...     print(line)
                   0 1 2 3 4
        output 0 ○ ● ● · · · ·
        output 1 · · ● ● ● · ·
        output 2 · · · · ● ● ○
        read       1 2 1 2 1
        ● an input, ○ padding; below: how often each input is read
    """
    places = axis.table if cells is None else cells
    first, last = min(0, int(places.min(initial=0))), max(axis.size - 1, int(places.max(initial=0)))
    small = last - first < _MOST_CELLS and axis.outputs <= _MOST_OUTPUTS
    if not small:
        return list(_listed(axis, places, say))
    first = 0 if axis.transposed else first
    columns = range(first, last + 1)
    names = [say("taps.output", p=p) for p in range(axis.outputs)]
    width = max(map(text_width, [*names, say("taps.times")]))
    inside = [i for i in columns if 0 <= i < axis.size]
    digits = max(len(str(axis.size - 1)), len(str(axis.reads.max(initial=0))))
    lines = [_row("", ["" if i not in inside else str(i) for i in columns], width, digits)]
    for name, row in zip(names, places, strict=True):
        read = set(map(int, row))
        marks = [_mark(i, read, axis.size) for i in columns]
        lines.append(_row(name, marks, width, digits))
    counts = ["" if i not in inside else str(axis.reads[i]) for i in columns]
    lines.append(_row(say("taps.times"), counts, width, digits))
    return [*lines, say("taps.legend_moved" if axis.transposed else "taps.legend")]


def _mark(cell: int, read: set[int], size: int) -> str:
    if cell not in read:
        return _NOTHING
    return _INPUT if 0 <= cell < size else _PAD


def _row(name: str, cells: Sequence[str], width: int, digits: int) -> str:
    gap = " " * (width - text_width(name))
    return f"{name}{gap} {' '.join(f'{cell:>{digits}}' for cell in cells)}".rstrip()


def _listed(axis: Axis, places: Table, say: Words) -> Iterator[str]:
    """Yield some outputs with what they read, and how often inputs are read."""
    shown = list(range(axis.outputs))
    if axis.outputs > _FIRST + _LAST + 1:
        shown = [*shown[:_FIRST], *shown[-_LAST:]]
    before = -1
    for p in shown:
        if p != before + 1:
            yield "…"
        before = p
        yield f"{say('taps.output', p=p)}: {reads_text(axis, places[p].tolist(), say)}"
    if not axis.transposed and (places.min() < 0 or places.max() >= axis.size):
        yield say("taps.negative", size=axis.size)
    runs = runs_of(axis.reads.tolist())
    if len(runs) <= _MOST_RUNS:
        texts = [
            say("taps.run", cells=_range(first, last, say), times=times)
            for first, last, times in runs
        ]
        yield say("taps.often", runs=say("semicolon").join(texts))
    elif axis.reads_in_turns:
        yield say(
            "taps.often",
            runs=say("taps.turns", turns=say("comma").join(map(str, axis.reads_in_turns[:8]))),
        )


def reads_text(axis: Axis, row: Sequence[int], say: Words) -> str:
    """Return what an output reads, in a few words."""
    cells = sorted(i for i in row if i >= 0) if axis.transposed else list(row)
    if not cells:
        return say("taps.none")
    if len(cells) > _MOST_LISTED:
        shown = [*map(str, cells[:3]), "…", *map(str, cells[-2:])]
    else:
        shown = list(map(str, cells))
    return say("taps.reads", cells=" ".join(shown))


def _range(first: int, last: int, say: Words) -> str:
    return str(first) if first == last else say("taps.range", first=first, last=last)
