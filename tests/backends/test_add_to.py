"""Sums in place: in any order, of any part of the same memory, on one thread and several."""

from __future__ import annotations

import numpy as np
import pytest

from convolens.backends.add_to import add_to

SHAPES = [(), (0,), (1,), (17,), (3, 5), (2, 3, 4, 5), (300, 700)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_are_numpys(shape: tuple[int, ...], dtype: str) -> None:
    random = np.random.default_rng(3)
    a, b = (random.standard_normal(shape).astype(dtype) for _ in range(2))
    for order in ("C", "F"):
        total, part = np.array(a, order=order), np.array(b)
        add_to(total, part)
        np.testing.assert_array_equal(total, a + b)
        np.testing.assert_array_equal(part, b)


@pytest.mark.parametrize("length", [5, 64, 200_000])
def test_parts_of_one_memory(length: int) -> None:
    memory = np.arange(length + 1, dtype=np.float32)
    before = memory.copy()
    add_to(memory[1:], memory[:-1])
    np.testing.assert_array_equal(memory[1:], before[1:] + before[:-1])
    add_to(memory, memory)
    assert memory[0] == 0
    np.testing.assert_array_equal(memory[1:], 2 * (before[1:] + before[:-1]))
    backwards = memory[::-1]
    expected = memory + backwards
    add_to(memory, backwards)
    np.testing.assert_array_equal(memory, expected)


def test_what_repeats_is_added_everywhere() -> None:
    total = np.zeros((3, 4), np.float32)
    add_to(total, np.broadcast_to(np.float32(2), (3, 4)))
    assert (total == 2).all()


def test_infinities_are_results_and_no_warnings() -> None:
    total = np.array([1e308, np.inf, np.nan, 1.0])
    add_to(total, np.array([1e308, -np.inf, 1.0, np.inf]))
    np.testing.assert_array_equal(total, [np.inf, np.nan, np.nan, np.inf])
