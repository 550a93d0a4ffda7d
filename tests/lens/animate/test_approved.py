"""Pictures that a person has looked at and approved: they do not change unnoticed.

After a wanted change look at the pictures (``convolens animate --gallery FOLDER``), then run this
file with the environment variable APPROVE=1, which writes what is now drawn.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from convolens.lens import animate, parse_layer
from convolens.lens.animate import GALLERY, Animation, classic
from convolens.lens.animate.scene import Scene

from .makers import LAYERS

APPROVED = Path(__file__).parent / "approved"
PICTURES = {
    "no_padding_no_strides": lambda: classic("no_padding_no_strides"),
    "numerical_max_pooling": lambda: classic("numerical_max_pooling", theme="dark"),
    "two_channels": lambda: animate("2x3x3 k2 out2", numbers=True, channel=1),
    "scatter": lambda: animate("2x2 k2 s2 T op1 nobias", numbers=True, view="scatter"),
    "im2col": lambda: animate("3x3 k2 nobias", numbers=True, view="im2col"),
}


def described(scene: Scene) -> str:
    """Return everything that a scene says, as text."""
    lines = [scene.title]
    for stage in scene.stages:
        lines += [stage.title, stage.formula]
        for plane in stage.planes:
            place = (plane.part, plane.title, plane.column, plane.row, plane.rows, plane.columns)
            lines += [f"{place} {plane.kinds} {plane.sources} {numbers(plane.values)}"]
        for frame in stage.frames:
            lines += [frame.caption, *map(repr, (*frame.marks, *frame.links))]
            lines += [f"{s.plane} {s.title} {numbers(s.values)}" for s in frame.shown]
            lines += [f"{f.plane} {f.cells} {numbers(f.values)}" for f in frame.filled]
    return "\n".join(lines)


def numbers(values: object) -> list[str]:
    """Return numbers to six digits: the last bits differ between machines."""
    if values is None:
        return []
    flat = values if isinstance(values, tuple) else values.reshape(-1).tolist()  # type: ignore[attr-defined]
    return [f"{value:.6g}" for value in flat]


def scenes() -> dict[str, Animation]:
    found = {name: classic(name) for name in GALLERY}
    for text in LAYERS:
        spec = parse_layer(text)
        views = ["window"]
        views += ["scatter"] if spec.kind == "conv_transpose" else []
        views += ["im2col"] if spec.kind == "conv" and spec.groups == 1 else []
        for view in views:
            found[f"{text}, {view}"] = animate(spec, numbers=True, view=view)
    return found


def test_scenes() -> None:
    made = {
        name: hashlib.sha256(described(animation.scene).encode()).hexdigest()[:16]
        for name, animation in scenes().items()
    }
    path = APPROVED / "scenes.json"
    if os.environ.get("APPROVE"):
        path.write_text(json.dumps(made, indent=1) + "\n", "utf-8")
    approved = json.loads(path.read_text("utf-8"))
    assert {name for name in made if made[name] != approved.get(name)} == set()
    assert set(approved) == set(made)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(name: str) -> None:
    # A line for each element, so that a difference shows what has changed.
    text = PICTURES[name]().svg().replace("><", ">\n<") + "\n"
    path = APPROVED / f"{name}.svg"
    if os.environ.get("APPROVE"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", ["numerical_padding_strides", "padding_strides_odd_transposed"])
def test_pictures_of_the_pages(name: str) -> None:
    path = Path(__file__).parents[3] / "docs" / "pictures" / f"{name}.svg"
    if os.environ.get("APPROVE"):
        path.write_text(classic(name).svg(), "utf-8")
    assert path.read_text("utf-8") == classic(name).svg()
