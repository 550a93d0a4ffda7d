"""Products: zeros, infinities and NaN as the definition says, long ones, gradients of any order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import convolens as cl
from convolens.errors import IndexRangeError
from convolens.ops import Array, Prod, ProdGrad
from convolens.spec import DType, float32, float64
from convolens.tensor.apply import apply

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)
INF, NAN = float("inf"), float("nan")
#: Numbers whose products are exact in any order: zeros, powers of two, and what is not finite.
NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 2.0, -0.5, INF, -INF, NAN])


def others(x: Array) -> Array:
    """The product of all other numbers of a row, one by one."""
    with np.errstate(invalid="ignore"):
        return np.stack([np.delete(x, i, -1).prod(-1) for i in range(x.shape[-1])], -1)


@BOTH
@given(arrays(np.float64, (3, 5), elements=NUMBERS), st.booleans())
@settings(max_examples=150)
def test_whatever_the_numbers_are(dtype: DType, x: Array, along_rows: bool) -> None:
    given_, axis = (x, 1) if along_rows else (x.T, 0)
    t = cl.tensor(given_.astype(dtype), requires_grad=True)
    y = t.prod(axis)
    y.backward(cl.tensor(np.full(3, 2, dtype)))
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(y.detach().numpy(), x.prod(1))
    assert t.grad is not None
    found = t.grad.numpy()
    np.testing.assert_array_equal(found if along_rows else found.T, 2 * others(x))


@pytest.mark.parametrize(
    "shape", [(1000,), (3, 700), (700, 3), (2, 600, 40), (5000, 1, 2)], ids=str
)
@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_long_products(shape: tuple[int, ...], zeros: int) -> None:
    """Chunks of 256 are multiplied on their own: what one of them holds reaches all others."""
    random = np.random.default_rng(len(shape) + zeros)
    x = np.exp(random.standard_normal(shape) / 20) * random.choice([-1, 1], shape)
    x = x.astype(np.float32)
    axis = int(np.argmax(shape))
    for place in (300, 17)[:zeros]:
        x[(slice(None),) * axis + (place,)] = 0
    g = random.standard_normal(x.prod(axis).shape).astype(np.float32)
    t = cl.tensor(x, requires_grad=True)
    y = t.prod(axis)
    y.backward(cl.tensor(g))
    wide, upstream = x.astype(np.float64), np.expand_dims(g, axis).astype(np.float64)
    close = {"rtol": 2e-7, "atol": 0.0}
    np.testing.assert_allclose(y.detach().numpy(), wide.prod(axis), **close)
    expected = ProdGrad((axis,)).reference(wide, upstream)
    assert t.grad is not None
    np.testing.assert_allclose(t.grad.numpy(), expected, **close)


def test_beyond_the_range_of_doubles() -> None:
    """The product of all is 0 in any precision, and yet no gradient is NaN."""
    x = np.full((2, 9), 1e-38, np.float32)
    x[1] = 1e38
    t = cl.tensor(x, requires_grad=True)
    t.prod(1).sum().backward()
    assert t.grad is not None
    np.testing.assert_array_equal(t.grad.numpy(), [[0] * 9, [INF] * 9])
    small = cl.tensor([1e-30, 1e-30, 1e30, 1e30], requires_grad=True)
    small.prod().backward()  # in float32 the first two would be 0
    assert small.grad is not None
    np.testing.assert_allclose(small.grad.numpy(), [1e30, 1e30, 1e-30, 1e-30], rtol=1e-6)


@BOTH
def test_every_set_of_axes(dtype: DType) -> None:
    x = np.random.default_rng(2).standard_normal((2, 3, 4)).astype(dtype)
    for count in range(4):
        for axes in itertools.combinations(range(3), count):
            for keepdim in (False, True):
                y = apply(Prod(axes, keepdim), cl.tensor(x))
                expected = x.astype(np.float64).prod(axes, keepdims=keepdim)
                np.testing.assert_allclose(y.numpy(), expected, rtol=1e-5)


@pytest.mark.parametrize("x", [[1.5, 2.0, -3.0], [0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0] * 3])
def test_second_derivatives_are_the_products_of_the_others(x: list[float]) -> None:
    t = cl.tensor(x, dtype="float64", requires_grad=True)
    (first,) = cl.autograd.grad(t.prod(), [t], create_graph=True)
    for i in range(3):
        (second,) = cl.autograd.grad(first[i], [t], retain_graph=True)
        expected = [0.0 if i == j else x[3 - i - j] for j in range(3)]
        assert second.tolist() == expected


def test_of_one_number_and_of_none() -> None:
    x = cl.tensor([[3.0], [4.0]], requires_grad=True)
    (first,) = cl.autograd.grad(x.prod(1).sum(), [x], create_graph=True)
    assert first.tolist() == [[1], [1]]
    nothing = cl.zeros(2, 0, requires_grad=True)
    y = nothing.prod(1)
    assert y.tolist() == [1, 1]
    y.sum().backward()
    assert nothing.grad is not None
    assert nothing.grad.shape == (2, 0)
    assert cl.tensor(3.0).prod(-1).item() == cl.tensor(3.0).prod(0, keepdim=True).item() == 3
    with pytest.raises(IndexRangeError, match="dim is 1"):
        cl.tensor(3.0).prod(1)
