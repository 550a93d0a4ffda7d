from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convolens.data import load_image
from convolens.errors import ArgumentError, DataError

from .makers import write_image


@pytest.mark.parametrize("channels", [1, 3])
def test_what_a_network_takes(tmp_path: Path, channels: int) -> None:
    path = write_image(tmp_path / "image.png", "L" if channels == 1 else "RGB", (5, 7))
    for source in (path, str(path), path.read_bytes()):
        image = load_image(source, channels, (5, 7))
        assert image.shape == (1, channels, 5, 7)
        assert image.dtype == np.float32
        assert image.transpose(0, 2, 3, 1).flags.c_contiguous
        stored = np.asarray(Image.open(path)).reshape(5, 7, channels)
        expected = (stored.astype(np.float64) / 255).astype(np.float32)
        assert np.array_equal(image[0], expected.transpose(2, 0, 1))


def test_conversions_that_lose_nothing(tmp_path: Path) -> None:
    grey = write_image(tmp_path / "grey.png", "L")
    as_colour = tmp_path / "colour.png"
    Image.open(grey).convert("RGB").save(as_colour)
    assert np.array_equal(load_image(as_colour, 1), load_image(grey, 1))
    assert np.array_equal(load_image(grey, 3), load_image(as_colour, 3))


def test_wrong_channels(tmp_path: Path) -> None:
    path = write_image(tmp_path / "colour.png", "RGB", (5, 7))
    with pytest.raises(DataError) as caught:
        load_image(path, 1, (5, 7))
    assert str(caught.value) == (
        "colour.png: it is in colour, 3 channels, but the network wants 1.\n"
        "  image    3x5x7  C, H, W\n"
        "  network  1x5x7  C, H, W\n"
        "Hint: save it in grey, or let convolens convert it with fit=True."
    )


def test_wrong_size(tmp_path: Path) -> None:
    path = write_image(tmp_path / "grey.png", "L", (5, 7))
    with pytest.raises(DataError, match="it is 5x7, but the network wants 28x28") as caught:
        load_image(path, 1, (28, 28))
    assert "1x28x28" in str(caught.value)
    with pytest.raises(DataError, match="it is 5x7, but the network wants 7x5"):
        load_image(path, 1, (7, 5))


def test_fit(tmp_path: Path) -> None:
    path = write_image(tmp_path / "colour.png", "RGB", (5, 7))
    assert load_image(path, 1, (28, 20), fit=True).shape == (1, 1, 28, 20)
    assert load_image(path, 3, (28, 20), fit=True).shape == (1, 3, 28, 20)
    assert load_image(path, 1, fit=True).shape == (1, 1, 5, 7)


@pytest.mark.parametrize("channels", [0, 2, 4])
def test_channels_outside(tmp_path: Path, channels: int) -> None:
    with pytest.raises(ArgumentError, match="channels is"):
        load_image(write_image(tmp_path / "image.png"), channels)


@pytest.mark.parametrize("size", [(0, 5), (5, -1), (5,), (10**6, 10**6)])
def test_size_outside(tmp_path: Path, size: tuple[int, ...]) -> None:
    with pytest.raises(ArgumentError, match="size is"):
        load_image(write_image(tmp_path / "image.png"), 1, size)


def test_bad_content(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        load_image(tmp_path / "nothing.png", 1)
    with pytest.raises(DataError, match="no PNG, JPEG, BMP or WebP image"):
        load_image(b"hello", 1)
    cut = write_image(tmp_path / "cut.png").read_bytes()[:-30]
    with pytest.raises(DataError, match="cut short"):
        load_image(cut, 1)
