from __future__ import annotations

import io
from importlib import import_module, resources
from pathlib import Path

import pytest
from PIL import ImageFont

from convolens import lens
from convolens.lens.fonts import font, font_bytes, font_face

ROOT = Path(lens.__file__).parents[1]
CHINESE_FROM = 0x2E80
#: Drawn for a character that the font does not have; U+FFFF is none.
MISSING = font(24).getmask("\uffff")


def has(letter: str) -> bool:
    mask = font(24).getmask(letter)
    return (mask.size, bytes(mask)) != (MISSING.size, bytes(MISSING))


def missing(text: str) -> str:
    return "".join(sorted({letter for letter in text if letter.isprintable() and not has(letter)}))


def test_every_chinese_character_of_the_package() -> None:
    files = [f for f in ROOT.rglob("*") if f.suffix in {".py", ".js", ".css", ".html"}]
    text = "".join(file.read_text("utf-8") for file in files)
    chinese = {letter for letter in text if ord(letter) >= CHINESE_FROM}
    assert len(chinese) > 200
    assert not missing("".join(chinese)), "run tools/make_font.py again"


@pytest.mark.parametrize("path", sorted((ROOT / "lens").rglob("words*.py")), ids=str)
def test_every_character_of_the_tables(path: Path) -> None:
    name = ".".join(["convolens", *path.relative_to(ROOT).with_suffix("").parts])
    module = import_module(name)
    tables = [getattr(module, table, {}) for table in ("ENGLISH", "CHINESE")]
    text = "".join(value for table in tables for value in table.values())
    # Buttons of web pages, which a browser draws.
    assert not missing(text).strip("◐⏸⏮⏭"), "run tools/make_font.py again"


def test_a_missing_character_is_noticed() -> None:
    assert missing("a卷龘") == "龘"


def test_digits_are_equally_wide() -> None:
    assert len({font(20).getlength(digit) for digit in "0123456789"}) == 1


def test_it_is_small_and_says_where_it_is_from() -> None:
    assert len(font_bytes()) < 150_000
    notice = (resources.files("convolens.lens.fonts") / "lens_sans.LICENCE.txt").read_text("utf-8")
    assert "Noto Sans CJK SC" in notice
    assert "SIL OPEN FONT LICENSE" in notice


def test_the_rule_for_pages_holds_the_file() -> None:
    assert font_face().startswith(
        "@font-face{font-family:'Lens Sans';src:url(data:font/otf;base64,"
    )
    assert ImageFont.truetype(io.BytesIO(font_bytes()), 10).getname()[0] == "Lens Sans"
