"""Writes an animation as one PNG: frames side by side, for paper and slides."""

from __future__ import annotations

import io
import math

from PIL import Image

from convolens.lens.animate.raster import images
from convolens.lens.animate.shapes import Picture
from convolens.lens.animate.theme import Theme

MOST = 9
_COLUMNS = 3
_SPACE = 16
_WIDEST = 900  # of a frame; larger ones are made smaller


def strip(pictures: list[Picture], size: tuple[int, int], theme: Theme) -> bytes:
    """Return the file's bytes: all frames, or nine of them from the first to the last."""
    count = sum(len(picture.passes) for picture in pictures)
    chosen = chosen_frames(count)
    scale = min(1.0, _WIDEST / size[0])
    width, height = round(size[0] * scale), round(size[1] * scale)
    columns = min(_COLUMNS, len(chosen))
    rows = math.ceil(len(chosen) / columns)
    sheet = Image.new(
        "RGB",
        (columns * (width + _SPACE) + _SPACE, rows * (height + _SPACE) + _SPACE),
        theme.paints["pad"].stroke,
    )
    for number, image in enumerate(images(pictures, size, theme)):
        if number not in chosen:
            continue
        row, column = divmod(chosen.index(number), columns)
        place = (_SPACE + column * (width + _SPACE), _SPACE + row * (height + _SPACE))
        sheet.paste(image.resize((width, height), Image.Resampling.LANCZOS), place)
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()


def chosen_frames(count: int) -> list[int]:
    """Return which of ``count`` frames a strip shows.

    Example:
        >>> chosen_frames(4), chosen_frames(17)
        ([0, 1, 2, 3], [0, 2, 4, 6, 8, 10, 12, 14, 16])
    """
    if count <= MOST:
        return list(range(count))
    return [round(place * (count - 1) / (MOST - 1)) for place in range(MOST)]
