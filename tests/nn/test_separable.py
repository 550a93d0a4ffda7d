"""Kernels taken apart into columns and rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl
from convolens import nn
from convolens.errors import ShapeError

SOBEL_X = np.outer([1.0, 2, 1], [1.0, 0, -1])
EDGE = np.full((5, 5), -1.0)
EDGE[2, 2] = 24


def test_sobel_is_one_column_times_one_row() -> None:
    assert nn.kernel_rank(SOBEL_X) == nn.kernel_rank(SOBEL_X.T) == 1
    parts = nn.separate(SOBEL_X)
    assert (parts.rank, parts.numbers, parts.saved) == (1, 6, 3)
    column, row = parts.columns[0], parts.rows[0]
    np.testing.assert_allclose(column / column[0], [1, 2, 1], rtol=1e-14)
    np.testing.assert_allclose(row / row[0], [1, 0, -1], rtol=1e-14, atol=1e-15)


def test_the_edge_kernel_needs_two() -> None:
    assert nn.kernel_rank(EDGE) == 2
    parts = nn.separate(EDGE)
    assert (parts.rank, parts.numbers, parts.saved) == (2, 20, 5)
    np.testing.assert_allclose(parts.kernel(), EDGE, rtol=0, atol=1e-13)


def test_two_passes_are_one() -> None:
    x = cl.randn(1, 1, 9, 8).double()
    parts = nn.separate(SOBEL_X)
    column = cl.tensor(parts.columns[0].reshape(1, 1, 3, 1))
    row = cl.tensor(parts.rows[0].reshape(1, 1, 1, 3))
    twice = nn.functional.conv2d(nn.functional.conv2d(x, column), row)
    once = nn.functional.conv2d(x, cl.tensor(SOBEL_X.reshape(1, 1, 3, 3)))
    limit = 20 * 2**-52 * np.abs(x.numpy()).max() * np.abs(SOBEL_X).sum()
    assert np.abs(twice.numpy() - once.numpy()).max() <= limit


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 6), st.integers(0, 2**32))
def test_sums_of_products_are_found(r: int, s: int, rank: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    wanted = min(r, s, rank)
    kernel = random.standard_normal((r, wanted)) @ random.standard_normal((wanted, s))
    parts = nn.separate(cl.tensor(kernel))
    assert parts.rank == nn.kernel_rank(kernel) == wanted
    assert parts.columns.shape == (wanted, r)
    assert parts.rows.shape == (wanted, s)
    assert parts.numbers + parts.saved == r * s
    largest = np.abs(kernel).max(initial=0.0)
    assert np.abs(parts.kernel() - kernel).max() <= 1e-13 * largest


def test_a_layers_kernel_that_requires_a_gradient() -> None:
    layer = nn.Conv2d(1, 1, 3)
    assert nn.separate(layer.weight[0, 0]).rank == 3


@pytest.mark.parametrize("shape", [(3,), (1, 3, 3), (0, 3), ()])
def test_only_matrices(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="can be separated is a matrix"):
        nn.kernel_rank(np.zeros(shape))
