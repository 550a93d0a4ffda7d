"""Reshape, slices, concatenation, casts: NumPy's numbers, and gradients to where they came from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ShapeError
from convolens.ops import Embed, Slice
from convolens.ops.reshape import resolve
from convolens.spec import DType, float32, float64

shapes = st.lists(st.integers(0, 4), max_size=5).map(tuple)
dtypes = st.sampled_from([float32, float64])


def numbered(shape: tuple[int, ...], dtype: DType = float32) -> np.ndarray:
    return np.arange(int(np.prod(shape, dtype=int)), dtype=dtype).reshape(shape)


@given(shapes, st.permutations(range(5)), dtypes)
@settings(max_examples=150)
def test_reshape_reads_in_index_order(
    shape: tuple[int, ...], order: list[int], dtype: DType
) -> None:
    """Whatever the memory looks like: shapes are rearranged by shuffling their factors."""
    new = tuple(shape[i] for i in order if i < len(shape))
    x = numbered(shape, dtype)
    np.testing.assert_array_equal(cl.tensor(x).reshape(new).numpy(), x.reshape(new))
    np.testing.assert_array_equal(cl.tensor(x).reshape(-1).numpy(), x.ravel())
    again = cl.tensor(x).reshape(-1).reshape(shape)
    np.testing.assert_array_equal(again.numpy(), x)


@given(st.data(), dtypes)
@settings(max_examples=150)
def test_a_slice_and_its_gradient(data: st.DataObject, dtype: DType) -> None:
    shape = data.draw(st.lists(st.integers(1, 5), max_size=4).map(tuple))
    bounds = []
    for extent in shape:
        start = data.draw(st.integers(0, extent))
        bounds.append((start, data.draw(st.integers(start, extent)), data.draw(st.integers(1, 3))))
    index = tuple(slice(*b) for b in bounds)
    x = numbered(shape, dtype)
    part = Slice(tuple(bounds)).reference(x)
    np.testing.assert_array_equal(part, x[index])
    whole = Embed(tuple(bounds), shape).reference(part)
    expected = np.zeros(shape, dtype)
    expected[index] = x[index]
    np.testing.assert_array_equal(whole, expected)
    leaf = cl.tensor(x, requires_grad=True)
    leaf[index].backward(cl.tensor(part + 1))
    assert leaf.grad is not None
    expected[index] += 1
    np.testing.assert_array_equal(leaf.grad.numpy(), expected)


@given(st.data(), dtypes)
@settings(max_examples=80)
def test_joining_and_its_gradient(data: st.DataObject, dtype: DType) -> None:
    shape = list(data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4)))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    arrays = []
    for size in sizes:
        shape[dim] = size
        arrays.append(numbered(tuple(shape), dtype) + len(arrays) * 100)
    tensors = [cl.tensor(a, requires_grad=True) for a in arrays]
    joined = cl.cat(tensors, dim)
    np.testing.assert_array_equal(joined.detach().numpy(), np.concatenate(arrays, dim))
    joined.backward(cl.tensor(joined.detach().numpy() * 2))
    for tensor, array in zip(tensors, arrays, strict=True):
        assert tensor.grad is not None
        np.testing.assert_array_equal(tensor.grad.numpy(), array * 2)


def test_the_same_tensor_twice() -> None:
    x = cl.ones(2, requires_grad=True)
    cl.cat([x, x]).backward(cl.tensor([1.0, 2.0, 3.0, 4.0]))
    assert x.grad is not None
    assert x.grad.tolist() == [4, 6]


def test_casts() -> None:
    x = cl.tensor([1.7, -1.7, 0.0])
    assert x.long().tolist() == [1, -1, 0]
    assert x.double().dtype == float64
    assert x.to("uint8").dtype == "uint8"
    assert x.to(bool).tolist() == [True, True, False]
    assert x.to(np.int32).dtype == "int32"
    assert x.float() is x
    y = cl.tensor([1.0, 2.0], requires_grad=True)
    (y.double() * 3).sum().backward()
    assert y.grad is not None
    assert y.grad.dtype == float32
    assert y.grad.tolist() == [3, 3]


def test_working_out_minus_one() -> None:
    assert resolve((-1,), 6) == (6,)
    assert resolve((2, -1), 6) == (2, 3)
    assert resolve((2, 3), 6) == (2, 3)
    for shape, size in (((-1, -1), 4), ((4, -1), 6), ((0, -1), 0)):
        with pytest.raises(ShapeError, match="cannot be worked out"):
            resolve(shape, size)


@pytest.mark.parametrize(
    "call",
    [
        lambda: cl.zeros(6).reshape(4),
        lambda: cl.zeros(6).reshape(-6),
        lambda: cl.zeros(6).reshape(2**40, 2**40),
        lambda: cl.zeros(6).reshape(0),
        lambda: cl.cat([]),
        lambda: cl.cat([cl.zeros(2, 3), cl.zeros(2, 4)]),
        lambda: cl.cat([cl.zeros(2), cl.zeros(2, 1)]),
        lambda: cl.zeros(2, 3).flatten(1, 0),
        lambda: cl.zeros(2).to("complex64"),
    ],
    ids=range(9),
)
def test_refusals(call: Any) -> None:
    with pytest.raises(RuntimeError):
        call()
