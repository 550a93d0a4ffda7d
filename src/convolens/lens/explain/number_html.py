"""One output number taken apart, as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convolens.lens.explain.number_text import (
    MOST_CHANNELS,
    MOST_TAPS,
    number_text,
    total_line,
    verdict,
)
from convolens.lens.language import Words
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.palette import tint

if TYPE_CHECKING:
    from convolens.lens.explain.number import OutputNumber
    from convolens.ops import Array

_MOST_ROWS, _MOST_COLUMNS = 8, 8


def number_section(number: OutputNumber, say: Words) -> Html:
    """Return the title, each channel's products with their sum, the total, and the comparison."""
    parts = [element("h2", say("number", at=list(number.at)))]
    if number.step:
        parts.append(element("p", say("number.step")))
    shown = number.window if number.products is None else number.products
    limit = float(abs(shown).max(initial=0.0))
    parts += [
        _channel(number, place, limit, say)
        for place in range(min(len(number.channels), MOST_CHANNELS))
    ]
    left = len(number.channels) - MOST_CHANNELS
    if left > 0:
        parts.append(element("p", say("number.left_out", count=left)))
    parts.append(element("p", total_line(number, say)))
    kind = "good" if number.agrees else "bad"
    parts.append(element("p", verdict(number, say), class_=kind))
    return join(parts)


def _channel(number: OutputNumber, place: int, limit: float, say: Words) -> Html:
    channel = number.channels[place]
    window = number.window[place]
    weights = None if number.weights is None else number.weights[place]
    if number.kind == "avg_pool":
        weights = None
    rows = _cells(window, weights, number.inside, limit, say)
    parts = [element("small", say("number.channel", channel=channel)), element("table", *rows)]
    if number.partial_sums is not None and len(number.channels) > 1:
        partial = number_text(number.partial_sums[place])
        parts.append(element("small", f"{say('number.partial', channel=channel)} = {partial}"))
    return element("div", *parts, class_="window")


def _cells(
    window: Array, weights: Array | None, inside: Array, limit: float, say: Words
) -> list[Html]:
    """Return the rows of a window; a colour says how much its product adds or takes away."""
    length = window.shape[-1]
    values, masks = window.reshape(-1, length), inside.reshape(-1, length)
    factors = None if weights is None else weights.reshape(-1, length)
    high, wide = len(values), length
    if window.size > MOST_TAPS:
        high, wide = min(high, _MOST_ROWS), min(wide, _MOST_COLUMNS)
    rows = []
    for y in range(high):
        cells = []
        for x in range(wide):
            value = float(values[y, x])
            text = number_text(value) if masks[y, x] else say("number.padding")
            product = value
            if factors is not None:
                text += f" · {number_text(factors[y, x])}"
                product *= float(factors[y, x])
            sign, strength = tint(product, limit)
            colour = {"n": "neg", "p": "pos", "x": "pos"}[sign]
            style = f"background:rgb(var(--{colour}) / {strength * 0.6:.2f})"
            if masks[y, x]:
                cells.append(element("td", text, style=style))
            else:
                cells.append(element("td", text, class_="pad"))
        if wide < length:
            cells.append(element("td", "…"))
        rows.append(element("tr", *cells))
    if high < len(values):
        rows.append(element("tr", element("td", "…")))
    return rows
