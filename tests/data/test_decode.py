from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convolens.data.decode import ImageInfo, decode, read_info, resized
from convolens.errors import DataError

from .makers import write_image

GREY = (np.arange(30) * 8).astype(np.uint8).reshape(5, 6)
COLOUR = (np.arange(90) * 7 % 256).astype(np.uint8).reshape(5, 6, 3)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "WEBP"])
@pytest.mark.parametrize("pixels", [GREY, COLOUR], ids=["grey", "colour"])
def test_lossless_formats(kind: str, pixels: np.ndarray) -> None:
    content = saved(Image.fromarray(pixels), kind, **({"lossless": True} if kind == "WEBP" else {}))
    expected = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    assert np.array_equal(decode(content, 3), expected)
    if pixels is GREY:
        assert np.array_equal(decode(content, 1)[..., 0], pixels)


def test_jpeg_is_close() -> None:
    smooth = np.linspace(0, 255, 32 * 32).astype(np.uint8).reshape(32, 32)
    content = saved(Image.fromarray(smooth), "JPEG", quality=95)
    assert np.abs(decode(content, 1)[..., 0].astype(int) - smooth).max() <= 4


@pytest.mark.parametrize(
    ("mode", "suffix", "channels"),
    [("L", "png", 1), ("LA", "png", 1), ("RGB", "png", 3), ("RGBA", "webp", 3), ("RGB", "jpg", 3)],
)
def test_info(tmp_path: Path, mode: str, suffix: str, channels: int) -> None:
    path = write_image(tmp_path / f"image.{suffix}", mode, (5, 7))
    assert read_info(path) == ImageInfo(5, 7, channels)
    assert decode(path, channels).shape == (5, 7, channels)


def test_sixteen_bit_grey_is_rounded() -> None:
    values = np.array([[0, 128, 129, 257, 32_768, 65_535]], np.uint16)
    content = saved(Image.fromarray(values), "PNG")
    assert Image.open(io.BytesIO(content)).mode == "I;16"
    assert decode(content, 1)[0, :, 0].tolist() == [0, 0, 1, 1, 128, 255]
    assert decode(content, 3)[0, 3].tolist() == [1, 1, 1]


def test_black_and_white() -> None:
    content = saved(Image.fromarray(GREY > 100), "PNG")
    assert np.array_equal(decode(content, 1)[..., 0], np.where(GREY > 100, 255, 0))


def test_palette() -> None:
    image = Image.fromarray(COLOUR).quantize(256)
    content = saved(image, "PNG")
    assert np.array_equal(decode(content, 3), np.asarray(image.convert("RGB")))


def test_transparency_is_white() -> None:
    clear = np.dstack([COLOUR, np.zeros((5, 6), np.uint8)])
    assert (decode(saved(Image.fromarray(clear), "PNG"), 3) == 255).all()
    half = np.array([[[0, 100, 200, 128]]], np.uint8)
    assert decode(saved(Image.fromarray(half), "PNG"), 3)[0, 0].tolist() == [127, 177, 227]
    grey = np.array([[[0, 0], [0, 255]]], np.uint8)
    assert decode(saved(Image.fromarray(grey), "PNG"), 1)[0, :, 0].tolist() == [255, 0]
    palette = Image.fromarray(COLOUR).quantize(8)
    content = saved(palette, "PNG", transparency=palette.getpixel((0, 0)))
    assert decode(content, 3)[0, 0].tolist() == [255, 255, 255]
    as_bytes = saved(palette, "PNG", transparency=bytes([0] * 8))
    assert (decode(as_bytes, 3) == 255).all()


def test_colour_becomes_grey_by_bt601() -> None:
    expected = COLOUR @ np.array([0.299, 0.587, 0.114])
    assert np.abs(decode(saved(Image.fromarray(COLOUR), "PNG"), 1)[..., 0] - expected).max() < 0.51


def test_cmyk_jpeg() -> None:
    image = Image.new("CMYK", (6, 5), (0, 255, 255, 0))
    pixels = decode(saved(image, "JPEG", quality=95), 3)
    assert pixels[..., 0].min() > 240
    assert pixels[..., 1:].max() < 15


