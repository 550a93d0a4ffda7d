"""Numbers in order: values and places beside NumPy's, ties, NaN, both directions, slopes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, IndexRangeError
from finite_differences import assert_slopes

NAN, INF = math.nan, math.inf


def in_order(x: Any, dim: int, descending: bool) -> Any:
    """NumPy's stable order. Descending, equal ones keep their order: keys are turned, not places.

    Python's order of pairs (key, place), where NaN is above infinity.
    """
    lines = np.moveaxis(x, dim, -1)
    order = np.empty(lines.shape, np.int64)
    sign = -1 if descending else 1
    for at in np.ndindex(lines.shape[:-1]):
        keys = [(sign, 0.0) if k != k else (0, sign * float(k)) for k in lines[at].tolist()]
        order[at] = sorted(range(len(keys)), key=keys.__getitem__)
    return np.moveaxis(order, -1, dim)


@given(
    array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6),
    st.sampled_from(["float32", "float64", "int64", "int32", "uint8", "bool"]),
    st.booleans(),
    st.data(),
)
@settings(max_examples=100)
def test_orders(shape: tuple[int, ...], dtype: str, descending: bool, data: st.DataObject) -> None:
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    x = random.integers(0, 2 if dtype == "bool" else 5, shape).astype(dtype)
    if dtype.startswith("float"):
        x = np.where(random.random(shape) < 0.2, random.choice([NAN, INF, -INF, -0.0]), x)
        x = x.astype(dtype)
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    t, expected = cl.tensor(x), in_order(x, dim, descending)
    values, indices = t.sort(dim, descending)
    assert (values.dtype, indices.dtype) == (dtype, "int64")
    np.testing.assert_array_equal(indices.numpy(), expected)
    np.testing.assert_array_equal(values.numpy(), np.take_along_axis(x, expected, dim))
    np.testing.assert_array_equal(t.argsort(dim, descending).numpy(), expected)
    if dtype != "bool":
        k = data.draw(st.integers(0, shape[dim]))
        values, indices = t.topk(k, dim, largest=descending)
        first = expected.take(range(k), dim)
        np.testing.assert_array_equal(indices.numpy(), first)
        np.testing.assert_array_equal(values.numpy(), np.take_along_axis(x, first, dim))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("size", [1000, 20_000])
def test_long_lines(size: int, dtype: str) -> None:
    x = np.random.default_rng(0).integers(-200, 200, (3, size)).astype(dtype)
    for dim in (0, 1):
        expected = x.argsort(dim, kind="stable")
        np.testing.assert_array_equal(cl.tensor(x).argsort(dim).numpy(), expected)
    for k in (1, 5, 300, size):
        indices = cl.tensor(x).topk(k, largest=False).indices
        np.testing.assert_array_equal(indices.numpy(), x.argsort(1, kind="stable")[:, :k])


def test_zeros_of_both_signs_are_equal() -> None:
    x = cl.tensor([0.0, -0.0, 0.0, -0.0])
    for descending in (False, True):
        assert x.argsort(descending=descending).tolist() == [0, 1, 2, 3]
    assert x.topk(2).indices.tolist() == [0, 1]


def test_nan_is_the_largest() -> None:
    x = cl.tensor([1.0, NAN, INF, -INF, NAN])
    assert x.argsort().tolist() == [3, 0, 2, 1, 4]
    assert x.argsort(descending=True).tolist() == [1, 4, 2, 0, 3]
    assert x.topk(3).indices.tolist() == [1, 4, 2]
    assert x.topk(3, largest=False).indices.tolist() == [3, 0, 2]


def test_a_part_of_a_tensor() -> None:
    x = cl.tensor(np.random.default_rng(0).standard_normal((4, 6, 5)))
    for part in (x[:, ::2], x.permute(2, 0, 1), x[1], x[..., 0]):
        expected = part.numpy().argsort(0, kind="stable")
        np.testing.assert_array_equal(part.argsort(0).numpy(), expected)


def test_a_single_number() -> None:
    x = cl.tensor(3.0, requires_grad=True)
    for dim in (0, -1):
        for picked in (x.sort(dim), x.topk(1, dim), x.topk(0, dim)):
            assert (picked.values.item(), picked.indices.item()) == (3, 0)
            assert picked.values.shape == picked.indices.shape == ()
        assert x.argsort(dim).shape == ()
    x.sort().values.backward()
    assert x.grad is not None
    assert x.grad.item() == 1


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.sort(1).values ** 2,
        lambda x: x.sort(0, descending=True).values ** 2,
        lambda x: x.topk(2, 1).values ** 2,
        lambda x: x.topk(3, -1, largest=False).values ** 2,
    ],
    ids=range(4),
)
def test_slopes(function: Any) -> None:
    assert_slopes(function, np.random.default_rng(3).permutation(24).reshape(2, 3, 4) / 8)


def test_indices_are_not_recorded() -> None:
    x = cl.ones(3, requires_grad=True)
    assert not x.argsort().requires_grad
    assert not x.sort().indices.requires_grad
    assert not x.topk(1).indices.requires_grad


def test_functions() -> None:
    x = cl.tensor([[3.0, 1.0, 2.0], [0.0, 5.0, 4.0]])
    assert cl.sort(x, 0, descending=True, stable=True).values.tolist() == [[3, 5, 4], [0, 1, 2]]
    assert cl.argsort(x, 1).tolist() == [[1, 2, 0], [0, 2, 1]]
    assert cl.topk(x, 1, 1, False, False).values.tolist() == [[1], [0]]
    values, indices = cl.topk(x, 2)
    assert values.tolist() == [[3, 2], [5, 4]]
    assert indices.tolist() == [[0, 2], [1, 2]]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: x.sort(2), IndexRangeError, "sort: dim is 2"),
        (lambda x: x.argsort(-3), IndexRangeError, "argsort: dim is -3"),
        (lambda x: x.topk(1, 2), IndexRangeError, "topk: dim is 2"),
        (lambda x: x.topk(4), ArgumentError, "k is 4, but axis 1 has 3"),
        (lambda x: x.topk(-1), ArgumentError, "k is -1"),
        (lambda x: (x > 0).topk(1), DTypeError, "truth values"),
    ],
    ids=range(6),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.ones(2, 3))
