"""load_image: one image from a file, as a network takes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convolens.data.decode import IN_MEMORY, check_size, decode, resized
from convolens.errors import ArgumentError, DataError


def load_image(
    source: str | Path | bytes,
    channels: int,
    size: tuple[int, int] | None = None,
    *,
    fit: bool = False,
) -> NDArray[np.float32]:
    """Return one image as a network takes it, float32 [1, C, H, W] from 0 to 1, channels-last.

    What loses nothing is done without asking: grey becomes colour for a network that wants three
    channels, and an image whose red, green and blue are equal becomes grey for one that wants one.

    Args:
        source: A PNG, JPEG, BMP or WebP file, or its content.
        channels: How many channels the network wants, 1 or 3.
        size: The height and width that the network wants, or None for any.
        fit: Whether to turn colour into grey and to stretch the image to ``size`` where needed.
            Without it such an image is refused.

    Raises:
        ArgumentError: If ``channels`` is neither 1 nor 3, or ``size`` is not positive.
        DataError: If the file cannot be decoded, or is not what the network wants.

    Example:
        >>> import io
        >>> from PIL import Image
        >>> png = io.BytesIO()
        >>> Image.new("L", (28, 28), color=255).save(png, "PNG")
        >>> load_image(png.getvalue(), channels=1, size=(28, 28)).shape
        (1, 1, 28, 28)
        >>> load_image(png.getvalue(), channels=1, size=(32, 32))
        Traceback (most recent call last):
        convolens.errors.DataError: image: it is 28x28, but the network wants 32x32.
          image    1x28x28  C, H, W
          network  1x32x32  C, H, W
        Hint: resize it, or let convolens stretch it with fit=True.
    """
    if channels not in (1, 3):
        raise ArgumentError(f"channels is {channels}, but images have 1 or 3.")
    if size is not None:
        check_size(size)
    path = IN_MEMORY if isinstance(source, bytes) else Path(source)
    colour = decode(source if isinstance(source, bytes) else path, 3)
    is_grey = bool((colour == colour[..., :1]).all())
    height, width = colour.shape[:2]
    facts = [
        ("image", f"{1 if is_grey else 3}x{height}x{width}", "C, H, W"),
        ("network", f"{channels}x{'x'.join(map(str, size or ('H', 'W')))}", "C, H, W"),
    ]
    if channels == 1 and not is_grey and not fit:
        raise DataError(
            f"{path.name}: it is in colour, 3 channels, but the network wants 1.",
            facts,
            "save it in grey, or let convolens convert it with fit=True.",
        )
    if size is not None and (height, width) != tuple(size) and not fit:
        raise DataError(
            f"{path.name}: it is {height}x{width}, but the network wants {size[0]}x{size[1]}.",
            facts,
            "resize it, or let convolens stretch it with fit=True.",
        )
    pixels = decode(source if isinstance(source, bytes) else path, 1) if channels == 1 else colour
    if size is not None:
        pixels = resized(pixels, size)
    return np.divide(pixels[None], np.float32(255), dtype=np.float32).transpose(0, 3, 1, 2)
