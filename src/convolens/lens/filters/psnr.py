"""How close an image is to another, and noise to take away again."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from convolens.errors import ArgumentError
from convolens.lens.filters.photo import Photo
from convolens.lens.filters.tiles import Pixels
from convolens.lens.filters.words import filter_words

_ROWS = 64


def psnr(image: Pixels, reference: Pixels) -> float:
    """Return the peak signal-to-noise ratio in decibels: 10 log10(largest^2 / mean of squares).

    Infinity for equal images; 20 dB are differences of a tenth of the range, 40 dB of a hundredth.

    Args:
        image: uint8 or uint16 [H, W, C].
        reference: The same, for what the image should be.

    Raises:
        ArgumentError: If shapes or types differ.

    Example:
        >>> black, grey = np.zeros((4, 4, 1), np.uint8), np.full((4, 4, 1), 51, np.uint8)
        >>> round(psnr(grey, black), 2), psnr(black, black)
        (13.98, inf)

    Source: Gonzalez and Woods, "Digital Image Processing", 4th edition, 2018, section 8.1.
    """
    if image.shape != reference.shape or image.dtype != reference.dtype:
        raise filter_words().problem(
            ArgumentError, "psnr.differ", image=_form(image), reference=_form(reference)
        )
    squares = 0.0
    for top in range(0, len(image), _ROWS):  # so that memory stays bounded
        rows = image[top : top + _ROWS].astype(np.float64) - reference[top : top + _ROWS]
        squares += float((rows * rows).sum())
    mean = squares / image.size
    largest = float(np.iinfo(image.dtype).max)
    return 10 * math.log10(largest * largest / mean) if mean else math.inf


def with_noise(photo: Photo, sigma: float, seed: int = 0) -> Photo:
    """Return a photograph with normally distributed noise added to every channel of every pixel.

    Args:
        photo: The photograph.
        sigma: The standard deviation, in steps of 1/255 of the range.
        seed: The same seed gives the same noise.

    Raises:
        ArgumentError: If ``sigma`` is negative or not finite.
    """
    if not 0 <= sigma < math.inf:
        raise filter_words().problem(ArgumentError, "noise.sigma", sigma=sigma)
    random = np.random.default_rng(seed)
    noisy = np.empty_like(photo.pixels)
    scale = sigma * photo.largest / 255
    for top in range(0, len(noisy), _ROWS):
        rows = photo.pixels[top : top + _ROWS]
        noised = rows + scale * random.standard_normal(rows.shape, np.float32)
        noisy[top : top + _ROWS] = np.rint(np.clip(noised, 0, photo.largest))
    return replace(photo, pixels=noisy)


def _form(image: Pixels) -> str:
    height, width, channels = image.shape
    return f"{width}x{height}x{channels} {image.dtype}"
