from __future__ import annotations

import re
from importlib import resources

import pytest

from .test_palette import contrast

FOLDER = resources.files("convolens.lens.report") / "assets"
CSS = "".join((FOLDER / f"{name}.css").read_text("utf-8") for name in ("page", "figures", "media"))
THEMES = [
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block))
    for block in re.findall(r"color-scheme: (?:light|dark);(.*?)}", CSS, re.DOTALL)
]


def colour(text: str) -> tuple[float, ...]:
    digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
    return tuple(int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))


def test_the_two_dark_themes_are_one() -> None:
    light, by_system, by_button = THEMES
    assert by_system == by_button
    assert {*light} == {*by_system}


@pytest.mark.parametrize("theme", THEMES[:2], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "link", "train", "test", "good", "bad"])
@pytest.mark.parametrize("behind", ["page", "paper", "soft"])
def test_texts_are_readable(theme: dict[str, str], ink: str, behind: str) -> None:
    assert contrast(colour(theme[ink]), colour(theme[behind])) >= 4.5


def test_the_style_fetches_nothing() -> None:
    assert not re.search(r"url\(|@import|@font-face", CSS)
