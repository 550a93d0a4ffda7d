"""The learning curves: loss and accuracy by epoch, drawn and as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from convolens.lens.language import Words
from convolens.lens.report.chart import Line, line_chart, show
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.limits import EPOCHS
from convolens.lens.report.numbers import count, decimals_for, fixed, percent
from convolens.lens.report.scene import Scene

Row = Mapping[str, float]
_COLUMNS = (
    "train_loss",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
    "lr",
    "seconds",
    "images_per_second",
)


def curves(scene: Scene, say: Words) -> Html:
    """Return the section of the learning curves."""
    history = scene.inputs.history
    if not history:
        return element("p", say("curves.none"), class_="note")
    charts = [
        _chart(history, say, "loss", is_share=False),
        _chart(history, say, "accuracy", is_share=True),
    ]
    gaps = say("page.comma").join(_gaps(history))
    note = element("p", say("curves.gaps", epochs=gaps), class_="note") if gaps else join(())
    return join(
        [
            element("p", say("curves.intro")),
            element("div", *charts, class_="curves"),
            note,
            _table(history, say),
        ]
    )


def _chart(history: Sequence[Row], say: Words, what: str, *, is_share: bool) -> Html:
    epochs = _epochs(history)
    lines = [
        Line(say(f"curves.{part}"), part, [row.get(f"{part}_{what}", math.nan) for row in history])
        for part in ("train", "test")
    ]
    known = [line for line in lines if any(math.isfinite(v) for v in line.values)]
    title = say(f"curves.{what}")
    if not known:
        return element("p", say("curves.unknown", what=title), class_="note")

    def describe(position: int) -> str:
        values = say("page.comma").join(
            f"{line.name} {show(line.values[position], is_share)}" for line in known
        )
        return say("curves.at", epoch=epochs[position], values=values)

    return line_chart(title, say("curves.epoch"), epochs, known, describe, is_share=is_share)


def _epochs(history: Sequence[Row]) -> list[int]:
    return [int(row.get("epoch", number)) for number, row in enumerate(history, start=1)]


def _gaps(history: Sequence[Row]) -> list[str]:
    """Return the epochs with a loss that is not a finite number."""
    return [
        str(epoch)
        for epoch, row in zip(_epochs(history), history, strict=True)
        if any(not math.isfinite(row[key]) for key in ("train_loss", "test_loss") if key in row)
    ]


def _table(history: Sequence[Row], say: Words) -> Html:
    columns = [key for key in _COLUMNS if any(key in row for row in history)]
    every = -(-len(history) // EPOCHS)
    epochs = _epochs(history)
    decimals = decimals_for(max((abs(row.get("lr", 0.0)) for row in history), default=0.0))
    body = []
    for number, row in enumerate(history):
        if number % every and number + 1 != len(history):
            continue
        cells = [_cell(key, row.get(key, math.nan), decimals) for key in columns]
        body.append(element("tr", element("th", epochs[number], scope="row"), *cells))
    head = element(
        "tr",
        element("th", say("curves.epoch"), scope="col"),
        *(element("th", say(f"curves.{key}"), scope="col") for key in columns),
    )
    summary = say("curves.table") if every == 1 else say("curves.table_some", every=every)
    return element(
        "details",
        element("summary", summary),
        element(
            "div",
            element("table", element("thead", head), element("tbody", *body), class_="numbers"),
            class_="wide",
        ),
    )


def _cell(key: str, value: float, lr_decimals: int) -> Html:
    if key.endswith("accuracy"):
        return element("td", percent(value))
    if key == "images_per_second":
        return element("td", count(round(value)) if math.isfinite(value) else "–")
    return element("td", fixed(value, {"lr": lr_decimals, "seconds": 2}.get(key, 4)))
