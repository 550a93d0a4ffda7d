from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.lens.filters.tiles import PADDINGS, Tiles, cells

from .pictures import noise

NUMPY = {"reflect": "reflect", "replicate": "edge", "circular": "wrap", "zeros": "constant"}


def padded(pixels: np.ndarray, kernel: tuple[int, int], padding: str) -> np.ndarray:
    if padding == "none":
        return pixels
    widths = [((k - 1) // 2, k // 2) for k in kernel]
    return np.pad(pixels, [*widths, (0, 0)], mode=NUMPY[padding])


@given(
    st.integers(1, 30),
    st.integers(1, 30),
    st.sampled_from([1, 3]),
    st.integers(1, 9),
    st.integers(1, 9),
    st.sampled_from(PADDINGS),
    st.integers(1, 4000),
    st.sampled_from([np.uint8, np.uint16]),
)
def test_tiles_are_the_padded_image(
    height: int, width: int, channels: int, r: int, s: int, padding: str, floats: int, dtype: type
) -> None:
    room = {"reflect": 1, "none": 1}.get(padding, 0)
    if padding != "none":
        r, s = min(r, 2 * (height - room) + 1), min(s, 2 * (width - room) + 1)
    else:
        r, s = min(r, height), min(s, width)
    pixels = noise(height, width, channels, dtype=dtype)
    tiles = Tiles(pixels, (r, s), padding, floats)
    whole = padded(pixels, (r, s), padding)
    covered = np.zeros(tiles.size, int)
    for tile in tiles:
        rows = slice(tile.top, tile.top + tile.height + r - 1)
        columns = slice(tile.left, tile.left + tile.width + s - 1)
        found = tiles.read(tile)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, whole[rows, columns])
        covered[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] += 1
    assert (covered == 1).all()


@pytest.mark.parametrize("shape", [(3000, 4000, 3), (1, 9_000_000, 1), (9_000_000, 1, 1)])
@pytest.mark.parametrize("kernel", [(3, 3), (101, 101)])
def test_a_tile_is_bounded_whatever_the_image(
    shape: tuple[int, int, int], kernel: tuple[int, int]
) -> None:
    pixels = np.zeros(shape, np.uint8)
    if 1 in shape[:2]:
        kernel = (min(kernel[0], shape[0]), min(kernel[1], shape[1]))
    tile = next(iter(Tiles(pixels, kernel, "replicate")))
    floats = (tile.height + kernel[0] - 1) * (tile.width + kernel[1] - 1) * shape[2]
    assert floats < 3 * 2**20


def test_cells_of_a_kernel_of_one() -> None:
    for padding in PADDINGS:
        assert cells(3, 1, padding).tolist() == [0, 1, 2]
