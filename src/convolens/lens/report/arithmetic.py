"""The arithmetic of one output pixel: window times weights, partial sums, bias, total, verdict."""

from __future__ import annotations

from convolens.lens.language import Words
from convolens.lens.report.cells import grid, padding_cell, pixel_cell, signed_cell, signed_cells
from convolens.lens.report.fields import COLOURS
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.limits import NUMBERED_TAPS
from convolens.lens.report.numbers import count, fixed, largest
from convolens.lens.report.palette import signed_picture
from convolens.lens.report.pixel import PixelExplanation
from convolens.lens.report.portion import Portion
from convolens.ops import Array

_CHIPS = 16


def arithmetic(portion: Portion, pixel: PixelExplanation, channel: int, say: Words) -> Html:
    """Return window, weights and products of each input channel, or of one channel of many."""
    several = len(pixel.channels) <= COLOURS
    shown = range(len(pixel.channels)) if several else (channel,)
    blocks = [_channel(portion, pixel, c, slot, say) for slot, c in enumerate(shown)]
    if several:
        return join(blocks)
    chips = grid(
        _chips(portion, pixel, channel),
        _CHIPS,
        say("pixel.partial_sums"),
        kind="field units chips",
        data_field="chips",
        tabindex="0",
    )
    note = say("pixel.chips", total=len(pixel.channels))
    return join([element("p", note), element("div", chips, class_="wide"), *blocks])


def ledger(portion: Portion, pixel: PixelExplanation, say: Words) -> Html:
    """Return the sum line by line, down to the comparison with the engine."""
    exact, error = portion.decimals["t"], portion.decimals["e"]
    call = portion.calls[0]
    rows = []
    if len(pixel.channels) <= COLOURS:
        for number, partial in enumerate(pixel.partial_sums):
            name = _partial_name(number, len(pixel.channels), say)
            rows.append(_row(name, fixed(float(partial), exact), f"partial-{number}"))
    else:
        everything = fixed(float(pixel.partial_sums.sum()), exact)
        rows.append(_row(say("pixel.all", count=len(pixel.channels)), everything, "partial-all"))
    if pixel.bias is not None:
        rows.append(_row(say("pixel.bias"), fixed(pixel.bias, exact), "bias"))
    rows.append(_row(say("pixel.total"), fixed(pixel.total, exact), "total", "sum"))
    name = say("pixel.engine", dtype=call.output.dtype.name)
    rows.append(_row(name, fixed(pixel.engine, exact), "engine"))
    rows.append(_row(say("pixel.difference"), fixed(pixel.difference, error), "difference"))
    name = say("pixel.allowed", terms=count(call.terms), power="⁻²⁴" if _single(portion) else "⁻⁵²")
    rows.append(_row(name, fixed(pixel.tolerance, error), "tolerance"))
    verdict = verdict_key(pixel)
    return join(
        [
            element("table", element("tbody", *rows), class_="numbers ledger"),
            element(
                "p",
                say(verdict),
                class_=f"verdict {verdict.removeprefix('pixel.')}",
                data_v="verdict",
                role="status",
            ),
        ]
    )


def verdict_key(pixel: PixelExplanation) -> str:
    """Return the key of the words that say whether the engine computed the same."""
    if not pixel.is_finite:
        return "pixel.not_finite"
    return "pixel.agrees" if pixel.agrees else "pixel.differs"


def _single(portion: Portion) -> bool:
    return portion.calls[0].output.dtype.itemsize == 4


def _row(name: str, value: str, key: str, kind: str | None = None) -> Html:
    return element(
        "tr", element("th", name, scope="row"), element("td", value, data_v=key), class_=kind
    )


def _partial_name(number: int, total: int, say: Words) -> str:
    if total == 1:
        return say("pixel.partial")
    if total == COLOURS:
        return say("pixel.partial_plane", name="RGB"[number])
    return say("pixel.partial_channel", number=number)


def _chips(portion: Portion, pixel: PixelExplanation, channel: int) -> list[Html]:
    limit = largest(pixel.partial_sums)
    cells = signed_cells(pixel.partial_sums, limit, portion.decimals["y"])
    cells[channel] = Html(cells[channel].replace('class="', 'class="on ', 1))
    return cells


def _channel(
    portion: Portion, pixel: PixelExplanation, channel: int, slot: int, say: Words
) -> Html:
    first = pixel.channels[0]
    total = len(pixel.channels)
    name = "" if total == 1 else f"{say('pixel.channel', number=first + channel)}"
    if total == COLOURS and portion.calls[0].op.groups == 1:
        name = say("pixel.plane", name="RGB"[channel])
    decimals, limits = portion.decimals, portion.limits
    top = largest(pixel.products)
    window, weights = pixel.window[channel], pixel.weights[channel]
    parts = [
        _part("window", _window_cells(portion, pixel, channel), window, limits["x"], say),
        _part(
            "weights", signed_cells(weights, limits["w"], decimals["w"]), weights, limits["w"], say
        ),
        _part(
            "products",
            signed_cells(pixel.products[channel], top, decimals["p"]),
            pixel.products[channel],
            top,
            say,
        ),
    ]
    signs = [element("span", sign, class_="sign") for sign in ("×", "=")]
    heading = element("h4", name, data_v="channel") if name else join(())
    return element(
        "div",
        heading,
        element("div", parts[0], signs[0], parts[1], signs[1], parts[2], class_="three"),
        class_="channel",
        data_slot=str(slot),
    )


def _part(what: str, cells: list[Html], values: Array, limit: float, say: Words) -> Html:
    caption = say(f"pixel.{what}")
    rows, columns = values.shape
    if values.size <= NUMBERED_TAPS:
        kind = "taps" if columns <= 7 else "taps fine"
        shown = grid(cells, columns, caption, kind=kind, data_part=what)
    else:
        picture = signed_picture(values, limit)
        shown = element(
            "img",
            src=picture,
            alt=caption,
            class_="tile part",
            data_part=what,
            style=f"aspect-ratio:{columns}/{rows}",
        )
    return element("figure", element("figcaption", caption), element("div", shown, class_="wide"))


def _window_cells(portion: Portion, pixel: PixelExplanation, channel: int) -> list[Html]:
    cells = []
    for value, inside in zip(pixel.window[channel].flat, pixel.inside.flat, strict=True):
        if not inside:
            cells.append(padding_cell("0"))
        elif portion.scale is None:
            cells.append(signed_cell(float(value), portion.limits["x"], portion.decimals["x"]))
        else:
            whole = round(float(value) * portion.scale)
            cells.append(pixel_cell(float(value), f"{whole}/{portion.scale}"))
    return cells
