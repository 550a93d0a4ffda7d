"""Writes an animation as GIF: a fixed palette, and in each frame only what has changed."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from PIL.GifImagePlugin import getdata, getheader

from convolens.lens.animate.raster import images
from convolens.lens.animate.shapes import Picture
from convolens.lens.animate.theme import Theme
from convolens.lens.animate.timing import Timing
from convolens.ops import Array

#: Shades between a colour and the letters on it, for smooth edges.
_SHADES = (0.25, 0.5, 0.75)
#: The last place of the palette, which is see-through: a theme has fewer colours.
_UNCHANGED = 127


def gif(pictures: list[Picture], size: tuple[int, int], theme: Theme, timing: Timing) -> bytes:
    """Return the file's bytes."""
    palette = palette_of(theme)
    stream = io.BytesIO()
    before: Array | None = None
    for image, length in zip(images(pictures, size, theme), timing.milliseconds(), strict=True):
        # Frame by frame, so that no more than two of them are in memory.
        frame = image.quantize(palette=palette, dither=Image.Dither.NONE)
        after = np.asarray(frame)
        if before is None:
            stream.writelines(getheader(frame, info={"loop": 0})[0])
            stream.writelines(getdata(frame, duration=length, disposal=1))
        else:
            left, top, changed = _difference(before, after)
            part = Image.fromarray(changed, "P")
            stream.writelines(
                getdata(part, (left, top), duration=length, disposal=1, transparency=_UNCHANGED)
            )
        before = after
    stream.write(b";")
    return stream.getvalue()


def _difference(before: Array, after: Array) -> tuple[int, int, Array]:
    """Return what has changed: its left and top, and pixels, see-through where they are as before.

    Example:
        >>> before, after = np.zeros((4, 5), np.uint8), np.zeros((4, 5), np.uint8)
        >>> after[1, 2] = after[2, 4] = 7
        >>> left, top, pixels = _difference(before, after)
        >>> left, top, pixels.tolist()
        (2, 1, [[7, 127, 127], [127, 127, 7]])
    """
    changed = before != after
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not rows.size:
        return 0, 0, np.full((1, 1), _UNCHANGED, np.uint8)
    place = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    pixels: Array = np.where(changed[place], after[place], np.uint8(_UNCHANGED))
    return int(columns[0]), int(rows[0]), pixels


def palette_of(theme: Theme) -> Image.Image:
    """Return an image whose palette has every colour of a theme, and the shades of its letters."""
    fills = {(theme.page, theme.ink), (theme.page, theme.dim)}
    edges = set()
    for paint in theme.paints.values():
        fills.add((paint.fill or theme.page, paint.ink or theme.ink))
        edges.add(paint.stroke)
    colours: dict[tuple[int, int, int], None] = {}
    beam, strength = theme.beam
    for fill, ink in sorted(fills):
        covered = _mix(_rgb(fill), _rgb(beam), strength)
        colours |= {_rgb(fill): None, covered: None, _rgb(ink): None}
        colours |= {_mix(_rgb(fill), _rgb(ink), share): None for share in _SHADES}
        colours[_mix(_rgb(fill), covered, 0.5)] = None
    colours |= {_rgb(edge): None for edge in sorted(edges) if edge}
    image = Image.new("P", (1, 1))
    image.putpalette([channel for colour in list(colours)[:_UNCHANGED] for channel in colour])
    return image


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(
    under: tuple[int, int, int], over: tuple[int, int, int], share: float
) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(under, over, strict=True))
    return red, green, blue
