from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convolens.errors import ArgumentError, DataError
from convolens.lens.filters.photo import SUFFIXES, Photo, read_photo

from .pictures import drawn, encoded, noise

RGB = drawn(12, 16)


@pytest.mark.parametrize("name", ["PNG", "BMP", "TIFF"])
def test_colour_and_grey_come_as_they_are(name: str) -> None:
    colour = read_photo(encoded(Image.fromarray(RGB), name))
    np.testing.assert_array_equal(colour.pixels, RGB)
    assert (colour.channels, colour.largest, colour.alpha, colour.notes) == (3, 255, None, ())
    grey = read_photo(encoded(Image.fromarray(RGB[..., 0]), name))
    np.testing.assert_array_equal(grey.pixels, RGB[..., :1])


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey(name: str) -> None:
    wide = noise(5, 7, dtype=np.uint16)
    photo = read_photo(encoded(Image.fromarray(wide), name))
    assert photo.largest == 65_535
    np.testing.assert_array_equal(photo.pixels[..., 0], wide)


def test_sixteen_bits_of_colour_are_narrowed_and_it_says_so() -> None:
    photo = read_photo(wide_colour_png(4, 3))
    assert photo.pixels.dtype == np.uint8
    assert photo.notes[0].startswith("the file's colours have 16 bits, of which 8 are read")


def wide_colour_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    rows = b"".join(b"\0" + bytes(range(6 * width)) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_is_kept(mode: str) -> None:
    alpha = noise(12, 16)
    image = Image.fromarray(RGB).convert(mode)
    image.putalpha(Image.fromarray(alpha))
    photo = read_photo(encoded(image))
    assert photo.channels == len(mode) - 1
    np.testing.assert_array_equal(photo.alpha, alpha)
    again = Image.open(io.BytesIO(photo.encoded(".png")))
    assert again.mode == mode
    np.testing.assert_array_equal(np.asarray(again)[..., -1], alpha)


def test_palettes_black_and_white_and_cmyk() -> None:
    palette = Image.fromarray(RGB).quantize(8)
    np.testing.assert_array_equal(read_photo(encoded(palette)).pixels, palette.convert("RGB"))
    stencil = Image.fromarray(RGB[..., 0] > 150)
    assert set(np.unique(read_photo(encoded(stencil)).pixels)) == {0, 255}
    assert read_photo(encoded(Image.fromarray(RGB).convert("CMYK"), "JPEG")).channels == 3


def test_a_transparent_palette() -> None:
    image = Image.fromarray(RGB).quantize(4)
    photo = read_photo(encoded(image, transparency=0))
    assert set(np.unique(photo.alpha)) == {0, 255}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_as_the_camera_noted(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = read_photo(encoded(Image.fromarray(RGB), exif=exif))
    upright = {
        1: RGB,
        2: RGB[:, ::-1],
        3: RGB[::-1, ::-1],
        4: RGB[::-1],
        5: RGB.transpose(1, 0, 2),
        6: np.rot90(RGB, -1),
        7: np.rot90(RGB, 2).transpose(1, 0, 2),
        8: np.rot90(RGB),
    }[orientation]
    np.testing.assert_array_equal(photo.pixels, upright)
    # What is written is upright, and no note turns it again.
    assert Image.open(io.BytesIO(photo.encoded(".png"))).getexif().get(0x0112, 1) == 1


def test_the_profile_of_colours_is_kept() -> None:
    photo = read_photo(encoded(Image.fromarray(RGB), icc_profile=b"profile"))
    assert photo.profile == b"profile"
    assert Image.open(io.BytesIO(photo.encoded(".png"))).info["icc_profile"] == b"profile"
    assert photo.grey().profile is None


def test_grey_is_that_of_television() -> None:
    photo = read_photo(RGB)
    expected = RGB @ [0.299, 0.587, 0.114]
    assert np.abs(photo.grey().pixels[..., 0] - expected).max() <= 0.51
    assert photo.grey().grey().channels == 1


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder"):
        read_photo(tmp_path)
    with pytest.raises(DataError, match="there is no file"):
        read_photo(tmp_path / "none.png")


@pytest.mark.parametrize(
    "content",
    [b"", b"no image", encoded(Image.fromarray(RGB), "GIF")],
    ids=["empty", "text", "gif"],
)
def test_what_is_no_image(content: bytes) -> None:
    with pytest.raises(DataError, match="this is no PNG, JPEG, BMP, WebP or TIFF image"):
        read_photo(content)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "BMP", "WEBP", "TIFF"])
def test_a_file_that_is_cut_short(name: str) -> None:
    content = encoded(Image.fromarray(noise(64, 64, 3)), name)
    with pytest.raises(DataError, match=r"damaged or cut short|this is no PNG"):
        read_photo(content[: len(content) // 2])


def test_a_decompression_bomb() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header + crc
    with pytest.raises(DataError, match="more than 89,478,485 pixels"):
        read_photo(bomb + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")))


def test_floats_and_large_numbers_are_refused() -> None:
    with pytest.raises(DataError, match="holds floats"):
        read_photo(encoded(Image.fromarray(np.ones((2, 2), np.float32)), "TIFF"))
    with pytest.raises(DataError, match="from 0 to 65536, but 0 to 65,535"):
        read_photo(encoded(Image.fromarray(np.array([[0, 65_536]], np.int32)), "TIFF"))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 2)),
        np.zeros((2, 2, 2), np.uint8),
        np.zeros((2, 2, 4), np.uint16),
        np.zeros((0, 2), np.uint8),
        np.zeros(3, np.uint8),
    ],
)
def test_arrays_that_are_no_image(array: np.ndarray) -> None:
    with pytest.raises(ArgumentError, match="an image is uint8 or uint16"):
        read_photo(array)


def test_arrays_and_images_of_pillow() -> None:
    assert read_photo(RGB[..., 0]).channels == 1
    with_alpha = read_photo(noise(3, 4, 4))
    assert with_alpha.alpha.shape == (3, 4)
    np.testing.assert_array_equal(read_photo(Image.fromarray(RGB)).pixels, RGB)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_suffix_holds_what_it_says(suffix: str) -> None:
    _, with_alpha, wide = SUFFIXES[suffix]
    for photo, possible in (
        (Photo(RGB), True),
        (Photo(RGB[..., :1]), True),
        (Photo(RGB, noise(12, 16)), with_alpha),
        (Photo(noise(3, 4, 1, dtype=np.uint16)), wide),
    ):
        if not possible:
            with pytest.raises(ArgumentError, match="hold"):
                photo.encoded(suffix)
            continue
        again = read_photo(photo.encoded(suffix))
        assert again.pixels.shape == photo.pixels.shape or suffix == ".webp"
        if suffix in (".png", ".bmp", ".tif", ".tiff"):
            np.testing.assert_array_equal(again.pixels, photo.pixels)
