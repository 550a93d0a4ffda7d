"""Channels-last memory: dense arrays stay, others are copied, the elements are the same."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convolens import _native
from convolens.backends.layout import dense, dense_strides, empty, memory_order
from convolens.spec import TensorSpec, bool_, float32, float64, int64, uint8


def test_the_order_of_axes() -> None:
    assert memory_order(0) == ()
    assert memory_order(1) == (0,)
    assert memory_order(2) == (0, 1)
    assert memory_order(3) == (0, 2, 1)
    assert memory_order(4) == (0, 2, 3, 1)
    assert memory_order(5) == (0, 2, 3, 4, 1)


@pytest.mark.parametrize("dtype", [float32, float64, int64, uint8, bool_])
@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 3), (2, 3, 4), (2, 3, 4, 5), (2, 0, 3, 1)])
def test_new_arrays_are_dense(shape: tuple[int, ...], dtype: np.dtype) -> None:
    array = empty(TensorSpec(shape, dtype))
    assert array.shape == shape
    assert array.dtype == dtype
    assert _native.is_dense(array)
    assert array.flags.writeable
    assert not array.flags.owndata
    strides = tuple(stride * dtype.itemsize for stride in dense_strides(shape))
    assert array.size == 0 or array.strides == strides
    array.fill(1)
    assert (array == 1).all()


@given(
    st.lists(st.integers(0, 4), max_size=5).map(tuple),
    st.sampled_from([float32, float64, int64, uint8]),
    st.randoms(use_true_random=False),
    st.data(),
)
@settings(max_examples=300)
def test_a_copy_has_the_same_elements(shape, dtype, chance, data: st.DataObject) -> None:
    """From any strides: permuted, stepped, flipped, repeated, unaligned, read-only."""
    rank = len(shape)
    steps = [chance.choice([1, 1, 2]) for _ in shape]
    order = data.draw(st.permutations(range(rank)))
    base = np.arange(int(np.prod([n * s for n, s in zip(shape, steps, strict=True)], dtype=int)))
    base = base.astype(dtype).reshape([shape[i] * steps[i] for i in order])
    array = base[(..., *(slice(None, None, steps[i]) for i in order))].transpose(np.argsort(order))
    if rank and chance.random() < 0.3:
        array = np.flip(array, chance.randrange(rank))
    if chance.random() < 0.3:
        array.flags.writeable = False
    result = dense(array)
    np.testing.assert_array_equal(result, array)
    assert _native.is_dense(result)
    assert result.dtype == dtype
    if _native.is_dense(array):
        assert result is array


def test_arrays_that_repeat_axes_are_copied() -> None:
    """Any axes may have a stride of 0, and the others any order in memory."""
    random = np.random.default_rng(3)
    for _ in range(2000):
        shape = random.integers(1, 5, random.integers(1, 6))
        strides, step = np.zeros(len(shape), int), 1
        for axis in random.permutation(len(shape)):
            if random.random() < 0.6:
                strides[axis], step = step, step * shape[axis]
        numbers = np.arange(step, dtype=np.float32)
        array = np.lib.stride_tricks.as_strided(numbers, tuple(shape), tuple(4 * strides))
        np.testing.assert_array_equal(dense(array), array)


def test_dense_means_no_gaps_in_memory_order() -> None:
    for shape in itertools.product((1, 2, 3), repeat=4):
        array = np.zeros(shape, np.float32)
        turned = np.ascontiguousarray(array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
        assert _native.is_dense(turned)
        needs_no_turn = shape[1] == 1 or shape[2] * shape[3] == 1
        assert _native.is_dense(array) == needs_no_turn


def test_repeated_and_unaligned_arrays_are_copied() -> None:
    repeated = np.broadcast_to(np.float32(2), (2, 3, 4))
    assert not _native.is_dense(repeated)
    np.testing.assert_array_equal(dense(repeated), repeated)
    unaligned = np.zeros(25, np.uint8)[1:].view(np.float32)
    unaligned[:] = np.arange(6)
    copy = dense(unaligned)
    assert copy is not unaligned
    np.testing.assert_array_equal(copy, np.arange(6))


def test_big_images_are_turned_by_blocks() -> None:
    random = np.random.default_rng(1)
    for shape in ((3, 70, 65, 67), (2, 130, 9, 5), (1, 3, 224, 224)):
        image = random.standard_normal(shape).astype(np.float32)
        np.testing.assert_array_equal(dense(image), image)


@pytest.mark.parametrize("dtype", ["O", "U3", "V4", "f4,i8", ">f4", "c8", "f2", "M8[s]"])
def test_other_types_are_refused_or_kept(dtype: str) -> None:
    """Never memory that nobody wrote, read as references to objects."""
    try:
        array = _native.empty((300,), np.dtype(dtype))
    except (TypeError, ValueError):
        return
    assert np.dtype(dtype).kind not in "OV"
    array.copy()


@pytest.mark.parametrize(
    "shape", [(-1,), (2, -3), (2**62, 2**62), (2**63,), (1.5,), ("3",), (None,)]
)
def test_shapes_that_cannot_be(shape: tuple) -> None:
    with pytest.raises((ValueError, MemoryError, TypeError, OverflowError, RuntimeError)):
        _native.empty(shape, np.dtype(np.float32))
