"""A photograph: read with all that its file holds, and written again."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, final

import numpy as np

from convolens.errors import ArgumentError, DataError
from convolens.lens.filters.tiles import Pixels
from convolens.lens.filters.words import filter_words

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF")
#: Suffixes that can be written, the format of each, and whether it holds alpha and 16 bits.
SUFFIXES = {
    ".png": ("PNG", True, True),
    ".jpg": ("JPEG", False, False),
    ".jpeg": ("JPEG", False, False),
    ".webp": ("WEBP", True, False),
    ".bmp": ("BMP", False, False),
    ".tif": ("TIFF", True, True),
    ".tiff": ("TIFF", True, True),
}
_OPTIONS: dict[str, dict[str, Any]] = {
    # Of a photograph of 12 megapixels: 1.6 s and 14 % more bytes, where level 6 takes 2.9 s.
    "PNG": {"compress_level": 3},
    "JPEG": {"quality": 92},
    "WEBP": {"quality": 92},
    "TIFF": {"compression": "tiff_lzw"},
}
_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
_WIDE = ("I", "I;16", "I;16B", "I;16L", "I;16N")


@final
@dataclass(frozen=True, eq=False)
class Photo:
    """A photograph.

    Attributes:
        pixels: uint8 or uint16 [H, W, C] with C = 1 or 3, upright.
        alpha: uint8 [H, W], or None.
        profile: The ICC profile of its colours, or None.
        notes: What the file holds and this does not, in words.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    profile: bytes | None = None
    notes: tuple[str, ...] = ()

    @property
    def largest(self) -> int:
        """The largest pixel: 255 or 65,535."""
        return int(np.iinfo(self.pixels.dtype).max)

    @property
    def channels(self) -> int:
        """1 for grey, 3 for red, green and blue."""
        return int(self.pixels.shape[2])

    def grey(self) -> Photo:
        """Return it in grey, by the weights of ITU-R BT.601."""
        if self.channels == 1:
            return self
        grey = np.asarray(_as_image(self.pixels, None).convert("L"))
        return replace(self, pixels=grey[..., None], profile=None)

    def image(self) -> Image.Image:
        """Return it as Pillow holds images."""
        return _as_image(self.pixels, self.alpha)

    def makers(self) -> dict[str, Callable[[], bytes]]:
        """Return what makes a file's content, by suffix; see ``lens.saving``."""
        return {suffix: self._maker(suffix) for suffix in SUFFIXES}

    def _maker(self, suffix: str) -> Callable[[], bytes]:
        return lambda: self.encoded(suffix)

    def encoded(self, suffix: str) -> bytes:
        """Return the content of a file with this suffix.

        Raises:
            ArgumentError: If such files cannot hold alpha or 16 bits, which this has.
        """
        name, with_alpha, wide = SUFFIXES[suffix]
        if self.alpha is not None and not with_alpha:
            _refuse(ArgumentError, "photo.no_alpha", format=name)
        if self.pixels.dtype == np.uint16 and not wide:
            _refuse(ArgumentError, "photo.no_wide", format=name)
        options = dict(_OPTIONS.get(name, {}))
        if self.profile is not None and name != "BMP":
            options["icc_profile"] = self.profile
        stream = io.BytesIO()
        self.image().save(stream, name, **options)
        return stream.getvalue()


def read_photo(source: str | Path | bytes | Any) -> Photo:
    """Return the photograph of a file, of its content, of a Pillow image or of an array.

    A file is turned as its camera noted (EXIF). Palettes, CMYK and the like become red, green and
    blue; black and white becomes grey.

    Args:
        source: A PNG, JPEG, BMP, WebP or TIFF file or its content; an image of Pillow; or uint8 or
            uint16 [H, W], [H, W, 1], [H, W, 3], or uint8 [H, W, 4] with alpha.

    Raises:
        DataError: If the file is missing, damaged, too large or no image, or of floats.
        ArgumentError: If the array is none of these.
    """
    if isinstance(source, (str, Path, bytes)):
        from convolens.data.decode import opened_image

        with opened_image(source if isinstance(source, bytes) else Path(source), FORMATS) as image:
            return _from_image(image)
    if hasattr(source, "convert") and hasattr(source, "mode"):
        return _from_image(source)
    return _from_array(np.asarray(source))


def _from_image(image: Image.Image) -> Photo:
    if image.mode == "F":
        _refuse(DataError, "photo.floats")
    profile = image.info.get("icc_profile")
    notes = (filter_words()("photo.narrowed"),) if _was_narrowed(image) else ()
    if image.mode in _WIDE:
        wide = np.asarray(image)
        if wide.min(initial=0) < 0 or wide.max(initial=0) > 65_535:
            _refuse(DataError, "photo.integers", low=wide.min(), high=wide.max())
        return Photo(wide.astype(np.uint16)[..., None], None, profile, notes)
    grey = image.mode in ("1", "L", "LA", "La")
    if image.mode in _ALPHA or "transparency" in image.info:
        bands = np.asarray(image.convert("RGBA"))
        pixels = bands[..., :1] if grey else bands[..., :3]
        return Photo(np.ascontiguousarray(pixels), bands[..., 3].copy(), profile, notes)
    if image.mode in ("CMYK", "LAB", "YCbCr", "HSV"):
        profile = None  # of other colours than those that it is turned into
    pixels = np.array(image.convert("L" if grey else "RGB"))
    return Photo(pixels.reshape(image.height, image.width, -1), None, profile, notes)


def _was_narrowed(image: Image.Image) -> bool:
    """Return whether the file has colours of 16 bits, of which Pillow gives the upper 8."""
    stored = image.info.get("stored", ())
    return image.mode in ("RGB", "RGBA", "LA") and any(";16" in form for form in stored)


def _from_array(array: Any) -> Photo:
    if array.ndim == 2:
        array = array[..., None]
    known = array.dtype in (np.uint8, np.uint16) and array.ndim == 3 and array.size
    with_alpha = known and array.shape[2] == 4 and array.dtype == np.uint8
    if not known or not (array.shape[2] in (1, 3) or with_alpha):
        _refuse(ArgumentError, "photo.array", dtype=array.dtype, shape=list(array.shape))
    alpha = np.ascontiguousarray(array[..., 3]) if with_alpha else None
    return Photo(np.ascontiguousarray(array[..., :3]), alpha)


def _as_image(pixels: Pixels, alpha: Pixels | None) -> Image.Image:
    from PIL import Image

    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    if alpha is not None:
        image.putalpha(Image.fromarray(np.ascontiguousarray(alpha)))
    return image


def _refuse(kind: type[ArgumentError] | type[DataError], key: str, **values: object) -> NoReturn:
    raise filter_words().problem(kind, key, **values)
