"""A line chart as SVG: axes, lines that say their own name, values under the pointer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from convolens.lens.report.axis import Axis, round_axis, whole_axis
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.numbers import POWER, decimals_for, fixed, percent

_WIDTH, _HEIGHT = 520, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 132, 16, 46
_APART = 19.0
_LONG = 10_000
_MOST_DOTS = 40


@final
@dataclass(frozen=True)
class Line:
    """A line of a chart: its name, its class for the style, and its values by epoch."""

    name: str
    kind: str
    values: Sequence[float]


def line_chart(
    title: str,
    across: str,
    epochs: Sequence[int],
    lines: Sequence[Line],
    describe: Callable[[int], str],
    *,
    is_share: bool,
) -> Html:
    """Return a chart of ``lines`` over ``epochs``. What is not a finite number leaves a gap.

    Args:
        title: What the values are.
        across: What the epochs are called.
        epochs: Whole numbers, growing.
        lines: The lines, with a value for each epoch.
        describe: Writes all values of the epoch with this position.
        is_share: Whether the values are shares, drawn up to 100 %; others are drawn from 0.
    """
    finite = [v for line in lines for v in line.values if math.isfinite(v)]
    low = min(finite, default=0.0) if is_share else min(0.0, *finite, 0.0)
    high = 1.0 if is_share else max(finite, default=1.0)
    y = round_axis(low, high, _HEIGHT - _BOTTOM, _TOP)
    x = whole_axis(epochs[0], epochs[-1], _LEFT + 8, _WIDTH - _RIGHT)
    last = describe(len(epochs) - 1)
    drawing = element(
        "svg",
        _frame(x, y, across, is_share),
        *(_line(line, epochs, x, y) for line in lines),
        _names(lines, y, is_share),
        _bands(epochs, x, describe),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        class_="chart",
        role="img",
        aria_label=f"{title}. {last}",
    )
    readout = element("output", last, class_="readout")
    caption = element("figcaption", title, class_="what")
    return element("figure", caption, drawing, readout, class_="curve")


def show(value: float, is_share: bool) -> str:
    r"""Return a value of a curve as text.

    Example:
        >>> show(0.98125, True), show(0.98125, False), show(251.3, False)
        ('98.1\xa0%', '0.981', '251.3')
    """
    if is_share or not math.isfinite(value):
        return percent(value)
    return fixed(value, min(3, decimals_for(abs(value))) if value else 0)


def _frame(x: Axis, y: Axis, across: str, is_share: bool) -> Html:
    parts = []
    for tick in y.ticks:
        at = round(y.at(tick), 1)
        parts.append(element("path", d=f"M{_LEFT} {at}H{_WIDTH - _RIGHT}", class_="grid"))
        parts.append(_text(_LEFT - 8, at + 5, _tick(tick, y, is_share), "tick end"))
    bottom = _HEIGHT - _BOTTOM
    for tick in x.ticks:
        at = round(x.at(tick), 1)
        parts.append(element("path", d=f"M{at} {bottom}v5", class_="axis"))
        parts.append(_text(at, bottom + 21, f"{tick:.0f}", "tick middle"))
    parts.append(element("path", d=f"M{_LEFT} {bottom}H{_WIDTH - _RIGHT}", class_="axis"))
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(_text(middle, _HEIGHT - 5, across, "tick middle"))
    return element("g", *parts)


def _tick(value: float, y: Axis, is_share: bool) -> str:
    if is_share:
        return f"{fixed(100 * value, max(0, y.decimals - 2))}\u00a0%"
    return fixed(value, y.decimals if y.high < _LONG else POWER)


def _line(line: Line, epochs: Sequence[int], x: Axis, y: Axis) -> Html:
    path = ""
    dots = []
    pen_down = False
    for epoch, value in zip(epochs, line.values, strict=True):
        if not math.isfinite(value):
            pen_down = False
            continue
        at = f"{x.at(epoch):.1f} {y.at(value):.1f}"
        path += f"{'L' if pen_down else 'M'}{at}"
        pen_down = True
        if len(epochs) <= _MOST_DOTS:
            left, down = at.split()
            dots.append(element("circle", cx=left, cy=down, r=3))
    return element("g", element("path", d=path or None), *dots, class_=f"line {line.kind}")


def _names(lines: Sequence[Line], y: Axis, is_share: bool) -> Html:
    """Write each line's name and last value at its end, moved apart where they would touch."""
    ends: list[tuple[float, Line, float]] = []
    for line in lines:
        last = next((v for v in reversed(line.values) if math.isfinite(v)), None)
        if last is not None:
            ends.append((y.at(last) + 5, line, last))
    ends.sort(key=lambda end: end[0])
    places = [end[0] for end in ends]
    for number in range(1, len(places)):
        places[number] = max(places[number], places[number - 1] + _APART)
    overflow = max(0.0, places[-1] - (_HEIGHT - _BOTTOM + 2)) if places else 0.0
    return element(
        "g",
        *(
            _text(
                _WIDTH - _RIGHT + 10,
                place - overflow,
                f"{line.name} {show(last, is_share)}",
                f"name {line.kind}",
            )
            for place, (_, line, last) in zip(places, ends, strict=True)
        ),
    )


def _bands(epochs: Sequence[int], x: Axis, describe: Callable[[int], str]) -> Html:
    """Return one invisible strip an epoch, with a line and its values for whoever points at it."""
    wide = (_WIDTH - _RIGHT - _LEFT) / max(1, len(epochs))
    bottom = _HEIGHT - _BOTTOM
    bands = []
    for position, epoch in enumerate(epochs):
        at = x.at(epoch)
        bands.append(
            element(
                "g",
                element("title", describe(position)),
                element(
                    "rect",
                    x=f"{at - wide / 2:.1f}",
                    y=_TOP,
                    width=f"{wide:.1f}",
                    height=bottom - _TOP,
                ),
                element("path", d=f"M{at:.1f} {_TOP}V{bottom}"),
                class_="band",
            )
        )
    return element("g", join(bands))


def _text(x: float, y: float, content: str, kind: str) -> Html:
    return element("text", content, x=f"{x:.1f}", y=f"{y:.1f}", class_=kind)
