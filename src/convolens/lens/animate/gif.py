"""Writes an animation as GIF: a fixed palette, and in each frame only what has changed."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

from convolens.lens.animate.raster import images
from convolens.lens.animate.shapes import Picture
from convolens.lens.animate.theme import Theme
from convolens.lens.animate.timing import Timing

#: Shades between a colour and the letters on it, for smooth edges.
_SHADES = (0.25, 0.5, 0.75)


def gif(pictures: list[Picture], size: tuple[int, int], theme: Theme, timing: Timing) -> bytes:
    """Return the file's bytes."""
    palette = palette_of(theme)

    def frames() -> Iterator[Image.Image]:
        for image in images(pictures, size, theme):
            yield image.quantize(palette=palette, dither=Image.Dither.NONE)

    rest, stream = frames(), io.BytesIO()
    next(rest).save(
        stream,
        "GIF",
        save_all=True,
        append_images=rest,
        duration=timing.milliseconds(),
        loop=0,
        optimize=False,
        disposal=1,
    )
    return stream.getvalue()


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
    image.putpalette([channel for colour in list(colours)[:256] for channel in colour])
    return image


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(
    under: tuple[int, int, int], over: tuple[int, int, int], share: float
) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(under, over, strict=True))
    return red, green, blue
