from __future__ import annotations

import numpy as np
import pytest

from convolens.errors import ArgumentError
from convolens.lens.filters.bank import BANK, gaussian, motion
from convolens.lens.filters.kernel import as_kernel
from convolens.lens.language import speaking

SMOOTHING = ["identity", "box", "gaussian", "motion", "diagonal", "sharpen", "unsharp", "emboss"]
DIFFERENCES = [
    *(f"{name}{axis}" for name in ("sobel", "prewitt", "scharr") for axis in ("", "_x", "_y")),
    "laplacian",
    "laplacian:8",
    "edge",
    "edge:9",
]


@pytest.mark.parametrize("name", BANK)
def test_every_kernel_is_made_from_its_defaults(name: str) -> None:
    kernel = as_kernel(name)
    assert all(np.isfinite(grid).all() and grid.ndim == 2 for grid in kernel.grids)


@pytest.mark.parametrize("name", SMOOTHING)
def test_even_areas_stay_as_they_are(name: str) -> None:
    assert as_kernel(name).grids[0].sum() == pytest.approx(1)
    assert not as_kernel(name).balanced


@pytest.mark.parametrize("name", DIFFERENCES)
def test_even_areas_become_nothing(name: str) -> None:
    assert as_kernel(name).balanced
    for grids in as_kernel(name).directions:
        assert grids[0].sum() == 0


@pytest.mark.parametrize("neighbours", ["3", "5", "6", "7", "9", "4.5", "nan", "x"])
def test_a_laplacian_has_4_or_8_neighbours(neighbours: str) -> None:
    with pytest.raises(ArgumentError, match=f"is '{neighbours}', but must be 4 or 8"):
        as_kernel(f"laplacian:{neighbours}")
    with pytest.raises(ArgumentError, match="但必须是 4 或 8"), speaking("zh"):
        as_kernel(f"laplacian:neighbours={neighbours}")
    assert as_kernel("laplacian:4").grids[0].tolist() == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    assert as_kernel("laplacian:8").grids[0].tolist() == [[1, 1, 1], [1, -8, 1], [1, 1, 1]]


def test_known_numbers() -> None:
    assert as_kernel("sobel_x").grids[0].tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert as_kernel("scharr_y").grids[0].tolist() == [[-3, -10, -3], [0, 0, 0], [3, 10, 3]]
    assert as_kernel("prewitt_x").grids[0].tolist() == [[-1, 0, 1]] * 3
    edge = as_kernel("edge").grids[0]
    assert edge.shape == (5, 5)
    assert edge[2, 2] == 24
    assert (np.delete(edge.ravel(), 12) == -1).all()
    assert as_kernel("laplacian:8").grids[0].tolist() == [[1, 1, 1], [1, -8, 1], [1, 1, 1]]


@pytest.mark.parametrize("sigma", [1, 2.5, 20])
def test_a_gaussian_has_its_standard_deviation(sigma: float) -> None:
    grid = gaussian(sigma, 511)
    place = np.arange(511) - 255
    spread = np.sqrt((grid.sum(0) * place**2).sum())
    assert spread == pytest.approx(sigma, rel=0.001)
    np.testing.assert_allclose(grid, grid.T)


def test_the_size_of_a_gaussian_follows_from_sigma() -> None:
    assert as_kernel("gaussian:2").size == (13, 13)
    assert as_kernel("gaussian:2,5").size == (5, 5)
    assert as_kernel("gaussian:85").size == (511, 511)


@pytest.mark.parametrize("length", [1, 2, 9, 30])
def test_motion_along_an_axis_is_a_mean(length: int) -> None:
    across = motion(length, 0)
    row = (length - 1) // 2
    np.testing.assert_allclose(across[row], 1 / length, atol=2e-3)
    assert np.delete(across, row, 0).sum() < 1e-9 or length % 2 == 0
    np.testing.assert_allclose(motion(length, 180).sum(), 1)


@pytest.mark.parametrize("angle", [-360, -45, 10, 45, 90, 123.4, 270])
def test_motion_in_any_direction_is_a_share_of_time(angle: float) -> None:
    grid = motion(15, angle)
    assert grid.sum() == pytest.approx(1)
    assert (grid >= 0).all()


def test_motion_by_45_degrees_goes_up_to_the_right() -> None:
    grid = motion(9, 45)
    rows, columns = np.nonzero(grid > 0.05)
    assert (rows + columns == 8).all()


def test_random_kernels_repeat_by_their_seed() -> None:
    first, again, other = (as_kernel(f"random:5,{seed}").grids[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()
    assert np.abs(first).sum() == pytest.approx(1)
