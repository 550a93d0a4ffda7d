"""Writes an animation as one HTML page that needs no network: play, step, speed, pin, keyboard."""

from __future__ import annotations

import html as escaping
import json
from functools import lru_cache
from importlib import resources

from convolens.lens.animate.geometry import Geometry
from convolens.lens.animate.layout import layouts
from convolens.lens.animate.scene import Frame, Plane, Scene, Stage
from convolens.lens.animate.shapes import Picture
from convolens.lens.animate.theme import DARK, LIGHT, Theme
from convolens.lens.animate.timing import HOLD, Timing
from convolens.lens.animate.vector import PREFIX, colours, elements, letters
from convolens.lens.animate.words import words
from convolens.lens.language import Words
from convolens.lens.report.html import Html, element, join, raw

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; font-src data:"
)
_SPEEDS = ("0.25", "0.5", "1", "2", "4", "8")


def page(
    scene: Scene,
    pictures: list[Picture],
    size: tuple[int, int],
    theme: Theme,
    timing: Timing,
    plays: bool = True,
) -> str:
    """Return the file's text.

    Args:
        scene: What is shown.
        pictures: Its stages as shapes.
        size: The width and the height of the picture.
        theme: The colours to begin with.
        timing: Its rhythm.
        plays: Whether it begins to play by itself.
    """
    say = words(scene.lang)
    picture = _picture(pictures, size, say("alt", title=scene.title, count=timing.frames))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", scene.title),
        element("style", raw(_style(scene.lang) + _asset("player.css"))),
    )
    body = element(
        "body",
        element("main", picture, _controls(say, timing), class_="player"),
        element("noscript", element("p", say("player.alone"))),
        element("script", raw(_data(scene, say, timing)), type="application/json", id="numbers"),
        element("script", raw(_asset("player.js"))),
        class_=theme.name,
        data_plays=plays,
    )
    return "<!doctype html>\n" + element("html", head, body, lang=scene.lang)


def framed(text: str, size: tuple[int, int]) -> str:
    """Return a page inside a frame, for a notebook: it stands alone there as it does in a file."""
    # The controls below the picture take 150 pixels; the picture shrinks with the notebook.
    source = escaping.escape(text, quote=True)
    return (
        f'<iframe srcdoc="{source}" sandbox="allow-scripts" title="convolens" '
        f'style="width:100%;max-width:{size[0]}px;aspect-ratio:{size[0]}/{size[1] + 150};border:0">'
        "</iframe>"
    )


def _style(lang: str) -> str:
    return colours(LIGHT, ".light ") + colours(DARK, ".dark ") + letters(lang)


def _picture(pictures: list[Picture], size: tuple[int, int], alt: str) -> Html:
    """Return all frames as one SVG, in which all but the first are hidden."""
    groups, first = [], 0
    for number, picture in enumerate(pictures):
        stays = [
            element("g", elements(shapes), class_="stay", data_frame=first + place,
                    hidden=first + place > 0)
            for place, shapes in enumerate(picture.stays)
        ]  # fmt: skip
        passes = [
            element("g", elements(shapes), class_="pass", data_frame=first + place,
                    hidden=first + place > 0)
            for place, shapes in enumerate(picture.passes)
        ]  # fmt: skip
        content = (elements(picture.base), *stays, *passes)
        groups.append(element("g", *content, class_="stage", hidden=number > 0))
        first += len(picture.passes)
    width, height = size
    return element(
        "svg",
        element("rect", class_=f"{PREFIX}page", width=width, height=height),
        *groups,
        element("g", id="pins"),
        viewBox=f"0 0 {width} {height}",
        class_=f"{PREFIX}picture",
        role="img",
        aria_label=alt,
        tabindex="0",
    )


def _controls(say: Words, timing: Timing) -> Html:
    def button(name: str, sign: str, words: str) -> Html:
        label = say(words)
        return element("button", sign, type="button", id=name, title=label, aria_label=label)

    speeds = [
        element("option", f"{speed}×", value=speed, selected=speed == "1") for speed in _SPEEDS
    ]
    frame = say("player.frame")
    return join(
        [
            element(
                "div",
                button("back", "◀", "player.back"),
                button("play", "▶", "player.play"),
                button("step", "▶|", "player.step"),
                element(
                    "input",
                    type="range",
                    id="frame",
                    min="0",
                    max=timing.frames - 1,
                    value="0",
                    aria_label=frame,
                    title=frame,
                ),
                element("output", f"1 / {timing.frames}", id="count"),
                element("label", say("player.speed"), " ", element("select", *speeds, id="speed")),
                button("release", "×", "player.release"),
                button("theme", "◐", "player.theme"),
                class_="controls",
            ),
            element("p", "\u00a0", id="status", role="status"),
            element("p", say("player.help"), class_="help"),
        ]
    )


def _data(scene: Scene, say: Words, timing: Timing) -> str:
    """Return what the script needs to know: where planes stand, and what frames read."""
    stages = [
        {
            "cell": layout.cell,
            "planes": {
                plane.name: [*layout.corners[plane.name], plane.columns, plane.rows]
                for plane in stage.planes
                if not plane.on_demand
            },
            "names": {
                plane.name: _names(stage, plane) for plane in stage.planes if not plane.on_demand
            },
            "frames": [[_marked(frame, "current"), _marked(frame, "window")]
                       for frame in stage.frames],
            "reads": "writers" if stage.view == "scatter" else "readers",
        }
        for stage, layout in zip(scene.stages, layouts(scene), strict=True)
    ]  # fmt: skip
    texts = ("play", "pause", "pinned", "readers", "writers")
    content = {
        "stages": stages,
        "seconds": timing.seconds,
        "hold": HOLD,
        "words": {key: say.template(f"player.{key}") for key in texts},
    }
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _names(stage: Stage, plane: Plane) -> list[str]:
    """Return what each cell of a plane is called; nothing for padding."""
    geometry = Geometry(stage.spec)
    if plane.part not in ("input", "output"):
        return [f"{plane.title}[{cell // plane.columns}, {cell % plane.columns}]"
                for cell in range(plane.rows * plane.columns)]  # fmt: skip
    letter, sizes = stage.letters[0], geometry.sizes
    if plane.part == "output":
        letter, sizes = stage.letters[1], geometry.outputs
    channel = int(plane.name[1:])
    return [
        geometry.at(letter, channel, *divmod(index, sizes[1])) if index >= 0 else ""
        for index in plane.sources or range(plane.rows * plane.columns)
    ]


def _marked(frame: Frame, role: str) -> dict[str, list[int]]:
    """Return the cells that a frame marks, by plane."""
    return {mark.plane: list(mark.cells) for mark in frame.marks if mark.role == role}


@lru_cache
def _asset(name: str) -> str:
    return (resources.files("convolens.lens.animate") / "assets" / name).read_text("utf-8")
