"""The fields around an output pixel: the input with its window, the output with the pixel."""

from __future__ import annotations

import numpy as np

from convolens.lens.language import Words
from convolens.lens.report.cells import grid, padding_cell, pixel_cells, signed_cells
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.limits import NUMBERED_SIDE
from convolens.lens.report.palette import image_picture, signed_picture
from convolens.lens.report.pixel import PixelExplanation
from convolens.lens.report.portion import Portion
from convolens.ops import Array

COLOURS = 3
_UNITS = 16


def input_fields(portion: Portion, channel: int, pixel: PixelExplanation, say: Words) -> Html:
    """Return the input with its padding, the window marked: each plane, or one channel of many."""
    x = portion.calls[0].x
    if not _numbered(portion):
        whole = portion.scale is not None and len(x) in (1, COLOURS)
        picture = image_picture(x) if whole else signed_picture(x[channel], portion.limits["x"])
        plane = "all" if whole else str(channel)
        return _figure(
            _caption(x, None if whole else channel, say),
            _picture(portion, picture, plane, pixel, say),
        )
    several = len(x) <= COLOURS
    shown = range(len(x)) if several else (channel,)
    return join(_figure(_caption(x, c, say), _cells(portion, c, pixel, say)) for c in shown)


def output_field(portion: Portion, pixel: PixelExplanation, say: Words) -> Html:
    """Return the map of the pixel's output channel, or all outputs if each is a single number."""
    output = portion.calls[0].output
    k, p, q = pixel.at
    limit, decimals = portion.limits["y"], portion.decimals["y"]
    rows, columns = output.shape[1:]
    if portion.is_units:
        values = output[: portion.channels, 0, 0]
        cells = _marked(signed_cells(values, limit, decimals), {k})
        field = grid(
            cells, _UNITS, say("pixel.outputs"), kind="field units", data_field="out", tabindex="0"
        )
        return _figure(say("pixel.outputs"), field)
    caption = say("pixel.map", number=k)
    if max(rows, columns) <= NUMBERED_SIDE:
        cells = _marked(signed_cells(output[k], limit, decimals), {p * columns + q})
        field = grid(cells, columns, caption, kind="field", data_field="out", tabindex="0")
        return _figure(caption, field)
    box = _box(p / rows, q / columns, 1 / rows, 1 / columns)
    image = element("img", src=signed_picture(output[k], limit), alt="", class_="tile")
    field = element(
        "div",
        image,
        box,
        class_="picture",
        data_field="out",
        tabindex="0",
        role="group",
        aria_label=caption,
        style=f"--wide:{columns};--ratio:{columns}/{rows}",
    )
    return _figure(caption, field)


def _numbered(portion: Portion) -> bool:
    call = portion.calls[0]
    sizes = zip(call.x.shape[1:], call.op.padding, strict=True)
    return all(size + sum(pair) <= NUMBERED_SIDE + 2 for size, pair in sizes)


def _caption(x: Array, channel: int | None, say: Words) -> str:
    if len(x) == 1 or channel is None:
        return say("pixel.input")
    if len(x) == COLOURS:
        return say("pixel.input_plane", name="RGB"[channel])
    return say("pixel.input_channel", number=channel)


def _cells(portion: Portion, channel: int, pixel: PixelExplanation, say: Words) -> Html:
    call = portion.calls[0]
    plane = call.x[channel]
    (top, bottom), (left, right) = call.op.padding
    inner = (
        signed_cells(plane, portion.limits["x"], portion.decimals["y"])
        if portion.scale is None
        else pixel_cells(plane, portion.scale)
    )
    cells = np.full((plane.shape[0] + top + bottom, plane.shape[1] + left + right), None, object)
    cells[:] = padding_cell("")
    cells[top : top + plane.shape[0], left : left + plane.shape[1]] = np.array(
        inner, object
    ).reshape(plane.shape)
    rows, columns = (
        [at * stride + tap * dilation for tap in range(taps)]
        for at, stride, dilation, taps in zip(
            pixel.at[1:], call.op.stride, call.op.dilation, plane_taps(portion), strict=True
        )
    )
    marks = {r * cells.shape[1] + c for r in rows for c in columns}
    kind = "field" if portion.scale is None else "field pixels"
    return grid(
        _marked(list(cells.flat), marks if channel in pixel.channels else set()),
        cells.shape[1],
        say("pixel.input"),
        kind=kind,
        data_field="in",
        data_plane=str(channel),
    )


def plane_taps(portion: Portion) -> tuple[int, ...]:
    """Return the taps of each axis."""
    return tuple(portion.calls[0].weight.shape[2:])


def _picture(
    portion: Portion, picture: str, plane: str, pixel: PixelExplanation, say: Words
) -> Html:
    call = portion.calls[0]
    shares = []
    for size, (before, after), at, stride, window in zip(
        call.x.shape[1:], call.op.padding, pixel.at[1:], call.op.stride, call.windows, strict=True
    ):
        padded = size + before + after
        shares.append(
            (before / padded, size / padded, at * stride / padded, window.extent / padded)
        )
    (top, height, first, tall), (left, width, start, broad) = shares
    image = element(
        "img", src=picture, alt="", class_="tile", style=_place(top, left, height, width)
    )
    rows, columns = (
        size + sum(pair) for size, pair in zip(call.x.shape[1:], call.op.padding, strict=True)
    )
    return element(
        "div",
        image,
        _box(first, start, tall, broad),
        class_="picture padded",
        data_field="in",
        data_plane=plane,
        role="group",
        aria_label=say("pixel.input"),
        style=f"--wide:{columns};--ratio:{columns}/{rows}",
    )


def _marked(cells: list[Html], marks: set[int]) -> list[Html]:
    """Put the class ``on`` on the cells with these numbers."""
    return [
        Html(cell.replace('class="', 'class="on ', 1)) if number in marks else cell
        for number, cell in enumerate(cells)
    ]


def _box(top: float, left: float, height: float, width: float) -> Html:
    return element("b", class_="box", style=_place(top, left, height, width))


def _place(top: float, left: float, height: float, width: float) -> str:
    names = ("top", "left", "height", "width")
    places = zip(names, (top, left, height, width), strict=True)
    return ";".join(f"{name}:{100 * share:.4g}%" for name, share in places)


def _figure(caption: str, field: Html) -> Html:
    return element("figure", element("figcaption", caption), element("div", field, class_="wide"))
