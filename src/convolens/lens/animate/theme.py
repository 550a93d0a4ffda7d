"""The colours, light and dark: Okabe and Ito's, for people who do not see red or green, too.

What a colour says is said a second time by a dashed border, a thick outline or a number.

Source: Okabe and Ito, "Color Universal Design", 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from convolens.errors import ArgumentError
from convolens.lens.animate.words import words

ThemeName = Literal["light", "dark"]


@final
@dataclass(frozen=True)
class Paint:
    """How a kind of shape looks.

    Attributes:
        fill: The colour inside, or "" for none.
        stroke: The colour of the border, or "" for none.
        width: The border's width in pixels.
        dash: The lengths of its dashes and gaps; (0, 0) for a whole line.
        ink: The colour of numbers inside.
    """

    fill: str
    stroke: str = ""
    width: int = 1
    dash: tuple[int, int] = (0, 0)
    ink: str = ""


@final
@dataclass(frozen=True)
class Theme:
    """All colours of a picture.

    Attributes:
        name: Its name.
        page: Behind everything.
        ink: Of texts.
        dim: Of texts of lesser weight.
        beam: Of beams, as (red, green, blue) with how strong it covers, from 0 to 1.
        paints: Of cells and outlines, by their kind.
    """

    name: str
    page: str
    ink: str
    dim: str
    beam: tuple[str, float]
    paints: dict[str, Paint]


def _paints(
    ink: str,
    page: str,
    grey: str,
    tints: dict[str, tuple[str, str]],
    window: tuple[Paint, Paint],
    current: Paint,
    winner: str,
) -> dict[str, Paint]:
    solid = {kind: Paint(fill, stroke, 1, (0, 0), ink) for kind, (fill, stroke) in tints.items()}
    return solid | {
        "pad": Paint(page, grey, 1, (4, 3), ink),
        "copy": Paint(page, tints["input"][1], 1, (4, 3), ink),
        "zero": Paint(tints["zero"][0], grey, 1, (1, 3), ink),
        "strip": Paint(tints["strip"][0], tints["strip"][1], 2, (6, 3), ink),
        "outside": Paint("", grey, 1, (2, 3), ink),
        "crop": Paint("", grey, 1, (2, 3), ink),
        "window": window[0],
        "window-empty": window[1],
        "current": current,
        "outline-window": Paint("", ink, 3),
        "outline-current": Paint("", ink, 3),
        "outline-winner": Paint("", winner, 4),
        "outline-pin": Paint("", winner, 4, (7, 4)),
        "reader": Paint("", winner, 3),
    }


LIGHT = Theme(
    "light",
    "#ffffff",
    "#111111",
    "#4d5358",
    ("#e69f00", 0.18),
    _paints(
        "#111111",
        "#ffffff",
        "#6f757b",
        {
            "input": ("#c3e2f6", "#0072b2"),
            "zero": ("#ececec", "#6f757b"),
            "strip": ("#f4dbe9", "#8f3f6c"),
            "kernel": ("#faf4ad", "#857b00"),
            "product": ("#fde9c7", "#a36f00"),
            "partial": ("#fde9c7", "#a36f00"),
            "matrix": ("#eef6fb", "#0072b2"),
            "weights": ("#faf4ad", "#857b00"),
            "output": ("#f3faf7", "#00805d"),
            "done": ("#a9e0cd", "#00805d"),
        },
        (
            Paint("#e69f00", "#111111", 1, (0, 0), "#111111"),
            Paint("#fadfa5", "#7a5400", 1, (4, 3), "#111111"),
        ),
        Paint("#16b88c", "#111111", 2, (0, 0), "#111111"),
        "#b34700",
    ),
)
DARK = Theme(
    "dark",
    "#14181d",
    "#f4f4f4",
    "#b4bac1",
    ("#e69f00", 0.24),
    _paints(
        "#f4f4f4",
        "#14181d",
        "#8d949c",
        {
            "input": ("#1d4a68", "#56b4e9"),
            "zero": ("#2b3036", "#8d949c"),
            "strip": ("#58304a", "#e0a0c4"),
            "kernel": ("#57510f", "#f0e442"),
            "product": ("#57401a", "#e6b450"),
            "partial": ("#57401a", "#e6b450"),
            "matrix": ("#182833", "#56b4e9"),
            "weights": ("#57510f", "#f0e442"),
            "output": ("#15231e", "#3fc79d"),
            "done": ("#0b6148", "#3fc79d"),
        },
        (
            Paint("#e69f00", "#f4f4f4", 1, (0, 0), "#111111"),
            Paint("#6a4c10", "#f2c260", 1, (4, 3), "#f4f4f4"),
        ),
        Paint("#1fd0a0", "#f4f4f4", 2, (0, 0), "#111111"),
        "#ff9a5c",
    ),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def theme_named(name: str) -> Theme:
    """Return a theme by its name.

    Raises:
        ArgumentError: If there is none.
    """
    if name not in THEMES:
        raise words().problem(ArgumentError, "wrong.theme", theme=repr(name))
    return THEMES[name]
