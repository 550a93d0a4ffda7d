"""Frames as pictures of pixels, by Pillow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from PIL import Image, ImageDraw

from convolens.lens.animate.shapes import Beam, Outline, Picture, Shape, Squares, Text, baseline
from convolens.lens.animate.theme import Paint, Theme
from convolens.lens.fonts import font

_FINE = 4  # beams are drawn so many times larger, for smooth edges
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def images(
    pictures: Iterable[Picture], size: tuple[int, int], theme: Theme
) -> Iterator[Image.Image]:
    """Return every frame as an image of 24 bits a pixel."""
    for picture in pictures:
        canvas = Image.new("RGB", size, theme.page)
        paint(canvas, picture.base, theme)
        for stays, passes in zip(picture.stays, picture.passes, strict=True):
            paint(canvas, stays, theme)
            frame = canvas.copy()
            paint(frame, passes, theme)
            yield frame


def paint(image: Image.Image, shapes: Iterable[Shape], theme: Theme) -> None:
    """Draw shapes into an image, one over the other."""
    pen = ImageDraw.Draw(image)
    for shape in shapes:
        match shape:
            case Squares():
                _squares(pen, shape, theme.paints[shape.paint])
            case Outline():
                _outline(pen, shape, theme.paints[shape.paint])
            case Beam():
                _beam(image, shape, theme)
            case Text():
                _text(pen, shape, theme)


def ink(name: str, theme: Theme) -> str:
    """Return the colour of a text."""
    named = {"ink": theme.ink, "dim": theme.dim}
    return named[name] if name in named else theme.paints[name].ink or theme.ink


def _squares(pen: ImageDraw.ImageDraw, squares: Squares, look: Paint) -> None:
    for x, y in squares.corners:
        far = squares.size - 1
        if look.dash == (0, 0):
            pen.rectangle((x, y, x + far, y + far), look.fill or None, look.stroke, look.width)
            continue
        if look.fill:
            pen.rectangle((x, y, x + far, y + far), look.fill)
        _dashes(pen, (x, y, far, far), look)


def _outline(pen: ImageDraw.ImageDraw, outline: Outline, look: Paint) -> None:
    x, y, width, height = outline.left, outline.top, outline.width - 1, outline.height - 1
    if look.dash == (0, 0):
        pen.rectangle((x, y, x + width, y + height), None, look.stroke, look.width)
    else:
        _dashes(pen, (x, y, width, height), look)


def _dashes(pen: ImageDraw.ImageDraw, box: Sequence[int], look: Paint) -> None:
    """Draw the four sides of a rectangle as dashes."""
    x, y, width, height = box
    on, off = look.dash
    thick = look.width - 1
    for along in range(0, width + 1, on + off):
        end = min(along + on - 1, width)
        pen.rectangle((x + along, y, x + end, y + thick), look.stroke)
        pen.rectangle((x + along, y + height - thick, x + end, y + height), look.stroke)
    for down in range(0, height + 1, on + off):
        end = min(down + on - 1, height)
        pen.rectangle((x, y + down, x + thick, y + end), look.stroke)
        pen.rectangle((x + width - thick, y + down, x + width, y + end), look.stroke)


def _beam(image: Image.Image, beam: Beam, theme: Theme) -> None:
    xs, ys = zip(*beam.points, strict=True)
    left, top = max(min(xs), 0), max(min(ys), 0)
    width, height = max(xs) - left, max(ys) - top
    if width < 1 or height < 1:
        return
    colour, strength = theme.beam
    mask = Image.new("L", (width * _FINE, height * _FINE))
    points = [((x - left) * _FINE, (y - top) * _FINE) for x, y in beam.points]
    ImageDraw.Draw(mask).polygon(points, round(255 * strength))
    image.paste(colour, (left, top, left + width, top + height), mask.reduce(_FINE))


def _text(pen: ImageDraw.ImageDraw, text: Text, theme: Theme) -> None:
    place = (text.x, baseline(text))
    pen.text(place, text.text, ink(text.ink, theme), font(text.size), _ANCHORS[text.anchor])
