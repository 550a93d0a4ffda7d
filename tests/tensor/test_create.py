"""New tensors: their types, their memory, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import _native
from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.spec import float32, float64, int64

TYPES = ["float32", "float64", "int64", "int32", "uint8", "bool"]


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (1.5, "float32"),
        (3, "int64"),
        (True, "bool"),
        ([1.5, 2], "float32"),
        ([1, 2], "int64"),
        ([[True], [False]], "bool"),
        ([], "float32"),
        (np.float64(1), "float64"),
        (np.zeros(2), "float64"),
        (np.zeros(2, np.uint8), "uint8"),
        (np.zeros(2, np.int32), "int32"),
        ([np.float64(1)], "float64"),
        ((1.0, (2.0,))[:1], "float32"),
    ],
    ids=range(13),
)
def test_the_type_follows_from_the_data(data: Any, dtype: str) -> None:
    t = cl.tensor(data)
    assert t.dtype == dtype
    assert t.shape == np.shape(data)
    assert t.tolist() == np.asarray(data).tolist()


@pytest.mark.parametrize("dtype", TYPES)
def test_the_type_that_is_asked_for(dtype: str) -> None:
    for t in (
        cl.tensor([0, 1], dtype=dtype),
        cl.zeros(2, 3, dtype=dtype),
        cl.ones(4, dtype=dtype),
        cl.full((2,), 1, dtype=dtype),
        cl.arange(2, dtype=dtype),
    ):
        assert t.dtype == dtype
    assert cl.zeros_like(cl.ones(2, 3, dtype=dtype)).tolist() == np.zeros((2, 3), dtype).tolist()
    assert cl.ones_like(cl.zeros(2, 3, dtype=dtype)).tolist() == np.ones((2, 3), dtype).tolist()


def test_a_tensor_is_a_copy() -> None:
    array = np.zeros(3, np.float32)
    t = cl.tensor(array)
    again = cl.tensor(t)
    array[:] = 5
    t[0] = 7
    assert t.tolist() == [7, 0, 0]
    assert again.tolist() == [0, 0, 0]
    leaf = cl.tensor(cl.ones(2, requires_grad=True))
    assert not leaf.requires_grad


def test_from_numpy_shares() -> None:
    for array in (
        np.zeros((2, 3), np.float32),
        np.zeros((2, 3, 4), np.float64),
        np.zeros(6, np.int64)[::2],
        np.zeros((4, 3), np.float32).T,
    ):
        t = cl.from_numpy(array)
        array.flat[0] = 1
        assert t.numpy().flat[0] == 1
        t[..., :] = 2
        assert (array == 2).all()
        assert t.numpy() is array or np.shares_memory(t.numpy(), array)


def test_a_read_only_array_is_read_but_not_written() -> None:
    array = np.ones(3, np.float32)
    array.flags.writeable = False
    t = cl.from_numpy(array)
    assert (t * 2).tolist() == [2, 2, 2]
    for change in (lambda: t.zero_(), lambda: t.copy_([1, 2, 3]), lambda: t.__setitem__(0, 1)):
        with pytest.raises(ArgumentError, match="read-only"):
            change()
    assert (array == 1).all()


def test_arrays_of_any_layout_compute_alike() -> None:
    random = np.random.default_rng(0)
    image = random.standard_normal((2, 3, 6, 7)).astype(np.float32)
    weight = cl.tensor(random.standard_normal((4, 3, 3, 3)).astype(np.float32))
    expected = cl.nn.functional.conv2d(cl.tensor(image), weight).numpy()
    big = np.zeros((4, 6, 12, 14), np.float32)
    big[::2, ::2, ::2, ::2] = image
    unaligned = np.zeros(image.nbytes + 1, np.uint8)[1:].view(np.float32).reshape(image.shape)
    unaligned[...] = image
    for array in (
        image,
        np.asfortranarray(image),
        big[::2, ::2, ::2, ::2],
        unaligned,
        np.ascontiguousarray(image.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
    ):
        np.testing.assert_array_equal(
            cl.nn.functional.conv2d(cl.from_numpy(array), weight).numpy(), expected
        )


def test_new_images_lie_channels_last() -> None:
    for t in (
        cl.zeros(2, 3, 4, 5),
        cl.randn(2, 3, 4, 5),
        cl.full((2, 3, 4), 1.0),
        cl.zeros(2, 3, 4, 5) + 1,
    ):
        assert _native.is_dense(t.numpy())


@pytest.mark.parametrize(
    "arguments",
    [
        (5,),
        (2, 7),
        (2, 11, 3),
        (0,),
        (5, 5),
        (7, 2, -2),
        (0.0, 1.0, 0.25),
        (1.0,),
        (0, 1, 0.1),
        (10, 0, -0.5),
        (np.int64(4),),
        (2**40, 2**40 + 3),
    ],
    ids=str,
)
def test_arange(arguments: tuple[Any, ...]) -> None:
    whole = all(isinstance(number, int | np.integer) for number in arguments)
    t = cl.arange(*arguments)
    assert t.dtype == (int64 if whole else float32)
    first, last, step = (0, arguments[0], 1) if len(arguments) == 1 else (*arguments, 1)[:3]
    expected = [first + i * step for i in range(math.ceil((last - first) / step))]
    np.testing.assert_allclose(t.numpy(), expected, rtol=1e-7)


@pytest.mark.parametrize("arguments", [(1, 5, 0), (5, 1), (1, 5, -1)], ids=str)
def test_arange_that_leads_nowhere(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ArgumentError, match="do not lead from"):
        cl.arange(*arguments)


@pytest.mark.parametrize("size", [(), (3,), (2, 0), (2, 3, 4)], ids=str)
@pytest.mark.parametrize("make", [cl.zeros, cl.ones, cl.rand, cl.randn])
def test_sizes_as_numbers_or_in_a_sequence(make: Callable[..., cl.Tensor], size: Any) -> None:
    assert make(size).shape == size
    assert make(list(size)).shape == size
    if size:
        assert make(*size).shape == size
        assert make(*map(np.int64, size)).shape == size


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: cl.zeros(-1), ShapeError),
        (lambda: cl.zeros(2, -3), ShapeError),
        (lambda: cl.zeros(2**62, 2**62), ShapeError),
        (lambda: cl.zeros(0, 2**62, 2**62), ShapeError),
        (lambda: cl.zeros(2**70), ShapeError),
        (lambda: cl.zeros(2**50), MemoryError),
        (lambda: cl.zeros(2.5), TypeError),
        (lambda: cl.zeros(2.5, 3), TypeError),
        (lambda: cl.zeros("23"), TypeError),
        (lambda: cl.zeros(None), TypeError),
        (lambda: cl.zeros((2, (3, 4))), TypeError),
        (lambda: cl.zeros(3, dtype="complex64"), DTypeError),
        (lambda: cl.zeros(3, dtype="float16"), DTypeError),
        (lambda: cl.zeros(3, dtype=object), DTypeError),
        (lambda: cl.zeros(3, dtype="nonsense"), TypeError),
        (lambda: cl.randn(3, dtype="int64"), DTypeError),
        (lambda: cl.rand(3, dtype="bool"), DTypeError),
        (lambda: cl.full((2,), 300, dtype="uint8"), ArgumentError),
        (lambda: cl.full((2,), "x"), DTypeError),
        (lambda: cl.tensor("text"), DTypeError),
        (lambda: cl.tensor([1, "x"]), DTypeError),
        (lambda: cl.tensor([[1, 2], [3]]), ArgumentError),
        (lambda: cl.tensor(None), DTypeError),
        (lambda: cl.tensor(object()), DTypeError),
        (lambda: cl.tensor(1j), DTypeError),
        (lambda: cl.tensor(2**70), ArgumentError),
        (lambda: cl.tensor(2**70, dtype="int64"), (DTypeError, ArgumentError)),
        (lambda: cl.tensor(300, dtype="uint8"), (DTypeError, ArgumentError)),
        (lambda: cl.tensor([1], requires_grad=True), RuntimeError),
        (lambda: cl.from_numpy([1.0]), DTypeError),
        (lambda: cl.from_numpy(np.zeros(2, ">f4")), ArgumentError),
        (lambda: cl.from_numpy(np.zeros(2, np.float16)), DTypeError),
        (lambda: cl.from_numpy(np.array(["a"])), DTypeError),
        (lambda: cl.from_dlpack([1.0]), DTypeError),
        (lambda: cl.from_dlpack(np.zeros(2, np.complex64)), DTypeError),
        (lambda: cl.zeros(2, requires_grad=True, dtype="int64"), RuntimeError),
    ],
    ids=range(36),
)
def test_refusals(call: Callable[[], object], error: Any) -> None:
    with pytest.raises(error):
        call()


def test_dlpack_both_ways() -> None:
    for dtype in TYPES:
        t = cl.ones(2, 3, 4, dtype=dtype)
        array = np.from_dlpack(t)
        assert np.shares_memory(array, t.numpy())
        np.testing.assert_array_equal(array, t.numpy())
        source = np.zeros((2, 3), dtype)
        shared = cl.from_dlpack(source)
        source[0, 0] = 1
        assert shared[0, 0].item() == 1
    assert cl.ones(1).__dlpack_device__() == (1, 0)
    with pytest.raises((BufferError, RuntimeError)):
        np.from_dlpack(cl.ones(2, requires_grad=True))


def test_the_array_interface() -> None:
    t = cl.tensor([1.0, 2.0])
    assert np.asarray(t) is t.numpy()
    assert np.shares_memory(np.asarray(t), t.numpy())
    assert not np.shares_memory(np.array(t), t.numpy())
    assert np.asarray(t, np.float64).dtype == float64
    assert np.asarray(t).mean() == 1.5
    assert np.add(t, 1).tolist() == [2, 3]
    with pytest.raises(ValueError, match="copy"):
        t.__array__(np.float64, copy=False)
    assert t.__array__(copy=True) is not t.numpy()
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        np.asarray(cl.ones(2, requires_grad=True))
