"""The line below a picture that says what the looks of its cells mean."""

from __future__ import annotations

from convolens.lens.animate.scene import Plane, Stage
from convolens.lens.language import Words

_KINDS = ("input", "pad", "copy", "zero", "strip", "outside", "crop")
_ROLES = ("window", "winner", "current")


def look(plane: Plane, cell: int) -> str:
    """Return how a cell looks: what it is, and whether padding shows a copy of the input."""
    kind = plane.kinds[cell]
    copied = kind == "pad" and plane.sources and plane.sources[cell] >= 0
    return "copy" if copied else kind


def legend(stage: Stage, say: Words) -> list[tuple[str, str]]:
    """Return the looks that a stage has, each with its name."""
    found = {look(plane, cell) for plane in stage.planes for cell in range(len(plane.kinds))}
    roles = {mark.role for frame in stage.frames for mark in frame.marks}
    looks = [kind for kind in _KINDS if kind in found]
    looks += [*(role for role in _ROLES if role in roles), "done"]
    # In the view by inputs the window lies on the output.
    added = {"window": "added"} if stage.view == "scatter" else {}
    return [(kind, say(f"legend.{added.get(kind, kind)}")) for kind in looks]
