"""Weighted tables: their rows sum to 1, their transposes are transposes, and known numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convolens.ops._taps import PAD
from convolens.ops._weighted_taps import (
    Mode,
    Weighted,
    area,
    cubic,
    entries,
    linear,
    nearest,
    nearest_exact,
    table,
    transposed,
)

modes = st.sampled_from(["nearest", "nearest-exact", "linear", "cubic", "area"])
counts = st.integers(1, 30)


def matrix(weighted: Weighted, inputs: int) -> np.ndarray:
    """Return the table as a matrix [outputs, inputs]."""
    result = np.zeros((len(weighted.taps), inputs))
    for output, (taps, weights) in enumerate(zip(*weighted, strict=True)):
        for tap, weight in zip(taps, weights, strict=True):
            if tap == PAD:
                assert weight == 0
            else:
                assert 0 <= tap < inputs
                result[output, tap] += weight
    return result


@given(modes, counts, counts, st.booleans())
@settings(max_examples=300)
def test_rows_are_means(mode: Mode, size: int, outputs: int, align: bool) -> None:
    weights = matrix(table(mode, size, outputs, None, align), size)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-15 * size)


@given(modes, counts, counts, st.booleans())
@settings(max_examples=300)
def test_the_transpose(mode: Mode, size: int, outputs: int, align: bool) -> None:
    weighted = table(mode, size, outputs, None, align)
    turned = matrix(transposed(weighted, size), outputs)
    np.testing.assert_allclose(turned, matrix(weighted, size).T, atol=1e-15)


@given(modes, counts, counts)
def test_entries_are_the_rows(mode: Mode, size: int, outputs: int) -> None:
    weighted = table(mode, size, outputs, None, False)
    first, taps, weights = entries(weighted)
    assert len(first) == outputs + 1
    for output in range(outputs):
        real = weighted.taps[output] >= 0
        part = slice(first[output], first[output + 1])
        assert taps[part].tolist() == weighted.taps[output][real].tolist()
        assert weights[part].tolist() == weighted.weights[output][real].tolist()


@given(modes, counts, st.booleans())
def test_the_same_size_is_the_same(mode: Mode, size: int, align: bool) -> None:
    weights = matrix(table(mode, size, size, None, align), size)
    np.testing.assert_allclose(weights, np.eye(size), atol=1e-12)


@given(counts, counts, st.booleans())
def test_straight_lines_stay_straight(size: int, outputs: int, align: bool) -> None:
    """Linear interpolation of a line gives the line; before its start and beyond its end, these."""
    step = (size - 1) / max(outputs - 1, 1) if align else size / outputs
    place = np.arange(outputs) * step + (0 if align else step / 2 - 0.5)
    values = matrix(linear(size, outputs, None, align), size) @ np.arange(size)
    np.testing.assert_allclose(values, np.clip(place, 0, size - 1), atol=1e-13 * size)


@given(counts, st.integers(2, 40))
def test_cubic_is_keys_kernel(size: int, outputs: int) -> None:
    """One number among zeros shows the kernel, which is 1 in its centre and 0 at the others."""
    a = -0.75

    def kernel(x: np.ndarray) -> np.ndarray:
        x = np.abs(x)
        near = (a + 2) * x**3 - (a + 3) * x**2 + 1
        far = a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a
        return np.where(x <= 1, near, np.where(x < 2, far, 0))

    place = (np.arange(outputs) + 0.5) * size / outputs - 0.5
    distances = place[:, None] - np.arange(-3, size + 3)
    unbounded = kernel(distances)
    expected = unbounded[:, 3 : size + 3].copy()
    expected[:, 0] += unbounded[:, :3].sum(axis=1)  # beyond an end its number is repeated
    expected[:, -1] += unbounded[:, size + 3 :].sum(axis=1)
    np.testing.assert_allclose(matrix(cubic(size, outputs), size), expected, atol=1e-12)


@given(counts, counts)
def test_area_is_the_mean_of_what_is_covered(size: int, outputs: int) -> None:
    weights = matrix(area(size, outputs), size)
    for output in range(outputs):
        covered = range(output * size // outputs, -(-(output + 1) * size // outputs))
        expected = np.zeros(size)
        expected[list(covered)] = 1 / len(covered)
        np.testing.assert_allclose(weights[output], expected)


def test_doubling() -> None:
    assert nearest(3, 6).taps[:, 0].tolist() == [0, 0, 1, 1, 2, 2]
    assert nearest_exact(3, 6).taps[:, 0].tolist() == [0, 0, 1, 1, 2, 2]
    assert matrix(linear(2, 4), 2).tolist() == [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]
    assert matrix(linear(2, 3, align_corners=True), 2).tolist() == [[1, 0], [0.5, 0.5], [0, 1]]


@pytest.mark.parametrize(
    ("mode", "expected"), [("nearest", [0, 2, 4]), ("nearest-exact", [1, 3, 5])]
)
def test_halving(mode: Mode, expected: list[int]) -> None:
    """The two differ in which of two equally near inputs they take."""
    assert table(mode, 6, 3, None, False).taps[:, 0].tolist() == expected


def test_a_scale_is_taken_as_it_is() -> None:
    """5 x 1.5 is 7.5: seven outputs, but a step of 1 / 1.5 = 0.667 and not 5 / 7 = 0.714."""
    assert nearest(5, 7, 1.5).taps[:, 0].tolist() == [0, 0, 1, 2, 2, 3, 4]
    assert nearest(5, 7).taps[:, 0].tolist() == [0, 0, 1, 2, 2, 3, 4]
    assert nearest(9, 13, 1.5).taps[-1, 0] == 8
    assert nearest(30, 31, 1.06).taps[-1, 0] == 28
    assert nearest(30, 31).taps[-1, 0] == 29


def test_what_has_no_weight_is_not_read() -> None:
    assert linear(4, 7, align_corners=True).taps[::2].tolist() == [[i, PAD] for i in range(4)]
