"""The confusion matrix: which class was taken for which, and how often."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convolens.lens.language import Words
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.inputs import ReportInputs
from convolens.lens.report.limits import CLASSES
from convolens.lens.report.numbers import count, percent
from convolens.lens.report.scene import Scene

Counts = NDArray[np.integer[Any]]
_WORST = 20


def confusion_matrix(scene: Scene, say: Words) -> Html:
    """Return the section of the confusion matrix."""
    counts = scene.inputs.confusion
    if counts is None or not counts.sum():
        return element("p", say("confusion.none"), class_="note")
    intro = element("p", say("confusion.intro"))
    worst = _worst(counts, scene.inputs, say)
    if len(counts) > CLASSES:
        note = say("confusion.large", classes=len(counts), most=CLASSES)
        return join([element("p", note, class_="note"), worst])
    return join([intro, element("div", _matrix(counts, scene.inputs, say), class_="wide"), worst])


def _matrix(counts: Counts, inputs: ReportInputs, say: Words) -> Html:
    names = [inputs.class_name(label) for label in range(len(counts))]
    head = element(
        "tr",
        element("th", say("confusion.corner"), class_="corner"),
        *(element("th", name, scope="col") for name in names),
        element("th", say("confusion.images"), scope="col", class_="gap"),
        element("th", say("confusion.recall"), scope="col"),
    )
    most = int((counts - np.diag(np.diag(counts))).max())
    body = []
    for label, row in enumerate(counts):
        total = int(row.sum())
        cells = [
            _cell(int(number), label == taken, total, most, names[label], names[taken], say)
            for taken, number in enumerate(row)
        ]
        recall = percent(row[label] / total) if total else "–"
        sums = (element("td", count(total), class_="gap"), element("td", recall))
        body.append(element("tr", element("th", names[label], scope="row"), *cells, *sums))
    return element(
        "table", element("thead", head), element("tbody", *body), class_="numbers confusion"
    )


def _cell(
    number: int, right: bool, total: int, most: int, is_name: str, taken: str, say: Words
) -> Html:
    """Return one count: blue for right answers by their share, orange for wrong ones."""
    strength = number / max(1, total) if right else (number / max(1, most)) ** 0.5
    key = "confusion.right" if right else "confusion.wrong"
    return element(
        "td",
        count(number) if number else "·",
        class_="n" if right else "p",
        style=f"--v:{strength:.2g}",
        title=say(key, number=count(number), name=is_name, taken=taken),
    )


def _worst(counts: Counts, inputs: ReportInputs, say: Words) -> Html:
    """Return the most frequent mistakes as a list."""
    wrong = counts - np.diag(np.diag(counts))
    # What happened once is seen in the matrix, if there is one.
    least = 2 if len(counts) <= CLASSES else 1
    order = np.argsort(-wrong, axis=None, kind="stable")[:_WORST]
    items = []
    for place in order:
        label, taken = divmod(int(place), len(counts))
        number = int(wrong[label, taken])
        if number < least:
            break
        text = say(
            "confusion.wrong",
            number=count(number),
            name=inputs.class_name(label),
            taken=inputs.class_name(taken),
        )
        items.append(element("li", text))
    if not items:
        return join(())
    return join([element("p", say("confusion.worst")), element("ol", *items, class_="worst")])
