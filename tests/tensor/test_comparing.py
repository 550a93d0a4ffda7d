"""Comparisons and truth values: NumPy's values, broadcasting, closeness, bits, refusals."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, ShapeError

NAN, INF = math.nan, math.inf
PAIRS = mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=3)
TYPES = st.sampled_from(["float32", "float64", "int64", "int32", "uint8", "bool"])


def drawn(shapes: Any, *dtypes: str) -> list[Any]:
    random = np.random.default_rng(3)
    return [
        np.asarray(random.integers(0, 3, shape)).astype(dtype)
        for shape, dtype in zip(shapes.input_shapes, dtypes, strict=True)
    ]


@given(PAIRS, TYPES, TYPES)
@settings(max_examples=40)
def test_comparisons_and_truths(shapes: Any, one: str, other: str) -> None:
    a, b = drawn(shapes, one, other)
    x, y = cl.tensor(a), cl.tensor(b)
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        expected = getattr(operator, name)(a, b)
        for found in (getattr(x, name)(y), getattr(cl, name)(x, y)):
            assert found.dtype == "bool"
            np.testing.assert_array_equal(found.numpy(), expected)
    for name in ("logical_and", "logical_or", "logical_xor"):
        for found in (getattr(x, name)(y), getattr(cl, name)(x, y)):
            assert found.dtype == "bool"
            np.testing.assert_array_equal(found.numpy(), getattr(np, name)(a, b))
    np.testing.assert_array_equal(cl.logical_not(x).numpy(), a == 0)


@given(PAIRS, *[st.sampled_from(["int64", "int32", "uint8", "bool"])] * 2)
@settings(max_examples=40)
def test_bits(shapes: Any, one: str, other: str) -> None:
    a, b = drawn(shapes, one, other)
    x, y = cl.tensor(a), cl.tensor(b)
    for function in (operator.and_, operator.or_, operator.xor):
        expected = function(a, b)
        found = function(x, y)
        if bool(x.ndim) == bool(y.ndim):  # else, as in torch, the one with axes gives the type
            assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.numpy(), expected)
    np.testing.assert_array_equal((~x).numpy(), ~a)


def test_bits_and_numbers() -> None:
    x = cl.tensor([1, 6], dtype="uint8")
    assert (x & 4).tolist() == (4 & x).tolist() == [0, 4]
    assert (x | 300).tolist() == [300 % 256 | 1, 300 % 256 | 6]  # the number takes the type
    assert (x ^ True).dtype == "uint8"
    assert (x & cl.tensor(4)).dtype == "uint8"
    truths = cl.tensor([True, False])
    assert (truths & 3).dtype == "int64"
    assert (truths | True).tolist() == [True, True]
    with pytest.raises(ArgumentError, match="does not fit int64"):
        x & 2**70
    with pytest.raises(TypeError):
        x | [1]
    for call in (lambda: cl.ones(2) & x, lambda: x | cl.ones(2), lambda: ~cl.ones(2)):
        with pytest.raises(DTypeError, match="has no bits"):
            call()
    with pytest.raises(ShapeError, match="do not broadcast"):
        x & cl.tensor([1, 2, 3])


def test_nan_is_equal_to_nothing() -> None:
    x = cl.tensor([NAN, 1.0])
    assert (x == x).tolist() == [False, True]
    assert (x != x).tolist() == [True, False]
    assert (x < INF).tolist() == [False, True]
    assert not x.equal(x)
    assert x.isnan().tolist() == cl.isnan(x).tolist() == [True, False]


def test_kinds_of_numbers() -> None:
    x = cl.tensor([NAN, INF, -INF, 0.0])
    assert cl.isinf(x).tolist() == [False, True, True, False]
    assert cl.isfinite(x).tolist() == [False, False, False, True]
    for whole in (cl.arange(2), cl.tensor([True, False])):
        assert whole.isfinite().tolist() == [True, True]
        assert whole.isinf().tolist() == whole.isnan().tolist() == [False, False]


def test_equal_tensors() -> None:
    x = cl.tensor([1.0, 2.0])
    assert cl.equal(x, x.double())
    assert not x.equal(x.reshape(1, 2))
    assert not x.equal(x + 1)
    assert cl.zeros(0).equal(cl.zeros(0))
    assert not cl.zeros(0).equal(cl.zeros(0, 2))


@given(PAIRS, st.floats(0, 1), st.floats(0, 1), st.booleans())
@settings(max_examples=40)
def test_closeness(shapes: Any, rtol: float, atol: float, equal_nan: bool) -> None:
    random = np.random.default_rng(3)
    a, b = (random.choice([NAN, INF, -INF, 1.0, 1.5, 0.0], shape) for shape in shapes.input_shapes)
    x, y = cl.tensor(a), cl.tensor(b)
    expected = np.isclose(a, b, rtol, atol, equal_nan)
    np.testing.assert_array_equal(x.isclose(y, rtol, atol, equal_nan).numpy(), expected)
    assert cl.allclose(x, y, rtol, atol, equal_nan) is bool(expected.all())


def test_closeness_is_relative_to_the_other() -> None:
    one, other = cl.tensor([100.0]), cl.tensor([110.0])
    assert cl.isclose(one, other, rtol=0.095, atol=0.0).item()
    assert not cl.isclose(other, one, rtol=0.095, atol=0.0).item()
    assert cl.arange(3).allclose(cl.arange(3))


def test_nothing_is_recorded() -> None:
    x = cl.ones(2, requires_grad=True)
    for found in (x == 1, x.isclose(x), x.isnan(), x.logical_not(), x.ge(0)):
        assert not found.requires_grad


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: x.eq("a"), DTypeError, "compared with tensors and numbers"),
        (lambda x: x.lt(None), DTypeError, "compared with tensors and numbers"),
        (lambda x: x.ne([1]), DTypeError, "compared with tensors and numbers"),
        (lambda x: x == cl.ones(3), ShapeError, "do not broadcast"),
        (lambda x: x.equal(1), DTypeError, "equal: a tensor is needed, not int"),
        (lambda x: x.isclose(1.0), DTypeError, "isclose: a tensor is needed"),
        (lambda x: x.isclose(x.double()), DTypeError, "float32 and float64"),
        (lambda x: x.isclose(cl.ones(3)), ShapeError, "do not broadcast"),
        (lambda x: x.isclose(x, -1.0), ArgumentError, "rtol is -1.0"),
        (lambda x: cl.allclose(x, x, 0, -1.0), ArgumentError, "atol -1.0"),
        (lambda x: x.logical_and(True), DTypeError, "a tensor is needed, not bool"),
        (lambda x: x.logical_or(cl.ones(3)), ShapeError, "do not broadcast"),
    ],
    ids=range(12),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.ones(2))
