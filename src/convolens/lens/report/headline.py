"""The headline: what was trained, how well it does, and what was set."""

from __future__ import annotations

import math

from convolens.lens.report.html import Html, element, join
from convolens.lens.report.numbers import count, fixed, percent
from convolens.lens.report.scene import Scene
from convolens.lens.report.words import Words


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


def wilson(right: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the interval that holds the true accuracy with 95 % confidence.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.

    Example:
        >>> low, high = wilson(351, 360)
        >>> round(low, 3), round(high, 3)
        (0.953, 0.987)
    """
    share = right / total
    spread = z * math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    scale = 1 + z * z / total
    middle = (share + z * z / (2 * total)) / scale
    return max(0.0, middle - spread / scale), min(1.0, middle + spread / scale)


def _accuracy(scene: Scene, say: Words) -> list[Html]:
    confusion = scene.inputs.confusion
    if confusion is not None and confusion.sum():
        right, total = int(confusion.trace()), int(confusion.sum())
        low, high = wilson(right, total)
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
