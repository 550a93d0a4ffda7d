"""Draws panels side by side: a title, a picture, grids of numbers, lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np
from PIL import Image, ImageDraw

from convolens.lens.filters.grid import Grid
from convolens.lens.filters.photo import Photo
from convolens.lens.filters.words import filter_words
from convolens.lens.fonts import font
from convolens.lens.report.palette import BLUE, ORANGE

_WIDTH, _GAP, _MARGIN = 340, 24, 24
_ACROSS = 4
_TITLE, _CELL_TEXT, _TEXT = 20, 14, 14
_TITLE_LINE, _LINE = 32, 21
#: A grid with more numbers along an axis is drawn as a picture.
_MOST_NUMBERS = 7
_LARGEST_CELL = 46
_SMALLEST = 11  # a type that is still read
_PICTURE = 120
Colour = tuple[int, int, int]


class Page(NamedTuple):
    """The colours of a figure."""

    paper: Colour
    ink: Colour
    dim: Colour
    rule: Colour


LIGHT = Page((255, 255, 255), (27, 31, 36), (82, 90, 99), (200, 205, 211))
DARK = Page((22, 25, 29), (236, 239, 242), (168, 176, 186), (70, 77, 86))


@final
class Panel(NamedTuple):
    """A picture with what is said of it.

    Attributes:
        title: Above it.
        photo: The picture.
        grids: Below it: what stands over each grid of numbers, and the grid.
        lines: Below these.
    """

    title: str
    photo: Photo
    grids: Sequence[tuple[str, Grid]]
    lines: Sequence[str]


def draw_sheet(panels: Sequence[Panel], dark: bool = False) -> Image.Image:
    """Return the panels, up to four in a row."""
    page = DARK if dark else LIGHT
    drawn = [[_draw(panel, page) for panel in row] for row in _in_rows(panels)]
    heights = [max(panel.height for panel in row) for row in drawn]
    across = max(map(len, drawn))
    sheet = Image.new(
        "RGB",
        (
            2 * _MARGIN + across * _WIDTH + (across - 1) * _GAP,
            2 * _MARGIN + sum(heights) + (len(heights) - 1) * _GAP,
        ),
        page.paper,
    )
    top = _MARGIN
    for row, height in zip(drawn, heights, strict=True):
        for place, panel in enumerate(row):
            sheet.paste(panel, (_MARGIN + place * (_WIDTH + _GAP), top))
        top += height + _GAP
    return sheet


def _in_rows(panels: Sequence[Panel]) -> list[Sequence[Panel]]:
    """Return rows of nearly the same length."""
    rows = -(-len(panels) // _ACROSS)
    across = -(-len(panels) // rows)
    return [panels[start : start + across] for start in range(0, len(panels), across)]


def _draw(panel: Panel, page: Page) -> Image.Image:
    picture = thumbnail(panel.photo, page.paper)
    blocks = [_grid(label, grid, page, len(panel.grids)) for label, grid in panel.grids]
    lines = [part for line in panel.lines for part in folded(line, _WIDTH)]
    title = folded(panel.title, _WIDTH, _TITLE)
    rows = _packed(blocks)
    block_height = sum(max(block.height for block in row) + 10 for row in rows)
    height = len(title) * _TITLE_LINE + picture.height + 12 + block_height + len(lines) * _LINE
    sheet = Image.new("RGB", (_WIDTH, height), page.paper)
    pen = ImageDraw.Draw(sheet)
    y = 0
    for line in title:
        pen.text((0, y), line, font=font(_TITLE), fill=page.ink)
        y += _TITLE_LINE
    sheet.paste(picture, (0, y))
    y += picture.height + 12
    for row in rows:
        x = 0
        for block in row:
            sheet.paste(block, (x, y))
            x += block.width + 16
        y += max(block.height for block in row) + 10
    for line in lines:
        pen.text((0, y), line, font=font(_TEXT), fill=page.dim)
        y += _LINE
    return sheet


def _packed(blocks: Sequence[Image.Image]) -> list[list[Image.Image]]:
    """Return the blocks in rows that are not too long."""
    rows: list[list[Image.Image]] = []
    left = 0
    for block in blocks:
        if not rows or block.width > left:
            rows.append([])
            left = _WIDTH
        rows[-1].append(block)
        left -= block.width + 16
    return rows


def thumbnail(photo: Photo, paper: Colour = LIGHT.paper) -> Image.Image:
    """Return a photograph at the width of a panel: smoothed, or in larger pixels if it is small.

    What lets the page through shows its colour.
    """
    pixels, alpha = photo.pixels, photo.alpha
    if pixels.dtype == np.uint16:
        pixels = ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    image = Photo(pixels, alpha).image()
    if alpha is not None:
        back = Image.new("RGBA", image.size, (*paper, 255))
        image = Image.alpha_composite(back, image.convert("RGBA"))
    image = image.convert("RGB")
    scale = min(_WIDTH / image.width, 2 * _WIDTH / image.height)
    if scale >= 2:
        size = (image.width * int(scale), image.height * int(scale))
        return image.resize(size, Image.Resampling.NEAREST)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _grid(label: str, grid: Grid, page: Page, beside: int) -> Image.Image:
    """Return a grid of numbers, coloured by sign and size, or a picture of it if it is large."""
    rows, columns = grid.shape
    room = _WIDTH if beside == 1 else (_WIDTH - 16) // 2
    limit = float(np.abs(grid).max()) or 1.0
    top = _LINE + 4 if label else 0
    numbered = max(rows, columns) <= _MOST_NUMBERS
    cell = min(_LARGEST_CELL, room // columns) if numbered else 1
    if numbered:
        body = Image.new("RGB", (cell * columns + 1, cell * rows + 1), page.rule)
        pen = ImageDraw.Draw(body)
        for (row, column), value in np.ndenumerate(grid):
            box = (column * cell + 1, row * cell + 1, (column + 1) * cell - 1, (row + 1) * cell - 1)
            pen.rectangle(box, fill=_colour(value, limit, page))
            middle = ((column + 0.5) * cell, (row + 0.5) * cell)
            text, size = _fitting(value, cell - 4)
            pen.text(middle, text, font=font(size), fill=page.ink, anchor="mm")
        caption = ""
    else:
        colours = [[_colour(value, limit, page) for value in row] for row in grid]
        body = Image.fromarray(np.array(colours, np.uint8))
        scale = _PICTURE / max(rows, columns)
        body = body.resize(
            (max(1, round(columns * scale)), max(1, round(rows * scale))), Image.Resampling.NEAREST
        )
        body = _framed(body, page.rule)
        caption = filter_words()("figure.range", low=number(grid.min()), high=number(grid.max()))
    width = max(
        body.width, round(max(font(_TEXT).getlength(text) for text in (label, caption))) + 1
    )
    block = Image.new("RGB", (width, top + body.height + (_LINE + 2 if caption else 0)), page.paper)
    pen = ImageDraw.Draw(block)
    pen.text((0, 0), label, font=font(_TEXT), fill=page.dim)
    block.paste(body, (0, top))
    pen.text((0, top + body.height + 2), caption, font=font(_TEXT), fill=page.dim)
    return block


def _fitting(value: float, room: float) -> tuple[str, int]:
    """Return a number with as many digits and in as large a type as there is room for."""
    for digits in (3, 2, 1):
        for size in range(_CELL_TEXT, _SMALLEST - 1, -1):
            if font(size).getlength(number(value, digits)) <= room:
                return number(value, digits), size
    return number(value, 1), _SMALLEST


def _framed(image: Image.Image, rule: Colour) -> Image.Image:
    frame = Image.new("RGB", (image.width + 2, image.height + 2), rule)
    frame.paste(image, (1, 1))
    return frame


def _colour(value: float, limit: float, page: Page) -> Colour:
    """Return the page's colour at 0, blue below and orange above."""
    share = 0.75 * min(1.0, abs(value) / limit)
    full = BLUE if value < 0 else ORANGE
    red, green, blue = (round(p + share * (f - p)) for p, f in zip(page.paper, full, strict=True))
    return red, green, blue


