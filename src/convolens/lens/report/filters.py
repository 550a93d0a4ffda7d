"""The filters of the first layer, before and after training, on one scale of colours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convolens.lens.language import Words
from convolens.lens.report import limits
from convolens.lens.report.cells import grid, signed_cells
from convolens.lens.report.conv_call import ConvCall
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.inputs import ReportInputs
from convolens.lens.report.legend import legend
from convolens.lens.report.numbers import count, decimals_for, fixed, largest
from convolens.lens.report.scene import Scene
from convolens.lens.report.sheet import Sheet, make_sheet
from convolens.ops import Array

_PLANES = 3
# Widths in the letters' size: of a cell, of a picture, of the name of a plane, between two states.
_CELL, _TILE, _LETTER, _GAP = 2.75, 3.6, 1.1, 0.55


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
    notes = [say("filters.scale", limit=fixed(limit, decimals_for(limit, 3)))]
    if before is None:
        notes.append(say("filters.no_before"))
    if shown < len(after):
        notes.append(say("filters.left_out", shown=shown, total=len(after)))
    if after.shape[1] > _PLANES:
        notes.append(say("filters.planes_left_out", shown=_PLANES, total=after.shape[1]))
    if not numbered:
        notes.append(say("filters.no_numbers", weights=count(int(after.size))))
        if rows * columns <= limits.NUMBERED_TAPS:
            notes.append(say("filters.numbers_below"))
    size = "×".join(map(str, after.shape[1:]))
    key = "filters.linear" if call.kind == "Linear" else "filters.intro"
    intro = [element("p", say(key, count=count(len(after)), size=size))]
    if before is not None:
        intro.append(element("p", say("filters.pairs")))
    one = "filters.unit" if call.kind == "Linear" else "filters.filter"
    tiles = _numbered if numbered else _pictured
    return join(
        [
            *intro,
            legend(limit),
            element("p", " ".join(notes), class_="note"),
            tiles({name: weights[:shown] for name, weights in states.items()}, limit, one, say),
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


def _numbered(states: dict[str, Array], limit: float, one: str, say: Words) -> Html:
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

    return _figures(states, planes, one, "numbered", say)


def _pictured(states: dict[str, Array], limit: float, one: str, say: Words) -> Html:
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
    return join([*stored, _figures(states, planes, one, "pictured", say)])


def _figures(
    states: dict[str, Array],
    planes: Callable[[str, int], Html],
    one: str,
    kind: str,
    say: Words,
) -> Html:
    figures = []
    first = next(iter(states.values()))
    for number in range(len(first)):
        columns = [
            element(
                "div",
                element("small", say(f"filters.{name}")),
                planes(name, number),
                class_="state",
            )
            for name in states
        ]
        caption = element("figcaption", say(one, number=number))
        figures.append(element("figure", caption, element("div", *columns, class_="states")))
    columns = first.shape[3]
    wide = columns * _CELL if kind == "numbered" else _TILE
    letters = _LETTER if first.shape[1] == _PLANES else 0.0
    least = len(states) * (wide + letters + _GAP)
    return element(
        "div", *figures, class_=f"filters {kind}", style=f"--least:{least:.4g}rem;--cell:{_CELL}rem"
    )


def _plane_name(plane: int, planes: int) -> Html:
    return element("small", "RGB"[plane] if planes == _PLANES else "", class_="rgb")
