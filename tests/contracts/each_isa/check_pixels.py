"""Pixels become floats and floats pixels as the definition says, at every width, in place."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.backends.pixels import (
    filter_pixels,
    read_pixel_rows,
    read_pixels,
    rounded,
    write_pixels,
)

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
def test_some_rows_in_any_order(dtype: np.dtype) -> None:
    random = np.random.default_rng(6)
    for width in WIDTHS:
        pixels, _ = part(5, width, dtype)
        pixels[...] = random.integers(0, np.iinfo(dtype).max + 1, pixels.shape)
        rows = np.array([4, 0, 0, 3])
        x, around = part(4, width, np.dtype(np.float32))
        read_pixel_rows(pixels, rows, x, 3)
        np.testing.assert_array_equal(x, pixels[rows] / np.float32(3))
        assert around.sum(dtype=np.float64) == x.sum(dtype=np.float64)
        for outside in (-1, 5):
            with pytest.raises(IndexError):
                read_pixel_rows(pixels, np.array([0, 1, 2, outside]), x)


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


def filtered(
    image: np.ndarray, kernels: list[list[list[np.ndarray]]], **options: object
) -> tuple[np.ndarray, np.ndarray]:
    """An image [H, W, C] through chains of kernels, mirrored at its border; and the definition."""
    height, width, channels = image.shape
    size = [1 + sum(grid.shape[axis] - 1 for grid in kernels[0][0]) for axis in (0, 1)]
    rows, columns = (
        np.pad(np.arange(n), ((k - 1) // 2, k // 2), "symmetric")
        for n, k in zip((height, width), size, strict=True)
    )
    pixels, _ = part(height, width * channels, image.dtype)
    pixels[...] = image.reshape(height, -1)
    found, around = part(height, width * channels, image.dtype)
    filter_pixels(pixels, rows, columns, channels, kernels, found, **options)
    assert around.sum(dtype=np.float64) == found.sum(dtype=np.float64)
    padded = image[rows][:, columns].astype(np.float64)
    directions = [sum(chained(padded, chain) for chain in chains) for chains in kernels]
    y = directions[1] if len(directions) > 1 else None
    return found.reshape(image.shape), rounded(directions[0], image.dtype, y=y, **options)


def chained(x: np.ndarray, chain: list[np.ndarray]) -> np.ndarray:
    for grid in chain:
        windows = np.lib.stride_tricks.sliding_window_view(x, grid.shape, (0, 1))
        x = np.einsum("pqcrs,rs->pqc", windows, grid)
    return x


@EACH_TYPE
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 70), (3, 3), (40, 33), (70, 1), (37, 700)])
def test_photographs_through_kernels(dtype: np.dtype, channels: int, size: tuple[int, int]) -> None:
    random = np.random.default_rng(8)
    image = random.integers(0, 256, (*size, channels)).astype(dtype)

    def grid(*shape: int) -> np.ndarray:
        # Whole numbers, so that all sums are exact.
        return random.integers(-3, 4, shape).astype(np.float32)

    def at_most(rows: int, columns: int) -> tuple[int, int]:
        return min(rows, size[0]), min(columns, size[1])

    r, s = at_most(5, 4)
    for kernels, options in (
        ([[[grid(r, s)]]], {}),
        ([[[grid(r, 1), grid(1, s)]]], {"absolute": True}),
        ([[[grid(r, 1), grid(1, s)], [grid(r, s)]]], {"shift": 128.0}),
        ([[[grid(1, 1)]]], {}),
    ):
        found, expected = filtered(image, kernels, **options)
        np.testing.assert_array_equal(found, expected)
    gradient = [[[grid(r, s)]], [[grid(r, 1), grid(1, s)]]]
    found, expected = filtered(image, gradient)
    # The root is rounded to float before it is rounded to a pixel.
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1


def test_zeros_beyond_the_border_and_any_order_of_cells() -> None:
    pixels = np.arange(1, 13, dtype=np.uint8).reshape(3, 4)
    rows, columns = np.array([-1, 0, 2, 2, -1]), np.array([-1, -1, 3, 2, 1, 0, -1])
    found = np.empty((5, 7), np.uint8)
    filter_pixels(pixels, rows, columns, 1, [[[np.ones((1, 1), np.float32)]]], found)
    inner = pixels[[0, 2, 2]][:, [3, 2, 1, 0]]
    np.testing.assert_array_equal(found, np.pad(inner, ((1, 1), (2, 1))))


def test_refused_photographs() -> None:
    pixels, out = np.zeros((4, 6), np.uint8), np.zeros((4, 6), np.uint8)
    rows, columns, one = np.arange(4), np.arange(2), np.ones((1, 1), np.float32)

    def call(**changes: object) -> None:
        given = {
            "pixels": pixels,
            "rows": rows,
            "columns": columns,
            "channels": 3,
            "directions": [[[one]]],
            "result": out,
        }
        filter_pixels(**(given | changes))

    call()
    for changes, message in (
        ({"rows": rows + 1}, "rows: cell 4 is outside"),
        ({"columns": columns - 2}, "columns: cell -[0-9] is outside"),
        ({"rows": rows[:3]}, "result: its size"),
        ({"rows": rows[None]}, "rows: expected one axis, not 2"),
        ({"channels": 4}, "channels: expected a number that divides"),
        ({"channels": 0}, "channels"),
        ({"directions": [[]]}, "first: expected at least one chain"),
        ({"directions": [[[]]]}, "weights: expected one or two grids"),
        ({"directions": [[[one] * 3]]}, "weights: expected one or two grids"),
        ({"directions": [[[np.ones((1, 2), np.float32)]]]}, "do not have the kernel's size"),
        ({"directions": [[[one.astype(float)]]]}, "weights: expected data type float32"),
        ({"directions": [[[one[0]]]]}, "weights: expected matrices"),
        ({"result": out.astype(np.uint16)}, "result: expected the type of the pixels"),
        ({"result": out[:0], "rows": rows[:0]}, "result: its size"),
    ):
        with pytest.raises(ValueError, match=message):
            call(**changes)


def test_the_length_of_a_vector() -> None:
    x, y = np.float32([[3, -3, 0, 5]]), np.float32([[4, 4, -2, 12]])
    pixels = np.empty(x.shape, np.uint8)
    write_pixels(x, pixels, y=y)
    assert pixels.tolist() == [[5, 5, 2, 13]]


def test_any_number_of_threads() -> None:
    before = cl.get_num_threads()
    image = np.random.default_rng(8).integers(0, 256, (150, 400, 3)).astype(np.uint8)
    kernel = np.random.default_rng(9).standard_normal((5, 5)).astype(np.float32)
    x = np.random.default_rng(7).uniform(-50, 300, (301, 700)).astype(np.float32)
    found, photographs = [], []
    try:
        for threads in (1, 2, 5):
            cl.set_num_threads(threads)
            found.append(np.empty(x.shape, np.uint8))
            write_pixels(x, found[-1], absolute=True)
            photographs.append(filtered(image, [[[kernel]]])[0])
    finally:
        cl.set_num_threads(before)
    for results in (found, photographs):
        assert all((pixels == results[0]).all() for pixels in results)


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
