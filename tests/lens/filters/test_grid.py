from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ArgumentError
from convolens.lens.filters.grid import as_grids, parse_grids
from convolens.lens.language import speaking


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1 0 -1; 2 0 -2; 1 0 -1", [[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
        ("1,0\n-1 , 2.5", [[1, 0], [-1, 2.5]]),
        ("  7 ;", [[7]]),
        ("1/4 -1/2", [[0.25, -0.5]]),
        ("1 2 1; 2 4 2 / 4", [[0.25, 0.5, 0.25], [0.5, 1, 0.5]]),
        (".5 1e-3 +2 -3.", [[0.5, 0.001, 2, -3]]),
    ],
)
def test_a_text_is_a_grid(text: str, rows: list[list[float]]) -> None:
    (grid,) = parse_grids(text)
    assert grid.dtype == np.float64
    np.testing.assert_array_equal(grid, rows)


def test_one_grid_for_each_channel() -> None:
    grids = parse_grids("1 2 | 3 4 | 5 6")
    assert [grid.tolist() for grid in grids] == [[[1, 2]], [[3, 4]], [[5, 6]]]


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=1, max_size=4))
def test_what_is_written_is_read(rows: list[list[float]]) -> None:
    text = "; ".join(" ".join(map(repr, row)) for row in rows)
    np.testing.assert_array_equal(parse_grids(text)[0], rows)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no numbers"),
        (" ; ", "no numbers"),
        ("1 2 | ", "no numbers"),
        ("1 x 3", "row 1 has 'x' at place 2"),
        ("1 2; 3 4e", "row 2 has '4e' at place 2"),
        ("1 nan", "row 1 has 'nan' at place 2"),
        ("1 2; 3", "row 1 has 2 numbers, row 2 has 1"),
        ("1 / 0", "divided by 0"),
        ("1 1/0", "row 1 has a number at place 2 that is not finite"),
        ("1 1e999", "row 1 has a number at place 2 that is not finite"),
        ("1 2 | 1", "differ in size: 1x2 and 1x1"),
        (" ".join("1" * 512), "1x512, but at most 511"),
    ],
)
def test_what_is_no_grid(text: str, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        parse_grids(text)


def test_the_error_in_chinese() -> None:
    with (
        speaking("zh"),
        pytest.raises(ArgumentError, match="核的第 1 行第 2 个是 'x'，不是数。\n提示："),
    ):
        parse_grids("1 x 3")


def test_arrays_and_tensors() -> None:
    assert as_grids([[1, 2]])[0].tolist() == [[1, 2]]
    assert len(as_grids(np.zeros((3, 2, 2)))) == 3
    assert as_grids(cl.ones(2, 2))[0].tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("wrong", [3, [1, 2], np.zeros((1, 1, 1, 1)), np.zeros((0, 3)), [["a"]]])
def test_arrays_that_are_no_kernel(wrong: object) -> None:
    with pytest.raises(ArgumentError, match="a kernel is an array of numbers"):
        as_grids(wrong)


def test_arrays_that_are_not_finite() -> None:
    with pytest.raises(ArgumentError, match="not finite"):
        as_grids([[1, np.nan]])