@pytest.mark.parametrize("orientation", range(10))
def test_the_orientation_of_a_camera(tmp_path: Path, orientation: int) -> None:
    """Source: Exif 2.32, table 6: where row 0 and column 0 of the file are in the picture."""
    turned = {
        2: COLOUR[:, ::-1],
        3: COLOUR[::-1, ::-1],
        4: COLOUR[::-1],
        5: COLOUR.transpose(1, 0, 2),
        6: np.rot90(COLOUR, -1),
        7: COLOUR[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(COLOUR, 1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.png"
    Image.fromarray(COLOUR).save(path, exif=exif)
    expected = turned.get(orientation, COLOUR)
    assert np.array_equal(decode(path, 3), expected)
    assert read_info(path)[:2] == expected.shape[:2]


def test_damaged_notes_of_a_camera_are_passed_over() -> None:
    content = saved(Image.fromarray(COLOUR), "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7fgarbage")
    assert np.array_equal(decode(content, 3), COLOUR)


def test_the_first_picture_of_an_animation() -> None:
    frames = [Image.fromarray(COLOUR), Image.fromarray(255 - COLOUR)]
    content = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert np.array_equal(decode(content, 3), COLOUR)


@pytest.mark.parametrize("kind", ["png", "jpg", "bmp", "webp"])
def test_cut_images(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"image.{kind}"
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    Image.fromarray(noise).save(path)
    whole = path.read_bytes()
    for length in range(0, len(whole) * 9 // 10, max(1, len(whole) // 150)):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError) as caught:
            decode(path, 3)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("kind", ["png", "jpg", "bmp", "webp"])
def test_flipped_bytes_raise_nothing_else(tmp_path: Path, kind: str) -> None:
    path = write_image(tmp_path / f"image.{kind}", "RGB", (16, 16))
    whole = path.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 200)):
        for value in (0x00, 0xFF, whole[position] ^ 0x01):
            content = bytearray(whole)
            content[position] = value
            path.write_bytes(content)
            for read in (read_info, lambda file: decode(file, 3)):
                try:
                    read(path)
                except DataError as error:
                    text = str(error)
                    assert str(path) in text, text


@pytest.mark.parametrize("content", [b"", b"hello", b"GIF89a" + bytes(20), b"\x89PNG\r\n\x1a\n"])
def test_something_else(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(content)
    for read in (read_info, lambda file: decode(file, 3)):
        with pytest.raises(DataError, match=r"image\.png"):
            read(path)


def test_formats_that_are_not_read(tmp_path: Path) -> None:
    for kind in ("GIF", "TIFF", "PPM"):
        path = tmp_path / "image"
        path.write_bytes(saved(Image.fromarray(GREY), kind))
        with pytest.raises(DataError, match="no PNG, JPEG, BMP or WebP"):
            decode(path, 1)


@pytest.mark.parametrize("action", ["error", "ignore"])
@pytest.mark.parametrize("side", [10_000, 20_000, 60_000])
def test_a_bomb_is_refused_from_its_header(tmp_path: Path, side: int, action: str) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b""))
    # Pillow only warns of the smallest of these.
    warnings.simplefilter(action, Image.DecompressionBombWarning)
    for read in (read_info, lambda file: decode(file, 1)):
        with pytest.raises(DataError, match="more than 89,478,485 pixels"):
            read(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        decode(tmp_path / "nothing.png", 1)
    with pytest.raises(DataError, match="is a folder"):
        read_info(tmp_path)


def test_resizing() -> None:
    assert resized(COLOUR, (5, 6)) is COLOUR
    assert resized(COLOUR, (10, 3)).shape == (10, 3, 3)
    assert resized(GREY[..., None], (10, 3)).shape == (10, 3, 1)
    # Smaller pictures are averages, not samples: a fine chessboard becomes even grey.
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None]
    small = resized(board, (16, 16))[2:-2, 2:-2]
    assert np.abs(small.astype(int) - 127).max() <= 2


def test_real_photographs(shared_data: Path) -> None:
    for name, shape in (("camera.png", (512, 512, 1)), ("china.jpg", (427, 640, 3))):
        path = shared_data / "photos" / name
        info = read_info(path)
        assert (info.height, info.width, info.channels) == shape
        assert decode(path, info.channels).shape == shape
