from __future__ import annotations

import numpy as np
import pytest

from convolens.data.pixels import as_pixels
from convolens.errors import DataError


@pytest.mark.parametrize(
    ("shape", "result"),
    [
        ((5, 8, 7), (5, 8, 7, 1)),
        ((5, 8, 7, 1), (5, 8, 7, 1)),
        ((5, 8, 7, 3), (5, 8, 7, 3)),
        ((5, 1, 8, 7), (5, 8, 7, 1)),
        ((5, 3, 8, 7), (5, 8, 7, 3)),
    ],
)
def test_layouts(shape: tuple[int, ...], result: tuple[int, ...]) -> None:
    assert as_pixels(np.zeros(shape, np.uint8), "x").shape == result


def test_channels_first_is_read_as_such() -> None:
    values = np.arange(3 * 8 * 7, dtype=np.uint8).reshape(1, 3, 8, 7)
    assert np.array_equal(as_pixels(values, "x")[0, :, :, 2], values[0, 2])


@pytest.mark.parametrize("shape", [(5,), (5, 64), (5, 4, 8, 8), (5, 3, 8, 1), (5, 1, 1, 8, 8)])
def test_refused_layouts(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError):
        as_pixels(np.zeros(shape, np.uint8), "x")


@pytest.mark.parametrize("kind", ["u1", "i1", "i2", ">i4", "i8", "u8"])
def test_whole_numbers_become_bytes(kind: str) -> None:
    assert as_pixels(np.full((1, 2, 2), 100, kind), "x").dtype == np.uint8


@pytest.mark.parametrize("kind", ["f2", "f4", ">f4", "f8", "?"])
def test_floats_stay_floats(kind: str) -> None:
    pixels = as_pixels(np.ones((1, 2, 2), kind), "x")
    assert pixels.dtype == np.float32
    assert pixels.max() == 1


@pytest.mark.parametrize(
    "values", [[-1], [256], [1.5], [-0.1], [float("nan")], [float("inf")], [-(2**60)]]
)
def test_range(values: list[float]) -> None:
    with pytest.raises(DataError, match="pixel values run from"):
        as_pixels(np.array(values).reshape(1, 1, 1), "x")


def test_text_is_no_picture() -> None:
    with pytest.raises(DataError, match="numbers"):
        as_pixels(np.array([[["a"]]]), "x")
