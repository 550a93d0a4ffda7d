"""The filters of the first layer, before and after training, on one scale of colours."""

from __future__ import annotations

import numpy as np

from convolens.lens.report import limits
from convolens.lens.report.cells import grid, signed_cells
from convolens.lens.report.conv_call import ConvCall
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.inputs import ReportInputs
from convolens.lens.report.legend import legend
from convolens.lens.report.numbers import count, decimals_for, largest
from convolens.lens.report.scene import Scene
from convolens.lens.report.sheet import Sheet, make_sheet
from convolens.lens.report.words import Words
from convolens.ops import Array

_PLANES = 3


def filters(scene: Scene, say: Words) -> Html:
    """Return the section of the first layer's filters."""
    if not scene.calls:
        return element("p", say("filters.none"), class_="note")
    call = scene.calls[0]
    after = call.weight
    before = weights_before(scene.inputs, call)
    states = {"after": after} if before is None else {"before": before, "after": after}
    limit = largest(*states.values())
    shown = min(len(after), limits.FILTERS)
    rows, columns = after.shape[2:]
    cells = len(states) * shown * int(after[0].size)
    numbered = max(rows, columns) <= limits.NUMBERED_FILTER and cells <= limits.NUMBERED_CELLS
    notes = [say("filters.scale", limit=f"{limit:.3g}")]
    if before is None:
        notes.append(say("filters.no_before"))
    if shown < len(after):
        notes.append(say("filters.left_out", shown=shown, total=len(after)))
    if after.shape[1] > _PLANES:
        notes.append(say("filters.planes_left_out", shown=_PLANES, total=after.shape[1]))
    if not numbered:
        notes.append(say("filters.no_numbers", weights=count(int(after.size))))
    unit = "filters.linear" if call.kind == "Linear" else "filters.intro"
    intro = say(unit, count=count(len(after)), size="×".join(map(str, after.shape[1:])))
    tiles = _numbered if numbered else _pictured
    return join(
        [
            element("p", intro),
            legend(limit),
            element("p", " ".join(notes), class_="note"),
            tiles({name: weights[:shown] for name, weights in states.items()}, limit, say),
        ]
    )


def weights_before(inputs: ReportInputs, call: ConvCall) -> Array | None:
    """Return the weights that a layer had before training, or None if they are not known."""
    for name, parameter in inputs.model.named_parameters():
        if np.shares_memory(parameter.array, call.weight):
            before = None if inputs.initial is None else inputs.initial.get(name)
            known = before is not None and np.size(before) == call.weight.size
            return np.asarray(before).reshape(call.weight.shape) if known else None
    return None


def _numbered(states: dict[str, Array], limit: float, say: Words) -> Html:
    decimals = min(3, decimals_for(limit, 3))

    def planes(name: str, number: int) -> Html:
        weights = states[name][number][:_PLANES]
        return join(
            element(
                "span",
                _plane_name(plane, len(weights)),
                grid(
                    signed_cells(values, limit, decimals),
                    values.shape[1],
                    say(f"filters.{name}_of", number=number),
                ),
                class_="plane",
            )
            for plane, values in enumerate(weights)
        )

    return _figures(states, planes, say, "numbered")


def _pictured(states: dict[str, Array], limit: float, say: Words) -> Html:
    sheets: dict[str, list[Sheet]] = {
        name: [
            make_sheet(f"f-{name}-{plane}", weights[:, plane], limit)
            for plane in range(min(weights.shape[1], _PLANES))
        ]
        for name, weights in states.items()
    }

    def planes(name: str, number: int) -> Html:
        return join(
            element(
                "span",
                _plane_name(plane, len(sheets[name])),
                sheet.tile(number, say(f"filters.{name}_of", number=number)),
                class_="plane",
            )
            for plane, sheet in enumerate(sheets[name])
        )

    stored = [sheet.definition for several in sheets.values() for sheet in several]
    return join([*stored, _figures(states, planes, say, "pictured")])


def _figures(states: dict[str, Array], planes: object, say: Words, kind: str) -> Html:
    figures = []
    total = len(next(iter(states.values())))
    for number in range(total):
        columns = [
            element(
                "div",
                element("small", say(f"filters.{name}")),
                planes(name, number),  # type: ignore[operator]
                class_="state",
            )
            for name in states
        ]
        caption = element("figcaption", say("filters.one", number=number))
        figures.append(element("figure", caption, element("div", *columns, class_="states")))
    return element("div", *figures, class_=f"filters {kind}")


def _plane_name(plane: int, planes: int) -> Html:
    return element("small", "RGB"[plane] if planes == _PLANES else "", class_="rgb")
