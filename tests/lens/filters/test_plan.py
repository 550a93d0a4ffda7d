from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convolens.lens.filters.bank import BANK
from convolens.lens.filters.kernel import as_kernel
from convolens.lens.filters.plan import plan


def rebuilt(grid: np.ndarray) -> np.ndarray:
    chains = plan(grid).passes
    return sum(chain[0] * chain[-1] if len(chain) > 1 else chain[0] for chain in chains)


@pytest.mark.parametrize("name", [*BANK, "edge:15", "unsharp:5", "gaussian:9", "motion:31,20"])
def test_the_passes_are_the_grid(name: str) -> None:
    for grids in as_kernel(name).directions:
        np.testing.assert_allclose(rebuilt(grids[0]), grids[0], atol=1e-12)


@pytest.mark.parametrize(
    ("name", "rank", "numbers", "saved"),
    [
        ("sobel_x", 1, 6, 3),
        ("gaussian:2", 1, 26, 143),
        ("box:9", 1, 18, 63),
        ("sharpen", 2, 9, 0),
        ("edge:5", 2, 25, 0),
        ("edge:15", 2, 60, 165),
        ("diagonal:9", 9, 81, 0),
        ("1 2 3", 1, 3, 0),
        ("1; 2", 1, 2, 0),
        ("1 1; 1 1", 1, 4, 0),
        ("0 0 0; 0 0 0; 0 0 0", 0, 9, 0),
    ],
)
def test_ranks_and_numbers(name: str, rank: int, numbers: int, saved: int) -> None:
    made = plan(as_kernel(name).grids[0])
    assert (made.rank, made.numbers, made.saved) == (rank, numbers, saved)
    assert made.separated == (saved > 0)


@given(
    st.lists(st.integers(-9, 9), min_size=2, max_size=6),
    st.lists(st.integers(-9, 9), min_size=2, max_size=6),
)
def test_whole_factors_stay_exact(column: list[int], row: list[int]) -> None:
    grid = np.outer(column, row).astype(float)
    made = plan(grid)
    assert made.rank == (1 if grid.any() else 0)
    # The row is divided by one number and the column holds it, so what is lost is one rounding.
    np.testing.assert_allclose(rebuilt(grid), grid, rtol=2e-16 * 4, atol=0)


def test_sobel_is_split_as_in_the_books() -> None:
    ((column, row),) = plan(as_kernel("sobel_x").grids[0]).passes
    assert column.tolist() == [[1], [2], [1]]
    assert row.tolist() == [[-1, 0, 1]]
