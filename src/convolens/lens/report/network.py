"""The network's table: each layer with its output, parameters, cost and what it sees."""

from __future__ import annotations

from convolens.lens.language import Words
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.numbers import count
from convolens.lens.report.scene import Scene
from convolens.lens.summary import Row, summary

_COLUMNS = ("layer", "kind", "output", "parameters", "multiply_adds", "receptive_field")


def network(scene: Scene, say: Words) -> Html:
    """Return the section of the network's table."""
    found = summary(scene.inputs.model, scene.inputs.input_shape)
    names = [element("th", say(f"network.{name}"), scope="col") for name in _COLUMNS]
    body = []
    for row in found.rows:
        body.append(_row(row, say))
        body += [
            element("tr", element("td", note, colspan=len(_COLUMNS)), class_="remark")
            for note in row.notes
        ]
    total = element(
        "tr",
        element("th", say("network.total"), scope="row", colspan=3),
        element("td", count(found.parameters)),
        element("td", count(found.multiply_adds)),
        element("td"),
    )
    table = element(
        "table",
        element("thead", element("tr", *names)),
        element("tbody", *body),
        element("tfoot", total),
        class_="numbers network",
    )
    notes = [element("p", note, class_="note") for note in found.notes]
    intro = element("p", say("network.intro"))
    return join([intro, element("div", table, class_="wide"), *notes])


def _row(row: Row, say: Words) -> Html:
    seen = say("network.all") if row.whole else _times(row.receptive_field)
    return element(
        "tr",
        element("th", row.path or "–", scope="row"),
        element("td", row.kind),
        element("td", _times(row.output_shape[1:]) if row.output_shape else "–"),
        element("td", count(row.parameters) if row.parameters else "–"),
        element("td", count(row.multiply_adds) if row.multiply_adds else "–"),
        element("td", seen),
    )


def _times(extents: tuple[int | None, ...]) -> str:
    if not extents or None in extents:
        return "–"
    return "×".join(map(str, extents))
