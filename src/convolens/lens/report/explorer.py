"""One output pixel taken apart: its window, weights, products and sum, against the engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convolens.lens.language import Words
from convolens.lens.report.arithmetic import arithmetic, ledger
from convolens.lens.report.conv_call import ConvCall
from convolens.lens.report.feature_maps import step_name
from convolens.lens.report.fields import input_fields, output_field
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.pixel import explain_pixel
from convolens.lens.report.portion import Portion, default_pixel
from convolens.lens.report.scene import Scene
from convolens.lens.report.views import caption


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
    heading = element(
        "summary",
        element("strong", step_name(call.layer, call.kind)),
        " ",
        element("small", _operation(call, say)),
    )
    k, p, q = pixel.at
    here = "pixel.here_unit" if portion.is_units else "pixel.here"
    place = say(here, image=caption(scene, 0, say), k=k, p=p, q=q)
    notes = []
    if not portion.live:
        notes.append(element("p", say("pixel.too_large"), class_="note"))
    elif portion.channels < len(call.weight):
        text = say("pixel.channels_left_out", shown=portion.channels, total=len(call.weight))
        notes.append(element("p", text, class_="note"))
    return element(
        "details",
        heading,
        *notes,
        _controls(scene, portion, pixel.at, say) if portion.live else join(()),
        element("p", place, class_="here", data_v="here", role="status"),
        element(
            "div",
            input_fields(portion, pixel.channels[0] + channel, pixel, say),
            output_field(portion, pixel, say),
            class_="fields",
        ),
        arithmetic(portion, pixel, channel, say),
        element("p", _read_as(portion, say), class_="note"),
        ledger(portion, pixel, say),
        class_="explorer",
        data_call=str(portion.number),
        open=portion.number == 0,
    )


def _operation(call: ConvCall, say: Words) -> str:
    """Return what a layer does, such as 16 kernels of 1×3×3, stride 1, padding 1."""
    size = _sizes(call.weight.shape[1:])
    parts = [say("pixel.kernels", count=len(call.weight), size=size)]
    if call.kind == "Linear":
        return say("pixel.units", count=len(call.weight), size=size)
    parts.append(say("pixel.stride", stride=_sizes(call.op.stride)))
    padding = [str(a) if a == b else f"{a}+{b}" for a, b in call.op.padding]
    parts.append(say("pixel.padding", padding=_sizes(padding)))
    if any(step > 1 for step in call.op.dilation):
        parts.append(say("pixel.dilation", dilation=_sizes(call.op.dilation)))
    if call.op.groups > 1:
        parts.append(say("pixel.groups", groups=call.op.groups))
    return say("page.comma").join(parts)


def _sizes(numbers: Sequence[object]) -> str:
    """Return 3 for 3 and 3 along two axes, else 3×4."""
    if len(numbers) == 2 and numbers[0] == numbers[1]:
        return str(numbers[0])
    return "×".join(map(str, numbers))


def _read_as(portion: Portion, say: Words) -> str:
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
    select = element("select", *options, name="image")
    labels = [element("label", say("pixel.choose_image"), select)]
    ends = (portion.channels, rows, columns)
    for name, value, end in zip(("k", "p", "q"), at, ends, strict=True):
        number = element("input", type="number", name=name, value=value, min=0, max=end - 1)
        key = "pixel.choose_unit" if portion.is_units else f"pixel.choose_{name}"
        hidden = portion.is_units and name != "k"
        labels.append(element("label", say(key), number, hidden=hidden))
    labels.append(element("span", say("pixel.keys"), class_="note"))
    return element("form", *labels, class_="choose", hidden=True)
