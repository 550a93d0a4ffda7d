"""Cells of an axis in any order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl
from convolens.nn.functional._cells import flip, pick


@given(st.data(), st.integers(0, 2), st.integers(-3, 2))
def test_pick_is_an_index(data: st.DataObject, seed: int, dim: int) -> None:
    array = np.random.default_rng(seed).standard_normal((2, 3, 5))
    size = array.shape[dim]
    cells = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=8))
    x = cl.tensor(array, requires_grad=True)
    y = pick(x, dim, cells)
    np.testing.assert_array_equal(y.detach().numpy(), array.take(cells, axis=dim))
    y.sum().backward()
    assert x.grad is not None
    counts = np.bincount(cells, minlength=size).reshape(-1, *(1,) * (2 - dim % 3))
    np.testing.assert_array_equal(x.grad.numpy(), np.broadcast_to(counts, array.shape))


def test_flip() -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    y = flip(cl.tensor(array), (0, 2))
    np.testing.assert_array_equal(y.numpy(), np.flip(array, (0, 2)))
    assert flip(y, ()) is y