def number(value: float, digits: int = 3) -> str:
    """Return a number in few characters, with a real minus sign.

    Args:
        value: The number.
        digits: How many digits are kept.

    Example:
        >>> number(-2.0), number(1 / 9), number(0.0), number(-0.000123), number(1234567.0)
        ('−2', '0.111', '0', '−1.23e-4', '1.23e6')
    """
    small = 0 < abs(value) < 1e-3
    text = f"{value:.{digits - 1}e}" if small else f"{value:.{digits}g}" if value else "0"
    if "e" in text:
        mantissa, _, power = text.partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{mantissa}e{int(power)}"
    return f"−{text[1:]}" if text.startswith("-") else text


def folded(text: str, room: int, size: int = _TEXT) -> list[str]:
    """Return a text in lines that are not longer than ``room`` pixels.

    Lines end at blanks, or between Chinese characters.
    """
    lines = [""]
    for word in _words(text):
        if lines[-1] and font(size).getlength(lines[-1] + word.rstrip()) > room:
            lines.append("")
        lines[-1] += word.lstrip() if not lines[-1] else word
    return [line.rstrip() for line in lines]


def _words(text: str) -> list[str]:
    """Return the parts between which a line may end, blanks at the end of each."""
    words = [""]
    for place, letter in enumerate(text):
        words[-1] += letter
        following = text[place + 1 : place + 2]
        chinese = letter > "\u2e80" and following not in "，。；：、！？）”"
        if letter == " " or chinese:
            words.append("")
    return [word for word in words if word]
