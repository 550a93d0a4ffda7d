"""The numbers that the page's script recomputes output pixels from, as compact JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

import numpy as np

from convolens.lens.language import Words
from convolens.lens.report.html import Html, element, raw
from convolens.lens.report.portion import Portion, default_pixel
from convolens.ops import Array

_SPOKEN = (
    "pixel.agrees",
    "pixel.channel",
    "pixel.differs",
    "pixel.here",
    "pixel.here_unit",
    "pixel.input_channel",
    "pixel.map",
    "pixel.not_finite",
)
_BYTE = 255


def payload(portions: Sequence[Portion], say: Words) -> Html:
    """Return the script element that holds the numbers. It runs nothing."""
    data = {
        "layers": [_layer(portion) for portion in portions if portion.live],
        "words": {key: say.template(key) for key in _SPOKEN},
    }
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    # In a script element nothing ends the data but "</script", which is spelled otherwise here.
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return element("script", raw(safe), type="application/json", id="numbers")


def _layer(portion: Portion) -> dict[str, object]:
    call = portion.calls[0]
    weight = call.weight[: portion.channels]
    bias = None if call.bias is None else _packed(call.bias[: portion.channels])
    return {
        "call": portion.number,
        "type": "f4" if call.output.dtype == np.float32 else "f8",
        "groupSize": len(call.weight) // call.op.groups,
        "x": list(call.x.shape),
        "weight": list(weight.shape),
        "y": [portion.channels, *call.output.shape[1:]],
        "taps": [table.tolist() for table in call.tables],
        "stride": list(call.op.stride),
        "dilation": list(call.op.dilation),
        "padding": [list(pair) for pair in call.op.padding],
        "scale": portion.scale,
        "limits": portion.limits,
        "decimals": portion.decimals,
        "at": list(default_pixel(portion)),
        "weights": _packed(weight),
        "bias": bias,
        "images": [_image(portion, number) for number in range(len(portion.calls))],
    }


def _image(portion: Portion, number: int) -> dict[str, str]:
    call = portion.calls[number]
    output = _packed(call.output[: portion.channels])
    if portion.scale is None or portion.scale > _BYTE:
        return {"x": _packed(call.x), "y": output}
    whole = np.rint(call.x * portion.scale).astype(np.uint8)
    return {"bytes": _text(whole), "y": output}


def _packed(array: Array) -> str:
    """Return the bits of float numbers, in the order of the shape."""
    return _text(array.astype(array.dtype.newbyteorder("<"), order="C"))


def _text(array: Array) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
