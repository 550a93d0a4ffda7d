"""The headline: what was trained, how well it does, and what was set."""

from __future__ import annotations

import math

from convolens.lens.language import Words
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.numbers import count, fixed, percent
from convolens.lens.report.scene import Scene
from convolens.wilson import wilson_interval


def headline(scene: Scene, say: Words) -> Html:
    """Return the figures and settings below the title."""
    figures = [*_accuracy(scene, say), *_sizes(scene, say), *_time(scene, say)]
    settings = [
        element("div", element("dt", name), element("dd", value))
        for name, value in scene.inputs.settings.items()
    ]
    return join(
        [
            element("div", *figures, class_="figures"),
            element("dl", *settings, class_="settings") if settings else join(()),
        ]
    )


def _accuracy(scene: Scene, say: Words) -> list[Html]:
    confusion = scene.inputs.confusion
    if confusion is not None and confusion.sum():
        right, total = int(confusion.trace()), int(confusion.sum())
        low, high = wilson_interval(right, total)
        detail = say(
            "headline.interval",
            right=count(right),
            total=count(total),
            low=percent(low),
            high=percent(high),
        )
        return [_figure(percent(right / total), say("headline.accuracy"), detail, "first")]
    last = scene.inputs.history[-1] if scene.inputs.history else {}
    accuracy = last.get("test_accuracy", math.nan)
    if not math.isfinite(accuracy):
        return []
    detail = say("headline.no_interval")
    return [_figure(percent(accuracy), say("headline.accuracy"), detail, "first")]


def _sizes(scene: Scene, say: Words) -> list[Html]:
    model = scene.inputs.model
    parameters = sum(parameter.numel() for parameter in model.parameters())
    detail = say("headline.input", shape="×".join(map(str, scene.inputs.input_shape)))
    return [_figure(count(parameters), say("headline.parameters"), detail)]


def _time(scene: Scene, say: Words) -> list[Html]:
    history = scene.inputs.history
    if not history:
        return []
    seconds = sum(row.get("seconds", math.nan) for row in history)
    figures = [_figure(count(len(history)), say("headline.epochs"), "")]
    if math.isfinite(seconds):
        speed = history[-1].get("images_per_second", math.nan)
        known = math.isfinite(speed)
        detail = say("headline.speed", speed=count(round(speed))) if known else ""
        shown = f"{fixed(seconds, 1 if seconds < 100 else 0)} s"
        figures.append(_figure(shown, say("headline.time"), detail))
    return figures


def _figure(number: str, name: str, detail: str, kind: str = "") -> Html:
    return element(
        "div",
        element("strong", number),
        element("span", name),
        element("small", detail) if detail else join(()),
        class_=f"figure {kind}".strip(),
    )
