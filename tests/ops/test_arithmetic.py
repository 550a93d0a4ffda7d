"""Element by element: broadcasting, the types of results, and gradients summed back."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.spec import float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)
FUNCTIONS = (operator.add, operator.sub, operator.mul, operator.truediv)


@pytest.mark.parametrize("function", FUNCTIONS)
@given(
    mutually_broadcastable_shapes(num_shapes=2, max_dims=5, max_side=4, min_side=0),
    st.sampled_from([float32, float64]),
)
@settings(max_examples=150)
def test_broadcasting_is_numpys(function: Callable[..., Any], shapes: Any, dtype: Any) -> None:
    random = np.random.default_rng(5)
    a, b = (np.asarray(random.standard_normal(s), dtype) for s in shapes.input_shapes)
    np.testing.assert_array_equal(function(cl.tensor(a), cl.tensor(b)).numpy(), function(a, b))


@pytest.mark.parametrize("function", FUNCTIONS)
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3))
@settings(max_examples=60)
def test_gradients_are_summed_over_what_was_repeated(
    function: Callable[..., Any], shapes: Any
) -> None:
    random = np.random.default_rng(5)
    a, b = (
        cl.tensor(np.asarray(random.standard_normal(s) + 3), requires_grad=True)
        for s in shapes.input_shapes
    )
    upstream = random.standard_normal(shapes.result_shape)
    function(a, b).backward(cl.tensor(np.asarray(upstream)))
    x, y = a.detach().numpy(), b.detach().numpy()
    slopes = {
        operator.add: (1, 1),
        operator.sub: (1, -1),
        operator.mul: (y, x),
        operator.truediv: (1 / y, -x / y**2),
    }[function]
    for tensor, slope in zip((a, b), slopes, strict=True):
        assert tensor.grad is not None
        assert tensor.grad.shape == tensor.shape
        full = upstream * np.broadcast_to(slope, upstream.shape)
        axes = tuple(range(full.ndim - tensor.ndim))
        kept = tuple(i + len(axes) for i, e in enumerate(tensor.shape) if e == 1)
        expected = full.sum(axis=(*axes, *kept)).reshape(tensor.shape)
        np.testing.assert_allclose(tensor.grad.numpy(), expected, rtol=1e-12, atol=1e-12)


@BOTH
def test_powers(dtype: Any) -> None:
    x = np.array([-2.0, -0.5, 0.0, 0.5, 3.0], dtype)
    for exponent in (0, 1, 2, 3, 0.5, -1, 2.5, -0.75):
        with np.errstate(all="ignore"):
            expected = x ** np.asarray(exponent, dtype)
        np.testing.assert_array_equal((cl.tensor(x) ** exponent).numpy(), expected)


@BOTH
def test_powers_of_each(dtype: Any) -> None:
    a = np.array([[-2.0], [-0.5], [0.0], [0.5], [3.0]], dtype)
    b = np.array([0, 1, 2, 3, 0.5, -1, 2.5, -0.75], dtype)
    with np.errstate(all="ignore"):
        expected = a**b
    np.testing.assert_array_equal((cl.tensor(a) ** cl.tensor(b)).numpy(), expected)
    np.testing.assert_array_equal((cl.tensor(a) ** b).numpy(), expected)
    np.testing.assert_array_equal((a ** cl.tensor(b)).numpy(), expected)
    np.testing.assert_array_equal((3.0 ** cl.tensor(b)).numpy(), np.asarray(3.0, dtype) ** b)


def test_powers_of_whole_numbers_stay_whole() -> None:
    a = cl.tensor([2, 1, -1, -1, 0, -3, 2**62])
    b = cl.tensor([-1, -5, -3, -4, -2, 3, 0])
    assert (a**b).tolist() == [0, 1, -1, 1, 0, -27, 1]
    assert (2 ** cl.arange(4)).tolist() == [1, 2, 4, 8]


def test_the_slope_of_a_power() -> None:
    for exponent in (0, 1, 2, 3, 0.5, -1):
        x = cl.tensor([0.5, 2.0], dtype=float64, requires_grad=True)
        (x**exponent).sum().backward()
        assert x.grad is not None
        expected = exponent * np.array([0.5, 2.0]) ** (exponent - 1)
        np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-15)


def test_the_slope_of_a_power_at_zero() -> None:
    slopes = {0: 0.0, 1: 1.0, 2: 0.0, 3: 0.0, 0.5: np.inf}
    for exponent, slope in slopes.items():
        x = cl.zeros(1, requires_grad=True)
        (x**exponent).sum().backward()
        assert x.grad is not None
        assert x.grad.item() == slope


def test_division_by_zero_is_silent() -> None:
    for dtype in (float32, float64):
        x = cl.tensor([1.0, -1.0, 0.0]).to(dtype)
        np.testing.assert_array_equal((x / 0.0).numpy(), [np.inf, -np.inf, np.nan])
        np.testing.assert_array_equal((1 / cl.zeros(1, dtype=dtype)).numpy(), [np.inf])


HUGE = {float32: 3e38, float64: 1e308}


@BOTH
@pytest.mark.parametrize(
    "function",
    [
        lambda x: x - x,
        lambda x: x * x,
        lambda x: x * 0,
        lambda x: x.sum(),
        lambda x: x.mean(),
        lambda x: x.reshape(1, -1) @ x.reshape(-1, 1),
        lambda x: x.exp(),
        lambda x: x.sigmoid(),
        lambda x: x.tanh(),
        lambda x: x.softmax(0),
        lambda x: x.log_softmax(0),
        lambda x: x**2,
        lambda x: x**-0.5,
        lambda x: x**x,
        lambda x: 2.0**x,
        lambda x: x / x,
        lambda x: cl.nn.functional.local_response_norm(x.reshape(1, -1), 3),
        lambda x: cl.nn.functional.avg_pool1d(x.reshape(1, 1, -1), 2),
        lambda x: cl.nn.functional.conv1d(x.reshape(1, 1, -1), x.reshape(1, 1, -1)[:, :, :2]),
        lambda x: cl.nn.functional.linear(x.reshape(1, -1), x.reshape(1, -1)),
    ],
    ids=range(20),
)
def test_infinities_are_results_and_no_warnings(function: Any, dtype: Any) -> None:
    """Warnings are errors here: torch gives none, and neither do we. Backward likewise."""
    for values in ([np.inf, 1.0, -np.inf], [HUGE[dtype], -HUGE[dtype], 2.0], [np.nan, 0.0, 1.0]):
        x = cl.tensor(np.array(values, dtype), requires_grad=True)
        y = function(x)
        if y.requires_grad:
            y.sum().backward()


TYPES = ["float32", "float64", "int64", "bool"]


def test_casts_of_infinities_give_no_warnings() -> None:
    for dtype in (float32, float64):
        whole = cl.tensor(np.array([np.inf, np.nan, 1.5], dtype), requires_grad=True).long()
        assert whole.tolist()[2] == 1
        assert not whole.requires_grad


@pytest.mark.parametrize(("a", "b"), list(itertools.product(TYPES, repeat=2)))
def test_the_types_of_results(a: str, b: str) -> None:
    """Floats win over whole numbers, and the wider float over the narrower."""
    order = ["bool", "int64", "float32", "float64"]
    x, y = cl.ones(2, dtype=a), cl.ones(2, dtype=b)
    wider = max(a, b, key=order.index)
    assert (x + y).dtype == ("bool" if wider == "bool" else wider)
    assert (x / y).dtype == ("float64" if wider == "float64" else "float32")


@pytest.mark.parametrize("function", [operator.add, operator.mul, operator.truediv])
def test_a_number_takes_the_tensors_type(function: Any) -> None:
    for dtype in ("float32", "float64"):
        x = cl.ones(2, dtype=dtype)
        for number in (2, 2.5, True, np.float64(2), np.float32(2), np.int64(2)):
            assert function(x, number).dtype == dtype, type(number)
            assert function(number, x).dtype == dtype, type(number)


def test_a_tensor_of_rank_0_does_not_widen_another() -> None:
    assert (cl.ones(2) * cl.tensor(2.0, dtype=float64)).dtype == float32
    assert (cl.tensor(2.0, dtype=float64) + cl.ones(2)).dtype == float32
    assert (cl.tensor(1.0) + cl.tensor(2.0, dtype=float64)).dtype == float64
    assert (cl.ones(2, dtype="int64") + cl.tensor(2.0)).dtype == float32


def test_numbers_with_whole_tensors() -> None:
    assert (cl.arange(3) + 1).dtype == "int64"
    assert (cl.arange(3) + 1.5).dtype == float32
    assert (cl.tensor([True]) + 1).tolist() == [2]
    assert (-cl.arange(3)).tolist() == [0, -1, -2]
    assert (cl.arange(3) ** 2).tolist() == [0, 1, 4]
    assert (cl.arange(3) / 2).tolist() == [0, 0.5, 1]


def test_numpy_leaves_arithmetic_to_the_tensor() -> None:
    x = cl.ones(3, requires_grad=True)
    for y in (np.float64(2) * x, np.full(3, 2, np.float32) * x, np.float32(4) / (x + x)):
        assert isinstance(y, cl.Tensor)
        assert y.requires_grad
        assert y.tolist() == [2, 2, 2]


def test_comparisons() -> None:
    x = cl.tensor([1.0, 2.0, 3.0])
    assert (x < 2).tolist() == [True, False, False]
    assert (x <= 2).tolist() == [True, True, False]
    assert (x > 2).tolist() == [False, False, True]
    assert (x >= 2).tolist() == [False, True, True]
    assert (x == 2).tolist() == [False, True, False]
    assert (x != 2).tolist() == [True, False, True]
    assert (x == x.reshape(3, 1)).shape == (3, 3)
    assert (x == None) is False  # noqa: E711
    assert (x != "x") is True
    assert x in [None, "x", x]
    assert not (x < cl.tensor([3.0, 2.0, 3.0])).requires_grad


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: cl.ones(2, 3) + cl.ones(2, 4), ShapeError),
        (lambda: cl.arange(3) + cl.arange(4), RuntimeError),
        (lambda: cl.ones(3) < cl.ones(4), RuntimeError),
        (lambda: cl.ones(3) + "x", TypeError),
        (lambda: cl.ones(3) + None, TypeError),
        (lambda: cl.ones(3) + [1, 2, 3], TypeError),  # noqa: RUF005
        (lambda: cl.ones(3) < None, TypeError),
        (lambda: cl.tensor([1], dtype="uint8") + 300, ArgumentError),
        (lambda: cl.tensor([True]) - cl.tensor([True]), DTypeError),
        (lambda: cl.ones(3) ** "x", TypeError),
        (lambda: cl.ones(3) ** cl.ones(4), ShapeError),
        (lambda: cl.tensor([True]) ** cl.tensor([True]), DTypeError),
    ],
    ids=range(12),
)
def test_refusals(call: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        call()
