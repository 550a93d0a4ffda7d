"""Pixels become floats and floats pixels as the definition says, at every width, in place."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.backends.pixels import read_pixels, rounded, write_pixels

TYPES = [np.dtype(np.uint8), np.dtype(np.uint16)]
EACH_TYPE = pytest.mark.parametrize("dtype", TYPES, ids=str)
WIDTHS = (*range(1, 68), 1000)


def part(rows: int, columns: int, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """A matrix within a larger one, and the larger one."""
    whole = np.zeros((rows + 2, columns + 5), dtype)
    return whole[1:-1, 2:-3], whole


@EACH_TYPE
def test_every_pixel_is_its_number(dtype: np.dtype) -> None:
    every = np.arange(np.iinfo(dtype).max + 1).astype(dtype).reshape(16, -1)
    x = np.full(every.shape, -1, np.float32)
    read_pixels(every, x)
    np.testing.assert_array_equal(x, every)
    back = np.zeros_like(every)
    write_pixels(x, back)
    np.testing.assert_array_equal(back, every)


@EACH_TYPE
def test_every_width_and_nothing_beside(dtype: np.dtype) -> None:
    random = np.random.default_rng(5)
    for width in WIDTHS:
        pixels, _ = part(3, width, dtype)
        pixels[...] = random.integers(0, np.iinfo(dtype).max + 1, pixels.shape)
        x, around = part(3, width, np.dtype(np.float32))
        read_pixels(pixels, x)
        np.testing.assert_array_equal(x, pixels)
        back, beside = part(3, width, dtype)
        write_pixels(x, back)
        np.testing.assert_array_equal(back, pixels)
        for whole, inner in ((around, x), (beside, back)):
            assert whole.sum(dtype=np.float64) == inner.sum(dtype=np.float64)


@EACH_TYPE
@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("shift", [0.0, 128.0, -0.25])
@pytest.mark.parametrize("second", [False, True])
def test_floats_become_pixels(dtype: np.dtype, absolute: bool, shift: float, second: bool) -> None:
    largest = np.float32(np.iinfo(dtype).max)
    edges = [0, -0.0, 0.5, 1.5, 2.5, -0.5, -7, largest, largest + 1, 3e38, -3e38]
    special = np.array([*edges, np.inf, -np.inf, np.nan], np.float32)
    # Quarters, so that the sums and products below are exact, and the middle is met often.
    random = np.random.default_rng(6).integers(-400, 4 * int(largest) + 400, 300) / np.float32(4)
    x = np.concatenate([special, random]).astype(np.float32).reshape(2, -1)
    y = np.zeros_like(x) if second else None
    pixels = np.empty(x.shape, dtype)
    with np.errstate(all="ignore"):
        expected = rounded(x, dtype, y=y, absolute=absolute, shift=np.float32(shift))
    write_pixels(x, pixels, y=y, absolute=absolute, shift=shift)
    if second:  # the square root of an even square is exact only where the square is
        assert np.abs(pixels.astype(int) - expected.astype(int)).max() <= 1
        return
    np.testing.assert_array_equal(pixels, expected)


def test_the_length_of_a_vector() -> None:
    x, y = np.float32([[3, -3, 0, 5]]), np.float32([[4, 4, -2, 12]])
    pixels = np.empty(x.shape, np.uint8)
    write_pixels(x, pixels, y=y)
    assert pixels.tolist() == [[5, 5, 2, 13]]


def test_any_number_of_threads() -> None:
    before = cl.get_num_threads()
    x = np.random.default_rng(7).uniform(-50, 300, (301, 700)).astype(np.float32)
    found = []
    try:
        for threads in (1, 2, 5):
            cl.set_num_threads(threads)
            found.append(np.empty(x.shape, np.uint8))
            write_pixels(x, found[-1], absolute=True)
    finally:
        cl.set_num_threads(before)
    assert all((pixels == found[0]).all() for pixels in found)


def test_refusals() -> None:
    x, pixels = np.zeros((2, 8), np.float32), np.zeros((2, 8), np.uint8)
    overlapping = np.lib.stride_tricks.as_strided(np.zeros(16, np.uint8), (2, 8), (4, 1))
    frozen = pixels.copy()
    frozen.flags.writeable = False
    for wrong, message in (
        (lambda: read_pixels(pixels, x[:1]), "x: expected the shape of the pixels"),
        (lambda: read_pixels(pixels.astype(int), x), "expected data type uint8 or uint16"),
        (lambda: read_pixels(pixels, x.astype(float)), "x: expected data type float32"),
        (lambda: read_pixels(pixels[:, ::2], x[:, :4]), "pixels: expected rows without gaps"),
        (lambda: read_pixels(pixels[0], x[0]), "pixels: expected a matrix"),
        (lambda: read_pixels(pixels.astype(">u2"), x), "in the machine's order"),
        (lambda: write_pixels(x, overlapping), "pixels: rows overlap"),
        (lambda: write_pixels(x, frozen), "the array is read-only"),
        (lambda: write_pixels(x, pixels, y=x[:, :4]), "y: expected the shape of the pixels"),
        (lambda: write_pixels(x, pixels, y=np.zeros((2, 9), np.float32)[:, :8]), "as far apart"),
    ):
        with pytest.raises(ValueError, match=message):
            wrong()
