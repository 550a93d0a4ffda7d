"""What pictures are made of: squares, outlines, beams and texts, in whole pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

Anchor = Literal["start", "middle", "end"]


@final
@dataclass(frozen=True)
class Squares:
    """Cells that look alike.

    Attributes:
        paint: How they look, see ``Theme.paints``.
        corners: The upper left corner of each.
        size: Their width and height.
    """

    paint: str
    corners: tuple[tuple[int, int], ...]
    size: int


@final
@dataclass(frozen=True)
class Outline:
    """The border of a rectangle."""

    paint: str
    left: int
    top: int
    width: int
    height: int


@final
@dataclass(frozen=True)
class Beam:
    """A see-through area from one side of a rectangle to another one's."""

    points: tuple[tuple[int, int], ...]


@final
@dataclass(frozen=True)
class Text:
    """A line of text.

    Attributes:
        text: The letters.
        x: Where it begins, has its middle, or ends.
        y: Where its middle is.
        size: The height of its letters.
        ink: "ink", "dim", or the paint whose ink it has.
        anchor: What ``x`` says.
    """

    text: str
    x: int
    y: int
    size: int
    ink: str = "ink"
    anchor: Anchor = "middle"


def baseline(text: Text) -> int:
    """Return where the letters of a text stand: digits and capitals have their middle at ``y``."""
    return text.y + round(0.367 * text.size)


Shape = Squares | Outline | Beam | Text


@final
@dataclass(frozen=True)
class Picture:
    """A stage as shapes: those of all its frames, those that come and stay, those of one frame.

    Attributes:
        base: In all frames.
        stays: For each frame, what appears with it and stays to the end of the stage.
        passes: For each frame, what only it shows, on top.
    """

    base: tuple[Shape, ...]
    stays: tuple[tuple[Shape, ...], ...]
    passes: tuple[tuple[Shape, ...], ...]
