"""Linear layers, products of matrices, sums and means."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl

from .peer import BOTH, compare, draw, layouts, outcome, torch


@BOTH
@given(
    st.lists(st.integers(0, 4), max_size=3).map(tuple),
    st.integers(1, 40),
    st.integers(1, 40),
    st.booleans(),
    layouts,
)
@settings(max_examples=80)
def test_linear(
    dtype: str, batch: tuple[int, ...], features: int, outputs: int, bias: bool, layout: str
) -> None:
    shapes: list[tuple[int, ...]] = [(*batch, features), (outputs, features)]
    lengths = [features + 1, outputs, max(1, prod(batch))]
    if bias:
        shapes.append((outputs,))
        lengths.append(max(1, prod(batch)))
    compare(
        cl.nn.functional.linear,
        torch.nn.functional.linear,
        draw(*shapes),
        dtype,
        lengths,
        layout=layout,
    )


@BOTH
@given(st.lists(st.integers(0, 4), max_size=3).map(tuple), st.integers(1, 40), layouts)
@settings(max_examples=40)
def test_linear_of_one_output(
    dtype: str, batch: tuple[int, ...], features: int, layout: str
) -> None:
    rows = max(1, prod(batch))
    compare(
        cl.nn.functional.linear,
        torch.nn.functional.linear,
        draw((*batch, features), (features,)),
        dtype,
        [features + 1, 1, rows],
        layout=layout,
    )
    compare(
        cl.nn.functional.linear,
        lambda x, weight, bias: torch.nn.functional.linear(x, weight) + bias,
        draw((*batch, features), (features,), ()),
        dtype,
        [features + 1, 1, rows, rows],
        layout=layout,
    )


@pytest.mark.parametrize(
    "shapes", [((5, 4), (3,)), ((), (4,)), ((5, 4), ()), ((5, 4), (4,), (1,)), ((4,), (4,), (5,))]
)
def test_linear_refuses_what_torch_does(shapes: tuple[tuple[int, ...], ...]) -> None:
    theirs = outcome(lambda: torch.nn.functional.linear(*map(torch.ones, shapes)))
    ours = outcome(lambda: cl.nn.functional.linear(*map(cl.ones, shapes)))
    assert isinstance(theirs, RuntimeError)
    assert isinstance(ours, RuntimeError)


@BOTH
@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), layouts)
@settings(max_examples=60)
def test_matmul(dtype: str, m: int, k: int, n: int, layout: str) -> None:
    compare(
        lambda a, b: a @ b,
        lambda a, b: a @ b,
        draw((m, k), (k, n)),
        dtype,
        [k, max(1, n), max(1, m)],
        layout=layout,
    )


@BOTH
@pytest.mark.parametrize("sizes", [(100, 4320, 100), (3, 700, 600), (1, 1, 1), (64, 33, 2000)])
def test_big_matrices(sizes: tuple[int, int, int], dtype: str) -> None:
    m, k, n = sizes
    compare(
        cl.nn.functional.linear,
        torch.nn.functional.linear,
        draw((m, k), (n, k), (n,)),
        dtype,
        [k + 1, n, m, m],
    )


@st.composite
def reductions(draw_: st.DrawFn) -> tuple[tuple[int, ...], Any, bool, str]:
    shape = draw_(st.lists(st.integers(1, 5), max_size=5).map(tuple))
    rank = len(shape)
    if rank == 0 or draw_(st.integers(0, 4)) == 0:
        dims: Any = None
    elif draw_(st.booleans()):
        dims = draw_(st.integers(-rank, rank - 1))
    else:
        axes = draw_(st.lists(st.integers(0, rank - 1), unique=True, min_size=1))
        dims = tuple(a - rank if draw_(st.booleans()) else a for a in axes)
    return shape, dims, draw_(st.booleans()), draw_(layouts)


@BOTH
@pytest.mark.parametrize("name", ["sum", "mean"])
@given(reductions())
@settings(max_examples=100)
def test_reductions(name: str, dtype: str, case: Any) -> None:
    shape, dims, keepdim, layout = case
    options = {} if dims is None else {"dim": dims, "keepdim": keepdim}
    compare(
        lambda x: getattr(x, name)(**options),
        lambda x: getattr(x, name)(**options),
        draw(shape),
        dtype,
        prod(shape) + 2,
        layout=layout,
    )
