"""Powers whose bases, exponents or both are tensors, beside torch: numbers, types and gradients."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import convolens as cl

from .peer import BOTH, compare, draw, layouts, outcome, to_torch, torch

TYPES = ["float32", "float64", "int64", "int32", "uint8", "bool"]
SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, np.inf, -np.inf, np.nan]


@BOTH
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=5, max_side=4, min_side=0), layouts)
@settings(max_examples=60)
def test_powers_of_tensors(dtype: str, shapes: Any, layout: str) -> None:
    a, b = draw(*shapes.input_shapes)
    a = np.abs(a) + 0.5
    size = int(np.prod(shapes.result_shape, dtype=int))
    compare(
        lambda x, y: x**y,
        lambda x, y: x**y,
        [a, b],
        dtype,
        size + 40,
        sums_of_products=False,
        layout=layout,
        cancels=True,
    )


@BOTH
@pytest.mark.parametrize("call", [lambda x: 2.5**x, lambda x: 2**x, lambda x: 0 ** x.abs()])
def test_powers_of_numbers(call: Callable[[Any], Any], dtype: str) -> None:
    compare(call, call, draw((3, 7)), dtype, 24, sums_of_products=False, cancels=True)


@BOTH
def test_special_numbers(dtype: str) -> None:
    """Each base with each exponent: zeros, whole exponents of negative numbers, infinities, NaN."""
    a, b = np.array(list(product(SPECIAL, SPECIAL)), dtype).T
    eps = np.finfo(dtype).eps
    mine = [cl.tensor(x, requires_grad=True) for x in (a, b)]
    other = [to_torch(x, requires_grad=True) for x in (a, b)]
    y, z = mine[0] ** mine[1], other[0] ** other[1]
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), rtol=8 * eps)
    y.sum().backward()
    z.sum().backward()
    for ours, theirs in zip(mine, other, strict=True):
        assert ours.grad is not None
        np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=8 * eps)


@BOTH
@pytest.mark.parametrize("base", [*SPECIAL, 2, 0, 1])
def test_special_numbers_as_a_base(base: float, dtype: str) -> None:
    eps = np.finfo(dtype).eps
    mine = cl.tensor(np.array(SPECIAL, dtype), requires_grad=True)
    other = to_torch(np.array(SPECIAL, dtype), requires_grad=True)
    y, z = base**mine, base**other
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), rtol=8 * eps)
    y.sum().backward()
    z.sum().backward()
    assert mine.grad is not None
    np.testing.assert_allclose(mine.grad.numpy(), other.grad.numpy(), rtol=8 * eps)


def assert_same(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, Exception):
        assert isinstance(ours, RuntimeError)  # of which NotImplementedError is one
        return
    assert ours.dtype.name == str(theirs.dtype).removeprefix("torch.")
    assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize(("first", "second"), list(product(TYPES, TYPES)))
def test_types(first: str, second: str) -> None:
    def call(m: Any) -> Any:
        a = m.tensor([1, 0, 1]).to(getattr(m, first))
        b = m.tensor([0, 1, 1]).to(getattr(m, second))
        return a**b

    assert_same(outcome(lambda: call(cl)), outcome(lambda: call(torch)))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("base", [2, 2.5, True, -1, 0])
def test_types_of_a_number(base: float, dtype: str) -> None:
    def call(m: Any) -> Any:
        return base ** m.tensor([1, 0, 1]).to(getattr(m, dtype))

    ours, theirs = outcome(lambda: call(cl)), outcome(lambda: call(torch))
    if (base, dtype) == (-1, "uint8"):  # torch makes 255 of it
        assert isinstance(ours, ValueError)
    else:
        assert_same(ours, theirs)


CALLS: dict[str, Callable[[Any], Any]] = {
    "negative powers of whole numbers": lambda m: (
        m.tensor([2, 1, -1, -1, -2, 0, 0, 3]) ** m.tensor([-1, -1, -1, -2, -2, -1, 0, 2])
    ),
    "negative powers of a whole number": lambda m: 2 ** m.tensor([-1, 0, 3]),
    "a single exponent has no say": lambda m: m.tensor([2.0, 3.0]) ** m.tensor(2, dtype=m.float64),
    "a single exponent of a higher kind": lambda m: m.tensor([4, 9]) ** m.tensor(0.5),
    "a function": lambda m: m.pow(m.tensor([2.0]), m.tensor([3.0])),
    "a function of a number": lambda m: m.pow(2, m.tensor([3.0])),
    "a method": lambda m: m.tensor([2.0]).pow(exponent=m.tensor([3.0, 4.0])),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name: str) -> None:
    assert_same(CALLS[name](cl), CALLS[name](torch))


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.ones(2) ** m.ones(3),
        lambda m: m.ones(2, dtype=m.int64) ** m.ones(3, dtype=m.int64),
        lambda m: m.ones(2) ** "a",
        lambda m: "a" ** m.ones(2),
        lambda m: m.pow(2, 3),
        lambda m: m.pow(m.ones(2), "a"),
    ],
)
def test_refusals(call: Callable[[Any], Any]) -> None:
    theirs, ours = outcome(lambda: call(torch)), outcome(lambda: call(cl))
    assert isinstance(theirs, Exception)
    assert isinstance(ours, type(theirs))


@pytest.mark.parametrize("at_zero", [False, True])
def test_second_derivatives(at_zero: bool) -> None:
    a, b = (np.abs(x) + 0.5 for x in draw((2, 5), (2, 5)))
    if at_zero:
        a[0, 0] = b[1, 1] = 0.0
        b[0, 0] = 3.0
    found = []
    for m in (cl, torch):
        inputs = [m.tensor(x, requires_grad=True) for x in (a, b)]
        y = (inputs[0] ** inputs[1]).sum()
        slopes = m.autograd.grad(y, inputs, create_graph=True)
        (slopes[0] * slopes[0] + slopes[1].exp()).sum().backward()
        found.append([x.grad.numpy() for x in inputs])
    for ours, theirs in zip(*found, strict=True):
        finite = np.isfinite(theirs)  # torch has 0 times infinity at zeros of the base
        np.testing.assert_allclose(ours[finite], theirs[finite], rtol=1e-11, atol=1e-13)
        assert finite.all() or at_zero
