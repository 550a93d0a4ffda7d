"""Decodes image files: PNG, JPEG, BMP and WebP, grey or colour."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from convolens.data.files import bad_file, naming
from convolens.errors import ArgumentError, ConvolensError

FORMATS = ("PNG", "JPEG", "BMP", "WEBP")
# Pillow's own limit: 256 MB of colour. More in one file is a mistake or an attack.
LARGEST_IMAGE = 89_478_485

_GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F")
_ORIENTATION = 0x0112


class ImageInfo(NamedTuple):
    """What the header of an image file tells: height and width as seen, and channels (1 or 3)."""

    height: int
    width: int
    channels: int


def read_info(path: Path) -> ImageInfo:
    """Return the size and channels of an image file without decoding its pixels.

    Height and width are those seen on a screen, after the orientation that a camera noted (EXIF).
    Black-and-white, grey and 16-bit grey files have one channel, all others three.

    Raises:
        DataError: If the file is missing or no PNG, JPEG, BMP or WebP image.
    """
    with _opened(path) as stream, _decoding(path):
        return _info(_recognised(path, stream))


def decode(source: Path | bytes, channels: int) -> NDArray[np.uint8]:
    """Return the pixels of an image, uint8 [H, W, C].

    The orientation that a camera noted (EXIF) is applied. Transparent parts are put on white, as a
    page shows them. 16-bit grey becomes 8-bit by rounding. Colour becomes grey by the weights of
    ITU-R BT.601, grey becomes colour by repeating it. Of an animation the first picture counts.

    Args:
        source: An image file, or its content.
        channels: 1 for grey, 3 for red, green and blue.

    Raises:
        DataError: If it is missing, damaged, cut short, too large, or another format.
    """
    with opened_image(source) as image:
        return _as_bytes(image, channels)


@contextmanager
def opened_image(source: Path | bytes, formats: tuple[str, ...] = FORMATS) -> Iterator[Image.Image]:
    """Yield an image, decoded whole and turned as the camera noted (EXIF), as Pillow holds it.

    Its ``info["stored"]`` tells how the file stores pixels, such as ``"RGB;16B"``.

    Args:
        source: An image file, or its content.
        formats: What it may be, by Pillow's names.

    Raises:
        DataError: If it is missing, damaged, cut short, too large, or another format; also where
            the block fails because the pixels cannot be converted.
    """
    path = source if isinstance(source, Path) else IN_MEMORY
    if isinstance(source, Path):
        with _opened(source) as stream:
            content = stream.read()
    else:
        content = source
    with _decoding(path, formats):
        image = _recognised(path, io.BytesIO(content), formats)
        stored = tuple(str(tile[3]) for tile in getattr(image, "tile", ()))
        image.load()
        upright = _upright(image)
        upright.info["stored"] = stored
        yield upright


def resized(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return an image uint8 [H, W, C] stretched to (H, W): bilinear, smoothed when smaller."""
    height, width = size
    if pixels.shape[:2] == (height, width):
        return pixels
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    stretched = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))
    return stretched.reshape(height, width, pixels.shape[2])


def check_size(size: tuple[int, int]) -> None:
    """Refuse a size that is not two whole numbers from 1 up, or more pixels than are allowed.

    Raises:
        ArgumentError: With the size.
    """
    if len(size) != 2 or min(size) < 1:
        raise ArgumentError(f"size is {size}, but is (height, width), each 1 or more.")
    height, width = size
    if height * width > LARGEST_IMAGE:
        raise ArgumentError(
            f"size is {height}x{width}, {height * width:,} pixels, but an image has "
            f"{LARGEST_IMAGE:,} at most.",
            hint="use a smaller height or width.",
        )


IN_MEMORY = Path("image")


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedReader]:
    with naming(path), path.open("rb") as stream:
        yield stream


@contextmanager
def _decoding(path: Path, formats: tuple[str, ...] = FORMATS) -> Iterator[None]:
    """Translate what Pillow raises for a file that it cannot decode."""
    names = ["WebP" if name == "WEBP" else name for name in formats]
    try:
        yield
    except ConvolensError:
        raise
    except UnidentifiedImageError as error:
        raise bad_file(
            path,
            f"this is no {', '.join(names[:-1])} or {names[-1]} image.",
            hint="convert it to PNG.",
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise bad_file(path, f"the image has more than {LARGEST_IMAGE:,} pixels.") from error
    except _DAMAGE as error:
        raise bad_file(
            path,
            f"the image is damaged or cut short ({str(error)[:80] or type(error).__name__}).",
            hint="copy or download the file again.",
        ) from error


# Pillow's decoders raise all of these for damaged files; a warning counts where it is an error.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)


def _recognised(path: Path, stream: IO[bytes], formats: tuple[str, ...] = FORMATS) -> Image.Image:
    image = Image.open(stream, formats=formats)
    if image.width * image.height > LARGEST_IMAGE:
        raise bad_file(
            path,
            f"the image has more than {LARGEST_IMAGE:,} pixels.",
            [("declared", f"{image.height}x{image.width}", "height and width")],
        )
    return image


def _info(image: Image.Image) -> ImageInfo:
    channels = 1 if image.mode in _GREY_MODES else 3
    # Orientations 5 to 8 swap height and width.
    if _orientation(image) in (5, 6, 7, 8):
        return ImageInfo(image.width, image.height, channels)
    return ImageInfo(image.height, image.width, channels)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except _DAMAGE:
        # Unreadable notes of the camera do not make the picture unreadable.
        return 1
    return value if isinstance(value, int) else 1


def _upright(image: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(image) if _orientation(image) in range(2, 9) else image


def _as_bytes(image: Image.Image, channels: int) -> NDArray[np.uint8]:
    if image.mode.startswith("I") or image.mode == "F":
        wide = np.asarray(image).astype(np.int64).clip(0, 65_535)
        image = Image.fromarray(((wide + 128) // 257).astype(np.uint8))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        picture = image.convert("RGBA")
        page = Image.new("RGBA", picture.size, "white")
        image = Image.alpha_composite(page, picture).convert("RGB")
    pixels = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    return pixels.reshape(image.height, image.width, channels).copy()
