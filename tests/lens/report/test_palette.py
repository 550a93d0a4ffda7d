from __future__ import annotations

import base64
import io
import math

import numpy as np
import pytest
from PIL import Image

from convolens.lens.report.palette import (
    BLUE,
    ORANGE,
    PURPLE,
    image_picture,
    signed_picture,
    tint,
)


def luminance(colour: tuple[float, float, float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [BLUE, ORANGE])
@pytest.mark.parametrize(("paper", "ink"), [((255, 255, 255), 0), ((11, 12, 16), 255)])
@pytest.mark.parametrize("strength", np.linspace(0, 1, 11))
def test_numbers_are_readable_on_every_tint(
    colour: tuple[int, int, int], paper: tuple[int, int, int], ink: int, strength: float
) -> None:
    pairs = zip(paper, colour, strict=True)
    behind = tuple((p + strength * (c - p)) / 255 for p, c in pairs)
    assert contrast(behind, (ink / 255,) * 3) >= 4.5


def test_tint_at_the_extremes() -> None:
    assert tint(0.0, 0.0) == ("p", 0.0)
    assert tint(-math.inf, 1.0) == ("n", 1.0)
    assert tint(1e-30, 0.0) == ("p", 1.0)
    assert tint(7.0, 3.5) == ("p", 1.0)


def opened(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.split(",")[1])))


def test_a_signed_picture_is_transparent_at_zero_and_full_at_the_limit() -> None:
    values = np.array([[-2.0, 0.0], [2.0, np.nan], [np.inf, -np.inf]])
    picture = opened(signed_picture(values, 2.0)).convert("RGBA")
    assert picture.size == (2, 3)
    assert picture.getpixel((0, 0)) == (*BLUE, 255)
    assert picture.getpixel((1, 0))[3] == 0
    assert picture.getpixel((0, 1)) == (*ORANGE, 255)
    assert picture.getpixel((1, 1)) == (*PURPLE, 255)
    assert picture.getpixel((0, 2)) == (*ORANGE, 255)
    assert picture.getpixel((1, 2)) == (*BLUE, 255)


def test_a_picture_of_zeros() -> None:
    assert opened(signed_picture(np.zeros((2, 2)), 0.0)).convert("RGBA").getpixel((0, 0))[3] == 0


def test_an_image_keeps_its_pixels() -> None:
    image = np.zeros((3, 2, 2), np.float32)
    image[0, 0, 1], image[2, 1, 0] = 1.0, 0.5
    picture = opened(image_picture(image))
    assert picture.getpixel((1, 0)) == (255, 0, 0)
    assert picture.getpixel((0, 1)) == (0, 0, 128)
    assert opened(image_picture(np.array([[[np.nan, 2.0]]]))).getpixel((1, 0)) == 255
