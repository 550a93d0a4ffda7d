"""Photographs for the tests: drawn, so that they belong to nobody."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw


def drawn(height: int = 40, width: int = 60) -> np.ndarray:
    """A sky, a sun, a hill and a house, uint8 [H, W, 3]."""
    y, x = np.mgrid[0:height, 0:width] / height
    sky = np.stack([120 + 80 * y, 160 + 60 * y, 235 - 10 * y + 0 * x], axis=2)
    image = Image.fromarray(sky.astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.ellipse((width * 0.7, height * 0.1, width * 0.85, height * 0.32), fill=(255, 236, 150))
    pen.polygon([(0, height), (width * 0.5, height * 0.5), (width, height)], fill=(58, 98, 52))
    pen.rectangle((width * 0.2, height * 0.6, width * 0.4, height * 0.9), fill=(196, 120, 92))
    return np.asarray(image).copy()


def noise(*shape: int, dtype: type = np.uint8, seed: int = 0) -> np.ndarray:
    """Every pixel of the type, at random."""
    random = np.random.default_rng(seed)
    return random.integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


def encoded(image: Image.Image, name: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, name, **options)
    return stream.getvalue()
