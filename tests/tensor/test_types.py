"""Types, memory, the device, and new tensors of a tensor's type."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError
from convolens.tensor.arrays import NAMES, array_of, dtype_of, shape_of
from convolens.tensor.device import device

TYPES = ["float32", "float64", "int64", "int32", "uint8", "bool"]
METHODS = {
    "float": "float32",
    "double": "float64",
    "long": "int64",
    "int": "int32",
    "byte": "uint8",
    "bool": "bool",
}


@pytest.mark.parametrize("source", TYPES)
@pytest.mark.parametrize("method", METHODS)
def test_conversions(source: str, method: str) -> None:
    target = METHODS[method]
    values = np.array([0, 1, 2]).astype(source)
    x = cl.tensor(values)
    ways = [
        getattr(x, method)(),
        x.to(target),
        x.to(dtype=target),
        x.to("cpu", target),
        x.to(cl.zeros(1, dtype=target)),
        x.type(target),
        x.type_as(cl.zeros(1, dtype=target)),
    ]
    for converted in ways:
        assert isinstance(converted, cl.Tensor)
        assert converted.dtype == target
        np.testing.assert_array_equal(converted.numpy(), values.astype(target))
        assert (converted is x) == (source == target)
    assert x.to(target, copy=True) is not x
    assert x.to(target, False, True) is not x


@pytest.mark.parametrize("dtype", TYPES)
def test_what_a_type_is(dtype: str) -> None:
    x = cl.zeros(2, 3, dtype=dtype)
    size = np.dtype(dtype).itemsize
    assert x.itemsize == x.element_size() == size
    assert x.nbytes == 6 * size
    assert x.nelement() == 6
    assert x.is_floating_point() == dtype.startswith("float")
    name = x.type()
    assert name == f"convolens.{NAMES[np.dtype(dtype)]}"
    assert dtype_of(name) == dtype
    assert x.type(name) is x


def test_gradients_pass_through_conversions_and_copies() -> None:
    x = cl.ones(2, requires_grad=True)
    (x.double() * 2 + x.clone().double()).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == "float32"
    assert x.grad.tolist() == [3, 3]
    assert not x.long().requires_grad


def test_copies_do_not_share() -> None:
    for x in (cl.ones(2, 3, 4), cl.arange(4), cl.arange(8).reshape(2, 4)[:, ::2]):
        copy = x.clone()
        copy.zero_()
        assert x.any().item()


def test_memory_is_channels_last() -> None:
    x = cl.zeros(2, 3, 4, 5) + 1
    assert x.stride() == (60, 1, 15, 3)
    assert x.stride(1) == x.stride(-3) == 1
    assert x.is_contiguous()
    assert x.contiguous() is x
    part = x[:, :, ::2]
    assert not part.is_contiguous()
    whole = part.contiguous()
    assert whole.is_contiguous()
    assert whole.equal(part)
    with pytest.raises(IndexRangeError, match="dim is 4"):
        x.stride(4)


def test_the_device() -> None:
    x = cl.ones(2)
    assert x.device == device() == device("cpu")
    assert str(x.device) == "cpu"
    assert x.device.index is None
    assert not x.is_cuda
    assert x.cpu() is x
    assert x.to("cpu") is x.to(device="cpu:0") is x.to(device("cpu")) is x
    for name in ("cuda", "cuda:0", "mps"):
        with pytest.raises(ArgumentError, match="no device"):
            x.to(name)
    with pytest.raises(ArgumentError, match="'gpu'"):
        device("gpu")


def test_new_tensors_of_its_type() -> None:
    x = cl.zeros(1, dtype="float64")
    assert x.new_zeros(2, 3).spec == cl.zeros(2, 3, dtype="float64").spec
    assert x.new_ones((2,)).tolist() == [1, 1]
    assert x.new_full((2,), 7).tolist() == [7, 7]
    assert x.new_empty(4, dtype="int64").spec == cl.zeros(4, dtype="int64").spec
    assert x.new_tensor([1, 2]).dtype == "float64"
    assert x.new_tensor(cl.arange(2), dtype="int32").dtype == "int32"
    assert x.new_ones(2, requires_grad=True).requires_grad
    data = np.ones(2)
    made = x.new_tensor(data)
    data[0] = 5
    assert made.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: x.to("floaty"), DTypeError, "cannot hold floaty"),
        (lambda x: x.to(np.float16), DTypeError, "cannot hold float16"),
        (lambda x: x.type("torch.HalfTensor"), ArgumentError, "cannot hold"),
        (lambda x: x.byte().new_full((2,), 300), ArgumentError, "300 does not fit uint8"),
        (lambda x: x.long().new_tensor([2**70]), ArgumentError, "cannot be made a tensor"),
        (lambda x: x.new_tensor([[1], [1, 2]]), ArgumentError, "equal lengths"),
        (lambda x: x.new_zeros(-1), ShapeError, "negative dimension"),
        (lambda x: x.new_zeros(1.5), DTypeError, "whole numbers"),
        (lambda x: x.new_ones(2, dtype="complex64"), DTypeError, "complex64"),
    ],
    ids=range(9),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.ones(2))


def test_arrays_from_data() -> None:
    assert array_of([1, 2], None).dtype == "int64"
    assert array_of([1.0], None).dtype == "float32"
    assert array_of(np.ones(1), None).dtype == "float64"
    assert shape_of((2, 3)) == shape_of(([2, 3],)) == (2, 3)
    assert shape_of(()) == shape_of(((),)) == ()
    assert dtype_of(None, np.dtype("int32")) == "int32"
    for data in ("text", [None], [1 + 2j]):
        with pytest.raises((DTypeError, ArgumentError)):
            array_of(data, None)
