"""The images: a choice between a few of them, and what the network makes of the chosen one."""

from __future__ import annotations

from convolens.lens.language import Words
from convolens.lens.report.answer import answer_bars, answer_line
from convolens.lens.report.cells import grid, is_whole, pixel_cells
from convolens.lens.report.feature_maps import feature_maps
from convolens.lens.report.html import Html, element, join
from convolens.lens.report.palette import image_picture
from convolens.lens.report.scene import Scene, View
from convolens.ops import Array

_NUMBERED = 28
_COLOURS = 3


def views(scene: Scene, say: Words) -> Html:
    """Return the section of the images. The choice works without a script."""
    if not scene.views:
        return element("p", say("views.none"), class_="note")
    choices, panels = [], []
    for number, view in enumerate(scene.views):
        choices += _choice(scene, view, number, say)
        panels.append(_panel(scene, view, number, say))
    total = len(scene.inputs.images)
    notes = [element("p", say("views.intro"))]
    if total > len(scene.views):
        text = say("views.left_out", shown=len(scene.views), total=total)
        notes.append(element("p", text, class_="note"))
    return join([*notes, element("div", *choices, *panels, class_="views")])


def _choice(scene: Scene, view: View, number: int, say: Words) -> list[Html]:
    name = caption(scene, number, say)
    return [
        element(
            "input",
            type="radio",
            name="image",
            id=f"image-{number}",
            value=number,
            checked=number == 0,
        ),
        element(
            "label",
            element("img", src=image_picture(_seen(view.image)), alt=""),
            element("span", name),
            for_=f"image-{number}",
            class_=None if view.label in (None, view.answer) else "mistake",
        ),
    ]


def caption(scene: Scene, number: int, say: Words) -> str:
    """Return how an image is called: its number, and its class where that is known."""
    label = scene.views[number].label
    if label is None:
        return say("views.image", number=number)
    return say("views.image_of", number=number, name=scene.inputs.class_name(label))


def _panel(scene: Scene, view: View, number: int, say: Words) -> Html:
    return element(
        "div",
        element("p", answer_line(scene.inputs, view, say), class_="answer"),
        _input(view.image, scene.inputs.scale, say),
        feature_maps(scene, number, say),
        answer_bars(scene.inputs, view, say),
        class_=f"view view-{number}",
    )


def _input(image: Array, scale: int, say: Words) -> Html:
    """Return the image itself: as numbers where it is small, else as pictures of its planes."""
    channels, rows, columns = image.shape
    shape = element("small", say("maps.shape", shape=f"{channels}×{rows}×{columns}"))
    heading = element("h3", say("views.input"), " ", shape)
    if channels == 1 and max(rows, columns) <= _NUMBERED and is_whole(image, scale):
        kind = "pixels" if columns <= _NUMBERED // 2 else "pixels fine"
        note = element("p", say("views.pixels", scale=scale), class_="note")
        cells = grid(pixel_cells(image[0], scale), columns, say("views.input"), kind=kind)
        return element(
            "article", heading, note, element("div", cells, class_="wide"), class_="step"
        )
    pictures = [] if channels == 1 else [(say("views.whole"), _seen(image))]
    if channels == _COLOURS:
        pictures += [(name, image[i : i + 1]) for i, name in enumerate("RGB")]
    elif channels > 1:
        pictures = [(str(i), image[i : i + 1]) for i in range(min(channels, _COLOURS))]
    else:
        pictures = [("0", image)]
    figures = [
        element(
            "figure",
            element("img", src=image_picture(plane), alt=name, class_="tile"),
            element("figcaption", name),
        )
        for name, plane in pictures
    ]
    return element("article", heading, element("div", *figures, class_="maps l"), class_="step")


def _seen(image: Array) -> Array:
    """Return what can be shown as one picture: grey, or three colours."""
    return image if len(image) in (1, _COLOURS) else image[:1]
