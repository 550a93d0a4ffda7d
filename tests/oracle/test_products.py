"""Products of matrices beside torch: one to five axes, broadcast, empty, in all layouts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl

from .peer import BOTH, compare, draw, layouts, to_torch, torch


@st.composite
def operands(draw_: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes that torch's matmul takes."""
    m, k, n = (draw_(st.integers(0 if rare else 1, 6)) for rare in (True, False, True))
    batch = draw_(st.lists(st.integers(1, 3), max_size=3))

    def some() -> tuple[int, ...]:
        kept = batch[draw_(st.integers(0, len(batch))) :]
        return tuple(1 if draw_(st.integers(0, 3)) == 0 else extent for extent in kept)

    a = (k,) if draw_(st.integers(0, 4)) == 0 else (*some(), m, k)
    b = (k,) if draw_(st.integers(0, 4)) == 0 else (*some(), k, n)
    return a, b


@BOTH
@given(operands(), layouts)
@settings(max_examples=150)
def test_matmul(dtype: str, shapes: Any, layout: str) -> None:
    a, b = draw(*shapes)
    summands = max(a.size, b.size, 1)
    compare(lambda x, y: x @ y, lambda x, y: x @ y, [a, b], dtype, summands, layout=layout)


@BOTH
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((8, 50, 64), (8, 64, 40)),
        ((8, 50, 64), (64, 40)),
        ((50, 64), (8, 64, 40)),
        ((2, 4, 33, 17), (2, 4, 17, 65)),
        ((2, 1, 33, 17), (5, 17, 9)),
        ((700,), (8, 700, 3)),
        ((8, 3, 700), (700,)),
        ((600,), (600,)),
        ((300, 600), (600,)),
        ((600,), (600, 300)),
        ((3, 1, 600), (3, 600, 1)),
    ],
    ids=str,
)
def test_big_products(a: tuple[int, ...], b: tuple[int, ...], dtype: str) -> None:
    x, y = draw(a, b)
    compare(
        lambda s, t: s.matmul(t),
        lambda s, t: s.matmul(t),
        [x, y],
        dtype,
        [x.shape[-1], max(y.size, 1), max(x.size, 1)],
    )


NAMED: dict[str, tuple[Any, list[tuple[int, ...]]]] = {
    "mm": (lambda m, a, b: m.mm(a, b), [(3, 4), (4, 5)]),
    "bmm": (lambda m, a, b: m.bmm(a, b), [(2, 3, 4), (2, 4, 5)]),
    "mv": (lambda m, a, b: m.mv(a, b), [(3, 4), (4,)]),
    "dot": (lambda m, a, b: m.dot(a, b), [(7,), (7,)]),
    "outer": (lambda m, a, b: m.outer(a, b), [(3,), (5,)]),
    "addmm": (lambda m, c, a, b: m.addmm(c, a, b), [(3, 5), (3, 4), (4, 5)]),
    "addmm of a row": (
        lambda m, c, a, b: m.addmm(c, a, b, beta=0.5, alpha=2),
        [(5,), (3, 4), (4, 5)],
    ),
    "methods": (lambda m, c, a, b: c.addmm(a, b).mm(b.t()).mv(a[0]), [(3, 5), (3, 4), (4, 5)]),
}


@BOTH
@pytest.mark.parametrize("name", [name for name in NAMED if name != "methods"])
def test_products_by_name(name: str, dtype: str) -> None:
    call, shapes = NAMED[name]
    compare(lambda *t: call(cl, *t), lambda *t: call(torch, *t), draw(*shapes), dtype, 12)


def test_self_is_not_read_where_beta_is_0() -> None:
    for library in (cl, torch):
        start = library.full((2,), float("nan"))
        product = library.addmm(start, library.ones(2, 3), library.ones(3, 2), beta=0)
        assert product.tolist() == [[3, 3], [3, 3]]


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_whole_numbers(dtype: str) -> None:
    random = np.random.default_rng(0)
    for a, b in (((3, 4), (4, 5)), ((4,), (2, 4, 3)), ((2, 3, 4), (4,)), ((4,), (4,))):
        x, y = (random.integers(0, 5, shape).astype(dtype) for shape in (a, b))
        ours, theirs = cl.tensor(x) @ cl.tensor(y), to_torch(x) @ to_torch(y)
        assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_second_derivatives_of_batches() -> None:
    """<x A, x A> has the Hessian 2 A A^T, for each pair."""
    x, a = draw((2, 3, 4), (2, 4, 5))
    results = []
    for library in (cl, torch):
        tensor = library.tensor(x, requires_grad=True)
        product = tensor @ library.tensor(a)
        (slope,) = library.autograd.grad((product * product).sum(), tensor, create_graph=True)
        (slope * slope).sum().backward()
        results.append(tensor.grad.numpy())
    np.testing.assert_allclose(*results, rtol=1e-12)
