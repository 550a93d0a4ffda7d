"""Elementary functions and choices of tensors: values, types, slopes, refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.spec import DType, float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)
NAN, INF = math.nan, math.inf


def slope(function: Callable[[cl.Tensor], cl.Tensor], values: list[float], dtype: DType) -> Any:
    x = cl.tensor(values, dtype=dtype, requires_grad=True)
    function(x).sum().backward()
    assert x.grad is not None
    return x.grad.numpy()


@BOTH
def test_values_and_slopes(dtype: DType) -> None:
    x = [0.25, 1.0, 4.0]
    eps = np.finfo(dtype).eps
    for function, values, slopes in (
        (cl.log, np.log(x), 1 / np.array(x)),
        (cl.sqrt, [0.5, 1, 2], [1, 0.5, 0.25]),
        (cl.erf, list(map(math.erf, x)), 2 / math.sqrt(math.pi) * np.exp(-np.square(x))),
    ):
        np.testing.assert_allclose(function(cl.tensor(x, dtype=dtype)).numpy(), values, 8 * eps)
        np.testing.assert_allclose(slope(function, x, dtype), slopes, 8 * eps)


@BOTH
def test_roots_and_logarithms_at_the_end_of_their_range(dtype: DType) -> None:
    x = cl.tensor([0.0, -1.0, INF, NAN], dtype=dtype)
    np.testing.assert_array_equal(x.log().numpy(), [-INF, NAN, INF, NAN])
    np.testing.assert_array_equal(x.sqrt().numpy(), [0, NAN, INF, NAN])
    np.testing.assert_array_equal(slope(cl.sqrt, [0.0, INF], dtype), [INF, 0])
    np.testing.assert_array_equal(slope(cl.log, [0.0, INF], dtype), [INF, 0])


@BOTH
def test_absolute_values(dtype: DType) -> None:
    values = [-2.0, -0.0, 0.0, 3.0, -INF, NAN]
    x = cl.tensor(values, dtype=dtype)
    for computed in (x.abs(), cl.abs(x), abs(x)):
        np.testing.assert_array_equal(computed.numpy(), [2, 0, 0, 3, INF, NAN])
        assert not np.signbit(computed.numpy()[1])
    np.testing.assert_array_equal(slope(cl.abs, values, dtype), [-1, 0, 0, 1, -1, 0])


@BOTH
def test_bounds(dtype: DType) -> None:
    values = [-2.0, -1.0, 0.5, 1.0, 2.0, NAN, INF, -INF]
    x = cl.tensor(values, dtype=dtype)
    np.testing.assert_array_equal(x.clamp(-1, 1).numpy(), [-1, -1, 0.5, 1, 1, NAN, 1, -1])
    np.testing.assert_array_equal(x.clip(max=0.5).numpy(), [-2, -1, 0.5, 0.5, 0.5, NAN, 0.5, -INF])
    np.testing.assert_array_equal(cl.clamp(x, min=1.0).numpy(), [1, 1, 1, 1, 2, NAN, INF, 1])
    np.testing.assert_array_equal(x.clamp(1.0, -1.0).numpy(), [-1] * 5 + [NAN, -1, -1])
    assert np.isnan(x.clamp(NAN, 1.0).numpy()).all()
    # At a bound the gradient passes; where x is NaN it does not.
    expected = [0, 1, 1, 1, 0, 0, 0, 0]
    np.testing.assert_array_equal(slope(lambda t: t.clamp(-1, 1), values, dtype), expected)
    assert not slope(lambda t: t.clamp(NAN, 1.0), values, dtype).any()


def test_bounds_of_whole_numbers() -> None:
    x = cl.arange(-2, 3)
    assert x.clamp(-1, 1).tolist() == [-1, -1, 0, 1, 1]
    assert x.clamp(-1, 1).dtype == "int64"
    assert x.clamp(min=-1.5).tolist() == [-1.5, -1.0, 0.0, 1.0, 2.0]
    assert x.clamp(min=-1.5).dtype == float32
    assert cl.tensor([True, False]).clamp(0, 1).tolist() == [1, 0]
    whole = x.clamp(max=10)
    whole[0] = 7
    assert x[0].item() == -2  # it is a copy
    with pytest.raises(ArgumentError, match="a bound does not fit uint8"):
        cl.tensor([1], dtype="uint8").clamp(0, 300)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
@given(
    mutually_broadcastable_shapes(num_shapes=2, max_dims=5, max_side=4, min_side=0),
    st.sampled_from([float32, float64]),
)
@settings(max_examples=60)
def test_broadcasting_is_numpys(name: str, shapes: Any, dtype: Any) -> None:
    random = np.random.default_rng(5)
    a, b = (np.asarray(random.integers(-2, 3, s), dtype) for s in shapes.input_shapes)
    x, y = (cl.tensor(array, requires_grad=True) for array in (a, b))
    z = getattr(cl, name)(x, y)
    np.testing.assert_array_equal(z.detach().numpy(), getattr(np, name)(a, b))
    upstream = np.asarray(random.integers(1, 9, z.shape), dtype)
    z.backward(cl.tensor(upstream))
    assert x.grad is not None
    assert y.grad is not None
    # Whoever wins gets all of the gradient, and each half of it where they are equal.
    assert x.grad.numpy().sum() + y.grad.numpy().sum() == upstream.sum()


@BOTH
def test_equals_share_the_gradient(dtype: DType) -> None:
    a = cl.tensor([1.0, 2.0, 3.0, NAN], dtype=dtype, requires_grad=True)
    b = cl.tensor([1.0, 3.0, 2.0, 1.0], dtype=dtype, requires_grad=True)
    g = cl.tensor([4.0, 6.0, 8.0, 10.0], dtype=dtype)
    a.maximum(b).backward(g)
    assert a.grad is not None
    assert b.grad is not None
    assert a.grad.tolist() == [2, 0, 8, 10]
    assert b.grad.tolist() == [2, 6, 0, 10]
    a.grad = b.grad = None
    a.minimum(b).backward(g)
    assert a.grad.tolist() == [2, 6, 0, 10]
    assert b.grad.tolist() == [2, 0, 8, 10]


@given(
    mutually_broadcastable_shapes(num_shapes=3, max_dims=4, max_side=3, min_side=0),
    st.sampled_from([float32, float64]),
)
@settings(max_examples=80)
def test_where(shapes: Any, dtype: Any) -> None:
    random = np.random.default_rng(5)
    condition = np.asarray(random.integers(0, 2, shapes.input_shapes[0]), bool)
    a, b = (np.asarray(random.standard_normal(s), dtype) for s in shapes.input_shapes[1:])
    x, y = (cl.tensor(array, requires_grad=True) for array in (a, b))
    z = cl.where(cl.tensor(condition), x, y)
    np.testing.assert_array_equal(z.detach().numpy(), np.where(condition, a, b))
    z.sum().backward()
    assert x.grad is not None
    assert y.grad is not None
    chosen = np.broadcast_to(condition, z.shape)
    assert x.grad.numpy().sum() == chosen.sum()
    assert y.grad.numpy().sum() == chosen.size - chosen.sum()
    np.testing.assert_array_equal(x.where(cl.tensor(condition), y).detach().numpy(), z.detach())


def test_where_with_numbers_and_types() -> None:
    truths = cl.tensor([True, False])
    x = cl.tensor([1.0, 2.0])
    assert cl.where(truths, x, 0).tolist() == [1, 0]
    assert cl.where(truths, 5, x.double()).dtype == float64
    assert cl.where(truths, 1, 0).dtype == "int64"
    assert cl.where(truths, 1.0, 0).dtype == float32
    assert cl.where(truths, True, False).dtype == "bool"
    assert cl.where(truths, cl.arange(2), 0.5).tolist() == [0, 0.5]
    assert cl.where(truths, cl.arange(2), cl.tensor([7, 8])).tolist() == [0, 8]


def test_no_gradient_of_what_was_not_chosen() -> None:
    """Not even NaN, which a product with 0 would be."""
    x = cl.tensor([0.0, 4.0], requires_grad=True)
    cl.where(x > 0, x, 1.0).sqrt().sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0, 0.25]


def test_functions_of_whole_numbers() -> None:
    x = cl.arange(1, 4)
    for function in (cl.log, cl.sqrt, cl.erf, cl.exp, cl.sigmoid, cl.tanh):
        assert function(x).dtype == float32
        np.testing.assert_array_equal(function(x).numpy(), function(x.float()).numpy())
    assert cl.abs(cl.arange(-2, 1)).tolist() == [2, 1, 0]
    assert cl.maximum(x, cl.tensor([2, 2, 2])).tolist() == [2, 2, 3]
    assert cl.minimum(x, cl.tensor([1.5])).dtype == float32
    assert cl.neg(x).tolist() == [-1, -2, -3]
    assert cl.pow(x, 2).tolist() == [1, 4, 9]
    assert cl.relu(cl.tensor([-1.0, 2.0])).tolist() == [0, 2]


def test_second_derivatives() -> None:
    x = cl.tensor([0.5, 2.0], dtype=float64, requires_grad=True)
    for function, second in (
        (cl.log, lambda x: -1 / x**2),
        (cl.sqrt, lambda x: -0.25 * x**-1.5),
        (cl.erf, lambda x: -4 * x / np.sqrt(np.pi) * np.exp(-(x**2))),
        (cl.abs, lambda x: 0 * x),
        (lambda t: t.clamp(0.0, 1.0), lambda x: 0 * x),
        (lambda t: t.maximum(cl.tensor(1.0, dtype=float64)), lambda x: 0 * x),
    ):
        (first,) = cl.autograd.grad(function(x).sum(), x, create_graph=True)
        (found,) = cl.autograd.grad(first.sum(), x)
        assert found is not None
        np.testing.assert_allclose(found.numpy(), second(x.detach().numpy()), rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: x.clamp(), ArgumentError, "at least one of min and max"),
        (lambda x: cl.arange(3).clamp(), ArgumentError, "at least one of min and max"),
        (lambda x: x.clamp("a"), DTypeError, "min is a str"),
        (lambda x: x.clamp(max=x), DTypeError, "max is a Tensor"),
        (lambda x: x.maximum(2.0), DTypeError, "other is a float"),
        (lambda x: cl.minimum(x, 2), DTypeError, "use clamp"),
        (lambda x: x.maximum(cl.ones(2)), ShapeError, "sizes 3 and 2 do not broadcast"),
        (lambda x: cl.abs(cl.tensor([True])), DTypeError, "truth values have no sign"),
        (lambda x: cl.where(x, x, x), DTypeError, "must be bool"),
        (lambda x: cl.where([True], x, x), DTypeError, "the condition is a list"),
        (lambda x: cl.where(x > 0, x, "a"), DTypeError, "a str is neither"),
        (lambda x: cl.where(x > 0, "a", 1), DTypeError, "a str is neither"),
        (lambda x: cl.where(x > 0, cl.ones(2), x), ShapeError, "do not broadcast"),
        (lambda x: cl.where(x > 0, cl.arange(2), cl.arange(2)), ShapeError, "do not broadcast"),
    ],
    ids=range(14),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.ones(3))
