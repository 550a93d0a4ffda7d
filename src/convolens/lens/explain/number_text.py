"""One output number taken apart, as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from convolens.lens.language import Words

if TYPE_CHECKING:
    from convolens.lens.explain.number import OutputNumber
    from convolens.ops import Array

MOST_CHANNELS, MOST_TAPS = 8, 64


def number_lines(number: OutputNumber, say: Words) -> list[str]:
    """Return the title, each channel's products with their sum, the total, and the comparison."""
    lines = [say("number", at=list(number.at))]
    if number.step:
        lines.append("  " + say("number.step"))
    lines += ["  " + line for line in _products(number, say)]
    lines.append("  " + total_line(number, say))
    lines.append("  " + verdict(number, say))
    return lines


def number_text(value: float) -> str:
    """Return a number with six digits, without needless zeros.

    Example:
        >>> number_text(0.25), number_text(-1.0), number_text(1 / 3)
        ('0.25', '-1', '0.333333')
    """
    return f"{value:.6g}"


def _products(number: OutputNumber, say: Words) -> Iterator[str]:
    for place, channel in enumerate(number.channels[:MOST_CHANNELS]):
        yield say("number.channel", channel=channel)
        window = number.window[place]
        weights = None if number.weights is None else number.weights[place]
        if number.kind == "avg_pool":
            weights = None
        for row in _rows(window, weights, number.inside, say):
            yield f"  {row}"
        if number.partial_sums is not None and len(number.channels) > 1:
            partial = number_text(number.partial_sums[place])
            yield f"  {say('number.partial', channel=channel)} = {partial}"
    left = len(number.channels) - MOST_CHANNELS
    if left > 0:
        yield say("number.left_out", count=left)


def _rows(window: Array, weights: Array | None, inside: Array, say: Words) -> Iterator[str]:
    """Yield one line a row of the window: input x weight for each tap."""
    rows, masks = window.reshape(-1, window.shape[-1]), inside.reshape(-1, window.shape[-1])
    factors = None if weights is None else weights.reshape(rows.shape)
    texts = []
    for y, row in enumerate(rows):
        cells = []
        for x, value in enumerate(row):
            cell = number_text(value) if masks[y, x] else say("number.padding")
            if factors is not None:
                cell = f"{cell} · {number_text(factors[y, x])}"
            cells.append(cell)
        texts.append(cells)
    if window.size > MOST_TAPS:
        texts = [[*row[:6], "…"] if len(row) > 7 else row for row in texts[:8]]
    width = max(len(cell) for row in texts for cell in row)
    for cells in texts:
        yield "  ".join(f"{cell:>{width}}" for cell in cells)
    if window.size > MOST_TAPS and len(rows) > 8:
        yield "…"


def total_line(number: OutputNumber, say: Words) -> str:
    """Return the sum of the partial sums and the bias."""
    total = number_text(number.total)
    if number.kind == "max_pool":
        values = number.window[0][number.inside]
        shown = say("comma").join(number_text(v) for v in values[:9])
        return say("number.max", values=shown + (" …" if values.size > 9 else ""), total=total)
    if number.kind == "avg_pool" and number.weights is not None:
        divisor = round(1 / float(number.weights.flat[0]))
        line = say("number.average", divisor=divisor)
        values = [number_text(v) for v in number.window[0][number.inside][:9]]
        more = " + …" if number.inside.sum() > 9 else ""
        return f"{line}: ({' + '.join(values)}{more}) / {divisor} = {total}"
    sums = np.asarray(number.partial_sums)
    terms = [number_text(v) for v in sums[:MOST_CHANNELS]]
    text = " + ".join(terms) + (" + …" if sums.size > MOST_CHANNELS else "")
    if number.bias is not None:
        text += f" + {say('number.bias', bias=number_text(number.bias))}"
    return say("number.sum", terms=text, total=total)


def verdict(number: OutputNumber, say: Words) -> str:
    """Return whether the engine's number is the same."""
    values = {
        "engine": number_text(number.engine),
        "difference": f"{number.difference:.2g}",
        "tolerance": f"{number.tolerance:.2g}",
    }
    if number.engine == number.total:
        return say("number.equal", **values)
    return say("number.agrees" if number.agrees else "number.differs", **values)
