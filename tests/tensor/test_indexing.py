"""Square brackets: what NumPy and torch agree on, with gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ArgumentError, IndexRangeError


@st.composite
def indices(draw: st.DrawFn) -> tuple[tuple[int, ...], Any]:
    shape = draw(st.lists(st.integers(1, 4), max_size=4).map(tuple))
    items: list[Any] = []
    for extent in shape[: draw(st.integers(0, len(shape)))]:
        bound = st.none() | st.integers(-extent - 2, extent + 2)
        items.append(
            draw(
                st.integers(-extent, extent - 1)
                | st.builds(slice, bound, bound, st.none() | st.integers(1, 3))
                | st.integers(-extent, extent - 1).map(np.int64)
            )
        )
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), ...)
    for _ in range(draw(st.integers(0, 2))):
        items.insert(draw(st.integers(0, len(items))), None)
    # What follows an ellipsis counts from the end: keep only what fits.
    return shape, tuple(items) if len(items) != 1 or draw(st.booleans()) else items[0]


@given(indices(), st.sampled_from([np.float32, np.float64]))
@settings(max_examples=400)
def test_basic_indices_are_numpys(case: tuple[Any, Any], dtype: Any) -> None:
    shape, index = case
    array = np.arange(int(np.prod(shape, dtype=int)), dtype=dtype).reshape(shape)
    try:
        expected = array[index]
    except IndexError:
        with pytest.raises(IndexRangeError):
            cl.tensor(array)[index]
        return
    x = cl.tensor(array, requires_grad=True)
    part = x[index]
    assert part.shape == np.shape(expected)
    np.testing.assert_array_equal(part.detach().numpy(), expected)
    part.sum().backward()
    slope = np.zeros(shape)
    slope[index] = 1
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), slope)


@given(indices())
@settings(max_examples=100)
def test_assignment_is_numpys(case: tuple[Any, Any]) -> None:
    shape, index = case
    array = np.zeros(shape)
    x = cl.tensor(array)
    try:
        array[index] = 5
    except IndexError:
        with pytest.raises((IndexRangeError, ArgumentError)):
            x[index] = 5
        return
    x[index] = 5
    np.testing.assert_array_equal(x.numpy(), array)


def test_a_part_shares_memory_and_versions() -> None:
    x = cl.zeros(3, 4)
    row = x[1]
    row[2] = 7
    assert x[1, 2].item() == 7
    assert x.version is row.version


def test_arrays_and_masks_outside_the_record() -> None:
    x = cl.arange(12).float().reshape(3, 4)
    assert x[cl.tensor([2, 0])].tolist() == [[8, 9, 10, 11], [0, 1, 2, 3]]
    assert x[x > 9].tolist() == [10, 11]
    assert x[[0, 1], [1, 2]].tolist() == [1, 6]
    assert x[np.array([True, False, True])].shape == (2, 4)
    assert x[cl.tensor(1)].tolist() == [4, 5, 6, 7]
    x[x > 9] = 0
    assert x[2].tolist() == [8, 9, 0, 0]
    picked = x[[0]]
    picked[0, 0] = 99
    assert x[0, 0].item() == 0


def test_picking_with_arrays_trains() -> None:
    x = cl.ones(3, requires_grad=True)
    x[cl.tensor([0, 1, 1])].sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    ("index", "error", "words"),
    [
        (3, IndexRangeError, "index 3 is out of bounds for axis 0 with size 3"),
        (-4, IndexRangeError, "index -4"),
        ((0, 4), IndexRangeError, "axis 1 with size 4"),
        ((0, 0, 0), IndexRangeError, "3 indices for a tensor of 2 dimensions"),
        ((..., ...), IndexRangeError, "one ellipsis"),
        (slice(None, None, -1), ArgumentError, "step is -1"),
        (slice(None, None, 0), ArgumentError, "step is 0"),
        ("x", Exception, "bad index"),
        (1.5, Exception, "bad index"),
        ([0, 5], Exception, "out of bounds"),
        (2**70, IndexRangeError, "out of bounds"),
    ],
    ids=range(11),
)
def test_refusals(index: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        cl.ones(3, 4)[index]
    assert isinstance(caught.value, IndexError | ValueError | TypeError)


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 5, 2)], ids=str)
@pytest.mark.parametrize("dtype", [cl.float32, cl.float64])
def test_parts_are_views_whatever_order_they_lie_in(shape: tuple[int, ...], dtype: Any) -> None:
    """What is written into one is seen in the tensor, and the other way round."""
    x, numbers = cl.zeros(*shape, dtype=dtype), np.zeros(shape)
    indices = [0, (0, 1), (slice(None), 1), (..., 1), (None, 1), (slice(1), None, 1), (0, ..., 0)]
    for value, index in enumerate(indices, 1):
        x[index].fill_(value)
        numbers[index] = value
        np.testing.assert_array_equal(x.numpy(), numbers)
    for axis in range(len(shape)):
        parts = [
            x.select(axis, 0),
            *x.unbind(axis),
            x.unsqueeze(axis),
            x.unsqueeze(axis).squeeze(axis),
        ]
        for value, part in enumerate(parts, 10):
            part.add_(value)
        numbers[(slice(None),) * axis + (0,)] += 10
        for place in range(shape[axis]):
            numbers[(slice(None),) * axis + (place,)] += 11 + place
        numbers += 2 * shape[axis] + 23
        np.testing.assert_array_equal(x.numpy(), numbers)
    for part in x:
        part.zero_()
    assert not x.numpy().any()
