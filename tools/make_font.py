"""Makes src/convolens/lens/fonts/lens_sans.otf from Debian's package fonts-noto-cjk.

    apt-get download fonts-noto-cjk
    dpkg-deb -x fonts-noto-cjk_*.deb noto
    pip install fonttools
    python tools/make_font.py noto/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

The font has Latin letters, the symbols of SYMBOLS, and every Chinese character that stands in a
file of the package or in docs/words.md. Run this again when a text has a new one:
tests/lens/test_fonts.py names those that are missing. The same source gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "src" / "convolens" / "lens" / "fonts" / "lens_sans.otf"
SHA256 = "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a"
FACE = "Noto Sans CJK SC"
#: The licence lets a changed font keep this name; ours says that it is a part.
NAME = "Lens Sans"
SYMBOLS = "±²³·×÷–—‘’“”…←↑→↓−∞√∑∏≈≠≤≥∈σμπαβγ●○■□▲△▼▽◀▶★✓─│┌┐└┘├┤┬┴┼█▁▂▃▄▅▆▇"
#: Texts of the package are in these files.
SUFFIXES = {".py", ".js", ".css", ".html"}
CHINESE_FROM = 0x2E80


def characters() -> set[str]:
    """Return every character that the font must have."""
    files = [file for file in (ROOT / "src" / "convolens").rglob("*") if file.suffix in SUFFIXES]
    text = "".join(file.read_text("utf-8") for file in [*files, ROOT / "docs" / "words.md"])
    latin = {chr(code) for code in [*range(0x20, 0x7F), *range(0xA0, 0x100)]}
    return latin | set(SYMBOLS) | {letter for letter in text if ord(letter) >= CHINESE_FROM}


def face(source: Path) -> TTFont:
    """Return the face of the collection for simplified Chinese."""
    found = hashlib.sha256(source.read_bytes()).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{source} has the SHA-256 {found}, not {SHA256}.")
    fonts = TTCollection(str(source)).fonts
    return next(font for font in fonts if font["name"].getDebugName(4) == FACE)


def reduce(font: TTFont, letters: set[str]) -> None:
    """Leave in the font the letters and what draws them."""
    options = subset.Options(
        hinting=False,
        desubroutinize=True,
        layout_features=[],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        name_languages=[0x409],
        notdef_outline=True,
        drop_tables=["VORG", "vhea", "vmtx", "BASE", "DSIG", "GSUB", "GPOS", "GDEF"],
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, letters))
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 4, 6}:
            record.string = NAME.replace(" ", "") if record.nameID == 6 else NAME
    font["CFF "].cff.fontNames[0] = NAME.replace(" ", "")


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description="Make the font of the pictures.")
    parser.add_argument("source", type=Path, help="NotoSansCJK-Regular.ttc of fonts-noto-cjk")
    parser.add_argument("target", type=Path, nargs="?", default=TARGET)
    arguments = parser.parse_args()
    font, letters = face(arguments.source), characters()
    if missing := sorted(letter for letter in letters if ord(letter) not in font.getBestCmap()):
        raise SystemExit(f"{FACE} has no {' '.join(missing)}.")
    reduce(font, letters)
    font.recalcTimestamp = False
    font.save(arguments.target)
    size = arguments.target.stat().st_size
    print(f"{arguments.target}: {len(letters)} characters, {size:,} bytes")


if __name__ == "__main__":
    main()
