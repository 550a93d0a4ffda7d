"""The page: all sections, the style sheet and the script in one HTML document."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources

from convolens.lens.language import Words
from convolens.lens.report.confusion import confusion_matrix
from convolens.lens.report.curves import curves
from convolens.lens.report.explorer import explorers
from convolens.lens.report.filters import filters
from convolens.lens.report.headline import headline
from convolens.lens.report.html import Html, element, join, raw
from convolens.lens.report.network import network
from convolens.lens.report.numbers import count, percent
from convolens.lens.report.payload import payload
from convolens.lens.report.portion import portions
from convolens.lens.report.scene import Scene
from convolens.lens.report.views import views

#: In this order.
_STYLES = ("page.css", "figures.css", "media.css")
_SCRIPTS = ("page.js", "arithmetic.js", "explorer.js")


def page(scene: Scene, say: Words) -> str:
    """Return the document."""
    taken_apart = portions(scene)
    sections = {
        "curves": curves(scene, say),
        "confusion": confusion_matrix(scene, say),
        "network": network(scene, say),
        "filters": filters(scene, say),
        "views": views(scene, say),
        "pixel": explorers(scene, taken_apart, say),
    }
    body = element(
        "body",
        _header(scene, sections, say),
        element(
            "main",
            *(
                element("section", element("h2", say(f"page.{name}")), content, id=name)
                for name, content in sections.items()
            ),
        ),
        _footer(scene, say),
        payload(taken_apart, say),
        element("script", raw(_assets(_SCRIPTS))),
    )
    document = element("html", _head(scene, say), body, lang=say("page.lang"))
    return f"<!DOCTYPE html>\n{document}\n"


def _head(scene: Scene, say: Words) -> Html:
    script = hashlib.sha256(_assets(_SCRIPTS).encode()).digest()
    # The browser itself refuses any other script, and whatever is not in this file.
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{base64.b64encode(script).decode()}'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", scene.inputs.title),
        element("style", raw(_assets(_STYLES))),
    )


def _header(scene: Scene, sections: dict[str, Html], say: Words) -> Html:
    links = [element("a", say(f"page.{name}"), href=f"#{name}") for name in sections]
    button = element("button", "◐", id="theme", type="button", title=say("page.theme"), hidden=True)
    return join(
        [
            element("header", element("h1", scene.inputs.title), button),
            element(
                "section", headline(scene, say), id="headline", aria_label=say("page.headline")
            ),
            element("nav", *links, aria_label=say("page.contents")),
        ]
    )


def _footer(scene: Scene, say: Words) -> Html:
    checked = scene.checked
    share = percent(checked.worst)
    parts = [element("p", say("page.checked", numbers=count(checked.numbers), share=share))]
    if checked.not_finite:
        text = say("page.not_finite", numbers=count(checked.not_finite))
        parts.append(element("p", text))
    parts.append(element("p", say("page.made")))
    return element("footer", *parts)


def _assets(names: Sequence[str]) -> str:
    folder = resources.files("convolens.lens.report") / "assets"
    return "\n".join((folder / name).read_text("utf-8") for name in names)
