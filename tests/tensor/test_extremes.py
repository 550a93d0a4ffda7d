"""The largest and smallest numbers: values and places beside NumPy's, ties, NaN, slopes."""

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


@given(
    array_shapes(min_dims=1, max_dims=5, min_side=1, max_side=4),
    st.sampled_from(["float32", "float64", "int64", "int32", "uint8"]),
    st.booleans(),
    st.data(),
)
@settings(max_examples=100)
def test_extremes_are_numpys(
    shape: tuple[int, ...], dtype: str, keepdim: bool, data: st.DataObject
) -> None:
    seed = data.draw(st.integers(0, 99))
    x = np.random.default_rng(seed).integers(0, 4, shape).astype(dtype)  # with many ties
    t, dim = cl.tensor(x), data.draw(st.integers(-len(shape), len(shape) - 1))
    for name in ("max", "min"):
        extreme, place = getattr(x, name), getattr(x, f"arg{name}")
        values, indices = getattr(t, name)(dim, keepdim)
        assert (values.dtype, indices.dtype) == (dtype, "int64")
        np.testing.assert_array_equal(values.numpy(), extreme(axis=dim, keepdims=keepdim))
        expected = place(axis=dim, keepdims=keepdim)
        np.testing.assert_array_equal(indices.numpy(), expected)
        found = getattr(t, f"arg{name}")(dim, keepdim)
        np.testing.assert_array_equal(found.numpy(), expected)
        assert getattr(t, f"arg{name}")().item() == place()
        assert getattr(t, f"arg{name}")(keepdim=True).shape == (1,) * len(shape)
        assert getattr(t, name)().item() == extreme()
        axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True))
        several = getattr(t, f"a{name}")(axes, keepdim)
        assert several.dtype == dtype
        np.testing.assert_array_equal(several.numpy(), extreme(axis=tuple(axes), keepdims=keepdim))
    smallest, largest = t.aminmax(dim=dim, keepdim=keepdim)
    np.testing.assert_array_equal(smallest.numpy(), x.min(axis=dim, keepdims=keepdim))
    np.testing.assert_array_equal(largest.numpy(), x.max(axis=dim, keepdims=keepdim))


def test_the_first_of_equal_ones_and_nan_above_all() -> None:
    x = cl.tensor([[2.0, 5.0, 5.0], [NAN, 1.0, NAN], [-INF, INF, -INF]])
    values, indices = x.max(1)
    np.testing.assert_array_equal(values.numpy(), [5, NAN, INF])
    assert indices.tolist() == [1, 0, 1]
    values, indices = x.min(1)
    np.testing.assert_array_equal(values.numpy(), [2, NAN, -INF])
    assert indices.tolist() == [0, 0, 0]
    assert math.isnan(x.max().item())
    assert math.isnan(x.amin().item())
    assert x.argmax().item() == x.argmin().item() == 3


def test_truth_values() -> None:
    x = cl.tensor([[False, True], [False, False]])
    assert x.max(1).values.tolist() == [True, False]
    assert x.min(0).values.dtype == "bool"
    assert x.amax().item() is True
    assert x.min().item() is False
    with pytest.raises(DTypeError, match="truth values have no order"):
        x.argmax(1)
    with pytest.raises(DTypeError, match="truth values have no order"):
        x.argmin()


def test_a_single_number_is_both() -> None:
    x = cl.tensor(3.0, requires_grad=True)
    for dim in (0, -1):
        values, indices = x.max(dim)
        assert (values.item(), indices.item(), values.shape) == (3, 0, ())
        assert x.argmin(dim).item() == 0
        assert x.amin(dim).item() == 3
    (x.max() + x.min(0).values).backward()
    assert x.grad is not None
    assert x.grad.item() == 2


def test_what_is_equal_shares_the_gradient_over_all_and_the_first_takes_it_along_an_axis() -> None:
    numbers = [[1.0, 4.0, 4.0], [4.0, 0.0, 4.0]]
    for function, expected in (
        (lambda t: t.max(), [[0, 0.25, 0.25], [0.25, 0, 0.25]]),
        (lambda t: t.amax((0, 1)), [[0, 0.25, 0.25], [0.25, 0, 0.25]]),
        (lambda t: t.amax(1).sum(), [[0, 0.5, 0.5], [0.5, 0, 0.5]]),
        (lambda t: t.max(1).values.sum(), [[0, 1, 0], [1, 0, 0]]),
        (lambda t: t.min(), [[0, 0, 0], [0, 1, 0]]),
        (lambda t: t.min(0).values.sum(), [[1, 0, 1], [0, 1, 0]]),
    ):
        x = cl.tensor(numbers, requires_grad=True)
        function(x).backward()
        assert x.grad is not None
        assert x.grad.tolist() == expected


def test_nan_gets_the_gradient_of_nan() -> None:
    x = cl.tensor([1.0, NAN, NAN], requires_grad=True)
    x.amax().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0, 0.5, 0.5]


@pytest.mark.parametrize("name", ["amax", "amin"])
def test_slopes(name: str) -> None:
    x = np.random.default_rng(3).permutation(24).reshape(2, 3, 4) / 8
    assert_slopes(lambda t: getattr(t, name)((0, 2)) ** 2, x)
    assert_slopes(lambda t: getattr(t, name)(1, keepdim=True) ** 2, x)
    assert_slopes(lambda t: getattr(t, name[1:])(-1).values ** 2, x)


def test_indices_are_not_recorded() -> None:
    x = cl.ones(3, requires_grad=True)
    assert not x.argmax().requires_grad
    assert not x.max(0).indices.requires_grad
    assert x.max(0).values.requires_grad


def test_of_nothing() -> None:
    x = cl.zeros(0, 3)
    assert x.amax(1).shape == x.argmax(1).shape == x.max(1).values.shape == (0,)
    for call, error in (
        (x.max, ArgumentError),
        (x.amin, ArgumentError),
        (x.long().min, ArgumentError),
        (x.argmax, IndexRangeError),
        (lambda: x.max(0), IndexRangeError),
        (lambda: x.amax(0), IndexRangeError),
        (lambda: x.long().amax(0), IndexRangeError),
        (lambda: x.argmin(0), IndexRangeError),
    ):
        with pytest.raises(error, match=r"element|no number|empty"):
            call()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: x.max(2), IndexRangeError, "dim is 2"),
        (lambda x: x.argmin(-3), IndexRangeError, "dim is -3"),
        (lambda x: x.amax((0, -2)), ArgumentError, "twice"),
    ],
    ids=range(3),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.ones(2, 3))
