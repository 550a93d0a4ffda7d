"""The network's answer to one image: how sure it is of each class."""

from __future__ import annotations

import numpy as np

from convolens.lens.language import Words
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.inputs import ReportInputs
from convolens.lens.report.numbers import percent
from convolens.lens.report.scene import View

_BARS = 5


def answer_line(inputs: ReportInputs, view: View, say: Words) -> str:
    """Return in one sentence what the image is and what the network says."""
    parts = []
    if view.label is not None:
        parts.append(say("answer.is", name=inputs.class_name(view.label)))
    if view.answer is not None and view.shares is not None:
        share = percent(float(view.shares[view.answer]))
        parts.append(say("answer.says", name=inputs.class_name(view.answer), share=share))
    if view.label is not None and view.answer is not None:
        parts.append(say("answer.right" if view.label == view.answer else "answer.wrong"))
    return " ".join(parts)


def answer_bars(inputs: ReportInputs, view: View, say: Words) -> Html:
    """Return the shares of the classes as bars, the surest first."""
    if view.shares is None:
        return join(())
    if view.answer is None:
        return element("p", say("answer.not_finite"), class_="note")
    order = np.argsort(-view.shares, kind="stable")[:_BARS]
    rows = [
        element(
            "li",
            element("span", inputs.class_name(int(label)), class_="who"),
            element("span", style=f"--v:{view.shares[label]:.4f}", class_="bar"),
            element("span", percent(float(view.shares[label])), class_="share"),
            class_="true" if view.label == label else None,
        )
        for label in order
    ]
    left_out = len(view.shares) - len(order)
    note = element("p", say("answer.left_out", count=left_out), class_="note")
    heading = element("h3", say("answer.title"))
    return element(
        "article",
        heading,
        element("ol", *rows, class_="bars"),
        note if left_out else join(()),
        class_="step",
    )
