"""Parts along an axis: joined again they are the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl
from convolens.spec import float32, int64

shapes = st.lists(st.integers(0, 4), min_size=1, max_size=4).map(tuple)


def numbered(shape: tuple[int, ...], dtype: object = float32) -> np.ndarray:
    return np.arange(int(np.prod(shape, dtype=int))).reshape(shape).astype(dtype)


@given(shapes, st.data(), st.sampled_from([float32, int64]))
def test_parts_make_the_whole(shape: tuple[int, ...], data: st.DataObject, dtype: object) -> None:
    x = cl.tensor(numbered(shape, dtype))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    size = data.draw(st.integers(1, 5))
    for parts in (x.split(size, dim), x.chunk(size, dim)):
        np.testing.assert_array_equal(cl.cat(parts, dim).numpy(), x.numpy())
    assert all(part.shape[dim] == size for part in x.split(size, dim)[:-1])
    assert len(x.chunk(size, dim)) <= size
    if shape[dim]:
        np.testing.assert_array_equal(cl.stack(x.unbind(dim), dim).numpy(), x.numpy())


def test_parts_share_memory() -> None:
    x = cl.zeros(4, 3)
    x.narrow(0, 1, 2).fill_(1.0)
    x.split(2)[1][1, 0] = 5.0
    assert x.tolist() == [[0, 0, 0], [1, 1, 1], [1, 1, 1], [5, 0, 0]]


def test_sizes_of_parts() -> None:
    x = cl.arange(10)
    assert [len(part) for part in x.split(4)] == [4, 4, 2]
    assert [len(part) for part in x.split([1, 0, 9])] == [1, 0, 9]
    assert [len(part) for part in x.chunk(4)] == [3, 3, 3, 1]
    assert [len(part) for part in x.chunk(7)] == [2, 2, 2, 2, 2]
    assert x.narrow(0, -3, 2).tolist() == [7, 8]
    assert x.narrow(0, 10, 0).tolist() == []


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: cl.zeros(3).split(0), "size of a part is 0"),
        (lambda: cl.zeros(3).split([1, 1]), r"\[1, 1\] do not add up to 3"),
        (lambda: cl.zeros(3).split([4, -1]), "do not add up"),
        (lambda: cl.zeros(3).chunk(0), "chunks is 0"),
        (lambda: cl.zeros(3).narrow(0, 2, 2), "2 elements from 2 on do not fit axis 0 of 3"),
        (lambda: cl.zeros(3).narrow(0, 4, 0), "start is 4, but must be from -3 to 3"),
        (lambda: cl.zeros(()).unbind(), "a single number has no axes"),
        (lambda: cl.zeros(3).unbind(1), "dim is 1"),
    ],
)
def test_refusals(call: object, words: str) -> None:
    with pytest.raises((ValueError, IndexError), match=words):
        call()  # type: ignore[operator]
