"""One output pixel taken apart: its window, weights, products and sum, against the engine."""

from __future__ import annotations

import numpy as np

from convolens.lens.report.arithmetic import arithmetic, ledger
from convolens.lens.report.feature_maps import step_name
from convolens.lens.report.fields import input_fields, output_field
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.numbers import largest
from convolens.lens.report.pixel import explain_pixel
from convolens.lens.report.portion import Portion, default_pixel
from convolens.lens.report.scene import Scene
from convolens.lens.report.views import caption
from convolens.lens.report.words import Words


def explorers(scene: Scene, portions: list[Portion], say: Words) -> Html:
    """Return the section in which pixels are taken apart, one part a layer."""
    if not scene.calls:
        return element("p", say("pixel.none"), class_="note")
    if not scene.views:
        return element("p", say("views.none"), class_="note")
    notes = [element("p", say("pixel.intro"))]
    if scene.calls[0].kind == "Linear":
        notes.append(element("p", say("pixel.linear"), class_="note"))
    notes.append(element("p", say("pixel.static"), class_="note static"))
    parts = [_explorer(scene, portion, say) for portion in portions]
    left_out = len(scene.calls) - len(portions)
    if left_out:
        text = say("pixel.layers_left_out", count=left_out, total=len(scene.calls))
        parts.append(element("p", text, class_="note"))
    return join([*notes, *parts])


def _explorer(scene: Scene, portion: Portion, say: Words) -> Html:
    call = portion.calls[0]
    pixel = explain_pixel(call, default_pixel(portion))
    sizes = np.nan_to_num(np.abs(pixel.partial_sums), nan=0.0, posinf=0.0)
    channel = int(sizes.argmax())
    operation = call.op.describe(call.weight.shape[2:])
    heading = element(
        "summary",
        element("strong", step_name(call.layer, call.kind)),
        " ",
        element("small", say("pixel.operation", operation=operation) if call.kind != "Linear" else ""),
    )
    here = say("pixel.here", image=caption(scene, 0, say), k=pixel.at[0], p=pixel.at[1], q=pixel.at[2])
    notes = []
    if not portion.live:
        notes.append(element("p", say("pixel.too_large"), class_="note"))
    elif portion.channels < len(call.weight):
        text = say("pixel.channels_left_out", shown=portion.channels, total=len(call.weight))
        notes.append(element("p", text, class_="note"))
    top = largest(pixel.products)
    return element(
        "details",
        heading,
        *notes,
        _controls(scene, portion, pixel.at, say) if portion.live else join(()),
        element("p", here, class_="here", data_v="here"),
        element(
            "div",
            input_fields(portion, pixel.channels[0] + channel, pixel, say),
            output_field(portion, pixel, say),
            class_="fields",
        ),
        arithmetic(portion, pixel, channel, say),
        element("p", _read_as(portion, top, say), class_="note"),
        ledger(portion, pixel, say),
        class_="explorer",
        data_call=str(portion.number),
        open=portion.number == 0,
    )


def _read_as(portion: Portion, top: float, say: Words) -> str:
    if portion.scale is None:
        return say("pixel.rounded")
    return say("pixel.rounded_pixels", scale=portion.scale)


def _controls(scene: Scene, portion: Portion, at: tuple[int, ...], say: Words) -> Html:
    """Return the fields in which a pixel is chosen; they show up when there is a script."""
    _, rows, columns = portion.calls[0].output.shape
    options = [
        element("option", caption(scene, number, say), value=number)
        for number in range(len(scene.views))
    ]
    labels = [element("label", say("pixel.choose_image"), element("select", *options, name="image"))]
    for name, value, end in zip(
        ("k", "p", "q"), at, (portion.channels, rows, columns), strict=True
    ):
        number = element(
            "input", type="number", name=name, value=value, min=0, max=end - 1, disabled=end == 1
        )
        labels.append(element("label", say(f"pixel.choose_{name}"), number))
    labels.append(element("span", say("pixel.keys"), class_="note"))
    return element("form", *labels, class_="choose", hidden=True)
