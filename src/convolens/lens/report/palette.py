"""Colours of numbers: blue below zero, orange above, and as transparent as they are near zero.

Behind zero the page shows through, so one picture serves light and dark. Both colours have the
luminance 0.18, on which black (in light) and white (in dark) are read with a contrast of 4.5 : 1.
Blue and orange are told apart by people who do not see red or green.
"""

from __future__ import annotations

import base64
import io
import math

import numpy as np
from PIL import Image

from convolens.ops import Array

BLUE = (25, 121, 199)
ORANGE = (192, 86, 0)
PURPLE = (150, 60, 170)  # not a number

_LEVELS = 31
_NOT_A_NUMBER = 2 * _LEVELS + 1


def tint(value: float, limit: float) -> tuple[str, float]:
    """Return the colour class of a number, and how strong the colour is, from 0 to 1.

    Args:
        value: The number.
        limit: The magnitude that gets the full colour.

    Example:
        >>> tint(-0.5, 2.0), tint(3.0, 2.0), tint(float("nan"), 1.0)
        (('n', 0.25), ('p', 1.0), ('x', 1.0))
    """
    if math.isnan(value):
        return "x", 1.0
    strength = min(abs(value) / limit, 1.0) if limit > 0 and not math.isinf(value) else 1.0
    if value == 0:
        strength = 0.0
    return ("n" if value < 0 else "p"), round(strength, 2)


def signed_picture(values: Array, limit: float) -> str:
    """Return an array [rows, columns] as the address of a picture, one pixel a number."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        share = np.clip(values.astype(np.float64) / (limit or 1.0), -1, 1)
        level = np.where(np.isnan(values), 0, np.rint(share * _LEVELS)).astype(np.int64) + _LEVELS
    level[np.isnan(values)] = _NOT_A_NUMBER
    picture = Image.fromarray(level.astype(np.uint8), "P")
    colours = [BLUE] * _LEVELS + [ORANGE] * (_LEVELS + 1) + [PURPLE]
    picture.putpalette([channel for colour in colours for channel in colour])
    opacity = [round(255 * abs(n) / _LEVELS) for n in range(-_LEVELS, _LEVELS + 1)]
    return _address(picture, transparency=bytes([*opacity, 255]))


def image_picture(image: Array) -> str:
    """Return an image [C, H, W] from 0 to 1, grey or of three colours, as an address."""
    finite = np.nan_to_num(image.astype(np.float64), nan=0.0, posinf=1.0, neginf=0.0)
    pixels = np.rint(np.clip(finite, 0, 1) * 255).astype(np.uint8)
    if len(pixels) == 3:
        return _address(Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)), "RGB"))
    return _address(Image.fromarray(pixels[0], "L"))


def _address(picture: Image.Image, **options: bytes) -> str:
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True, **options)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
