"""The number of threads: set, kept, and refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = cl.get_num_threads()
    yield
    cl.set_num_threads(before)


def test_what_is_set_is_there() -> None:
    for count in (1, 2, 3, 16, 1):
        cl.set_num_threads(count)
        assert cl.get_num_threads() == count
    cl.set_num_threads(np.int64(2))
    assert cl.get_num_threads() == 2


@pytest.mark.parametrize("count", [0, -1, 1025, 2**31, 2**40, 10**30])
def test_out_of_range(count: int) -> None:
    before = cl.get_num_threads()
    with pytest.raises(ArgumentError, match="must be from 1 to 1024"):
        cl.set_num_threads(count)
    assert cl.get_num_threads() == before


@pytest.mark.parametrize("count", ["2", None, 2.5, [2]])
def test_no_whole_number(count: Any) -> None:
    with pytest.raises(TypeError):
        cl.set_num_threads(count)


def test_many_more_threads_than_cores() -> None:
    x = cl.ones(500, 700)
    expected = (x @ x.reshape(700, 500)).numpy()
    cl.set_num_threads(64)
    np.testing.assert_array_equal((x @ x.reshape(700, 500)).numpy(), expected)
