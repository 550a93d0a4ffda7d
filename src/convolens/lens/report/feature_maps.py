"""Feature maps: what each step of the network makes of one image, every channel a picture."""

from __future__ import annotations

from convolens import ops
from convolens.lens.language import Words
from convolens.lens.report import limits
from convolens.lens.report.cells import grid, signed_cells
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.limits import step_of
from convolens.lens.report.numbers import count, decimals_for, fixed, largest, span
from convolens.lens.report.scene import Scene
from convolens.lens.report.sheet import make_sheet
from convolens.lens.report.steps import Step
from convolens.ops import Array

_VECTOR_NUMBERS = 128
_VECTOR_ROW = 64


def feature_maps(scene: Scene, view: int, say: Words) -> Html:
    """Return the steps of the network on one of the images."""
    steps = scene.views[view].steps
    calls = {id(call.step): number for number, call in enumerate(scene.views[view].calls)}
    shown = []
    for number, step in enumerate(steps[: limits.STEPS]):
        drawn = _step(step, f"m{view}-{number}", scene.limits.channels, say)
        call = calls.get(id(step))
        shown.append(
            element("article", drawn, class_="step", data_call=None if call is None else str(call))
        )
    if len(steps) > limits.STEPS:
        note = say("maps.steps_left_out", shown=limits.STEPS, total=len(steps))
        shown.append(element("p", note, class_="note"))
    return join(shown)


def step_name(layer: str, kind: str) -> str:
    """Return how a step is called: its path in the model and its class."""
    return f"{layer} · {kind}" if layer else kind


def _step(step: Step, name: str, channels: int, say: Words) -> Html:
    output = step.output[0] if step.output.ndim > 1 else step.output
    shape = "×".join(map(str, output.shape)) or "1"
    heading = element(
        "h3",
        step_name(step.layer, step.kind),
        " ",
        element("small", say("maps.shape", shape=shape)),
    )
    if isinstance(step.op, ops.Reshape):
        return join([heading, element("p", say("maps.reshape", numbers=count(int(output.size))))])
    limit = largest(output)
    decimals = decimals_for(limit)
    low, high = span(output, decimals)
    scale = fixed(limit, decimals)
    ranges = element("p", say("maps.range", low=low, high=high, limit=scale), class_="note")
    if output.ndim == 3 and output.size:
        return join([heading, ranges, _maps(output, name, channels, limit, say)])
    if output.ndim == 1 and output.size:
        return join([heading, ranges, _vector(output, name, limit, say)])
    return join([heading, element("p", say("maps.not_drawn"), class_="note")])


def _maps(output: Array, name: str, channels: int, limit: float, say: Words) -> Html:
    total, rows, columns = output.shape
    sheet = make_sheet(name, output[:channels], limit)
    figures = [
        element(
            "figure",
            sheet.tile(channel, say("maps.channel", number=channel)),
            element("figcaption", channel),
        )
        for channel in range(min(total, channels))
    ]
    notes = []
    if total > channels:
        notes.append(say("maps.channels_left_out", shown=channels, total=total))
    every = max(step_of(rows), step_of(columns))
    if every > 1:
        notes.append(say("maps.every", every=every))
    note = element("p", " ".join(notes), class_="note") if notes else join(())
    size = "s" if columns <= 16 else "m" if columns <= 32 else "l"
    return join([sheet.definition, element("div", *figures, class_=f"maps {size}"), note])


def _vector(output: Array, name: str, limit: float, say: Words) -> Html:
    if len(output) <= _VECTOR_NUMBERS:
        cells = signed_cells(output, limit, min(2, decimals_for(limit, 3)))
        return grid(cells, 16, say("maps.vector"), kind="vector")
    rows = -(-len(output) // _VECTOR_ROW)
    padded = output.copy()
    padded.resize(rows * _VECTOR_ROW, refcheck=False)
    sheet = make_sheet(name, padded.reshape(1, rows, _VECTOR_ROW), limit)
    note = element("p", say("maps.rows", row=_VECTOR_ROW), class_="note")
    tile = element("div", sheet.tile(0, say("maps.vector")), class_="long")
    return join([sheet.definition, tile, note])
