"""Reductions beside torch: every set of axes, keepdim, sizes of one, ties, NaN, all layouts."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from math import inf, nan, prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl

from .peer import BOTH, compare, draw, layouts, outcome, to_torch, torch

Dims = Any


@st.composite
def groups(draw_: st.DrawFn, least: int = 0) -> tuple[tuple[int, ...], Dims, bool, str]:
    """A shape, axes in any order counted from either end, keepdim and a layout."""
    shape = draw_(st.lists(st.integers(1, 5), min_size=least, max_size=5).map(tuple))
    rank = len(shape)
    axes = draw_(st.lists(st.integers(0, rank - 1), unique=True, min_size=1)) if rank else []
    dims = tuple(axis - rank if draw_(st.booleans()) else axis for axis in axes)
    return shape, dims or None, draw_(st.booleans()), draw_(layouts)


def count(shape: tuple[int, ...], dims: Dims) -> int:
    return prod(shape if dims is None else (shape[axis] for axis in dims))


#: name: the call, written once for either library, and how many roundings it may see more than
#: there are numbers.
OVER_AXES: dict[str, Callable[[Any, Dims, bool], Any]] = {
    "sum": lambda x, dims, keep: x.sum(dims, keep),
    "mean": lambda x, dims, keep: x.mean(dims, keep),
    "amax": lambda x, dims, keep: x.amax(dims or (), keep),
    "amin": lambda x, dims, keep: x.amin(dims or (), keep),
    "var": lambda x, dims, keep: x.var(dims, correction=0, keepdim=keep),
    "std": lambda x, dims, keep: x.std(dims, correction=0, keepdim=keep),
    "norm": lambda x, dims, keep: x.norm(2, dims, keep),
    "norm 1": lambda x, dims, keep: x.norm(1, dims, keep),
    "norm inf": lambda x, dims, keep: x.norm(inf, dims, keep),
    "norm -inf": lambda x, dims, keep: x.norm(-inf, dims, keep),
    "norm 3": lambda x, dims, keep: x.norm(3, dims, keep),
    "norm 1.5": lambda x, dims, keep: x.norm(1.5, dims, keep),
    "norm 0.5": lambda x, dims, keep: x.norm(0.5, dims, keep),
    "norm -2": lambda x, dims, keep: x.norm(-2, dims, keep),
    "logsumexp": lambda x, dims, keep: x.logsumexp(
        tuple(range(x.ndim)) if dims is None else dims, keep
    ),
}


@BOTH
@pytest.mark.parametrize("name", OVER_AXES)
@given(groups())
@settings(max_examples=40)
def test_over_axes(name: str, dtype: str, case: Any) -> None:
    shape, dims, keepdim, layout = case
    call = OVER_AXES[name]
    (x,) = draw(shape)
    roundings = 4 * count(shape, dims) + 24
    if name == "std":  # numbers that are close to each other lose digits when their mean goes
        spread = x.std(dims)
        roundings *= 1 + int(np.abs(x).max(initial=0) / spread[spread > 0].min(initial=1))
    compare(
        lambda x: call(x, dims, keepdim),
        lambda x: call(x, dims, keepdim),
        [x],
        dtype,
        roundings,
        sums_of_products=False,
        cancels=True,
        layout=layout,
    )


@BOTH
@pytest.mark.parametrize("name", ["amax", "amin"])
@given(groups(), st.integers(0, 1000))
@settings(max_examples=40)
def test_equal_numbers_share_the_gradient(name: str, dtype: str, case: Any, seed: int) -> None:
    shape, dims, keepdim, layout = case
    x = np.random.default_rng(seed).integers(0, 3, shape).astype(dtype)
    call = OVER_AXES[name]
    compare(
        lambda t: call(t, dims, keepdim),
        lambda t: call(t, dims, keepdim),
        [np.asarray(x)],
        dtype,
        2,
        sums_of_products=False,
        layout=layout,
    )


ALONG: dict[str, Callable[[Any, int, bool], Any]] = {
    "max": lambda x, dim, keep: x.max(dim, keep),
    "min": lambda x, dim, keep: x.min(dim, keep),
    "sort": lambda x, dim, keep: x.sort(dim=dim, descending=keep, stable=True),
}


@BOTH
@pytest.mark.parametrize("name", ALONG)
@given(groups(least=1), st.integers(0, 1000), st.booleans())
@settings(max_examples=40)
def test_values_and_indices(name: str, dtype: str, case: Any, seed: int, with_nan: bool) -> None:
    shape, dims, keepdim, layout = case
    random = np.random.default_rng(seed)
    x = random.integers(0, 4, shape).astype(dtype)
    if with_nan:
        x[random.random(shape) < 0.2] = nan
    theirs = ALONG[name](to_torch(x), dims[0], keepdim)
    ours = ALONG[name](cl.tensor(x), dims[0], keepdim)
    np.testing.assert_array_equal(ours.values.numpy(), theirs.values.numpy())
    np.testing.assert_array_equal(ours.indices.numpy(), theirs.indices.numpy())
    assert ours.indices.dtype == "int64"
    if not with_nan:
        compare(
            lambda t: ALONG[name](t, dims[0], keepdim).values,
            lambda t: ALONG[name](t, dims[0], keepdim)[0],
            [x],
            dtype,
            1,
            layout=layout,
        )


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@given(groups(), st.integers(0, 1000), st.sampled_from(["float32", "float64", "int64", "uint8"]))
@settings(max_examples=60)
def test_places(name: str, case: Any, seed: int, dtype: str) -> None:
    shape, dims, keepdim, _ = case
    x = np.random.default_rng(seed).integers(0, 4, shape).astype(dtype)
    if np.size(x) and dtype.startswith("float"):
        x = np.where(np.random.default_rng(seed).random(shape) < 0.1, nan, x).astype(dtype)
    for dim in (None, *(dims or ())):
        theirs = getattr(to_torch(x), name)(dim, keepdim)
        ours = getattr(cl.tensor(x), name)(dim, keepdim)
        assert ours.shape == tuple(theirs.shape)
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


@BOTH
@given(groups(least=1), st.booleans())
@settings(max_examples=40)
def test_along_one_axis(dtype: str, case: Any, zeros: bool) -> None:
    shape, dims, keepdim, layout = case
    dim = dims[0]
    x = draw(shape)[0]
    if zeros:
        x[np.random.default_rng(3).random(shape) < 0.3] = 0
    for name in ("cumsum", "prod"):
        options = (dim, keepdim) if name == "prod" else (dim,)
        compare(
            lambda t, name=name, options=options: getattr(t, name)(*options),
            lambda t, name=name, options=options: getattr(t, name)(*options),
            [x],
            dtype,
            2 * shape[dim] + 4,
            layout=layout,
        )


@BOTH
def test_the_product_of_all_has_the_gradient_of_the_others(dtype: str) -> None:
    for x in ([0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [1.5], [[1.0, 2.0, -3.0], [0.5, 4.0, 5.0]]):
        compare(lambda t: t.prod(), lambda t: t.prod(), [np.array(x)], dtype, 12)


LARGEST: dict[str, Any] = {
    "ties": [[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]],
    "NaN": [[1.0, nan, 3.0], [2.0, nan, 2.0]],
    "infinities": [[inf, inf, -inf], [1.0, -inf, 0.0]],
    "one": 3.0,
    "equal": [-inf, -inf],
}


@BOTH
@pytest.mark.parametrize("case", LARGEST)
@pytest.mark.parametrize("name", ["max", "min"])
def test_the_extreme_of_all(name: str, case: str, dtype: str) -> None:
    x = np.array(LARGEST[case], dtype)
    mine, other = cl.tensor(x, requires_grad=True), to_torch(x, requires_grad=True)
    y, z = getattr(mine, name)(), getattr(other, name)()
    y.backward()
    z.backward()
    np.testing.assert_array_equal(y.item(), z.item())
    assert mine.grad is not None
    np.testing.assert_allclose(mine.grad.numpy(), other.grad.numpy(), rtol=1e-6)


@BOTH
@pytest.mark.parametrize(
    "x", [[inf, 1.0], [-inf, -inf], [nan, 1.0], [1e4, -1e4], [3e38, 3e38], [-inf, 2.0]], ids=str
)
def test_logsumexp_at_the_ends(x: list[float], dtype: str) -> None:
    mine = cl.tensor(np.array(x, dtype), requires_grad=True)
    other = to_torch(np.array(x, dtype), requires_grad=True)
    mine.logsumexp(0).backward()
    other.logsumexp(0).backward()
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(mine.logsumexp(0).item(), other.logsumexp(0).item(), rtol=8 * eps)
    assert mine.grad is not None
    np.testing.assert_allclose(mine.grad.numpy(), other.grad.numpy(), rtol=16 * eps, atol=eps)


ENDS = [[0.0, 0.0], [2.0, 2.0, 2.0], [nan, 1.0], [inf, 1.0], [3.0, -4.0, 0.0], [-0.0, nan]]


@BOTH
@pytest.mark.parametrize("x", [*ENDS, [inf, -inf, 1.0]], ids=str)
@pytest.mark.parametrize("name", [*(name for name in OVER_AXES if "norm" in name), "std"])
def test_norms_and_deviations_at_the_ends(name: str, x: list[float], dtype: str) -> None:
    results = []
    for library in (cl, torch):
        tensor = library.tensor(np.array(x, dtype), requires_grad=True)
        y = OVER_AXES[name](tensor, None, False)
        y.backward()
        results.append((y.item(), tensor.grad.numpy()))
    (mine, slope), (other, expected) = results
    np.testing.assert_allclose(mine, other, rtol=8 * np.finfo(dtype).eps)
    np.testing.assert_allclose(slope, expected, rtol=8 * np.finfo(dtype).eps)


@BOTH
@pytest.mark.parametrize("p", [0, 0.0, True, "inf", "fro", None])
@pytest.mark.parametrize("x", ENDS, ids=str)
def test_orders_that_are_written_otherwise(p: Any, x: list[float], dtype: str) -> None:
    """A count has no gradient at all."""
    results = []
    for library in (cl, torch):
        tensor = library.tensor(np.array(x, dtype), requires_grad=True)
        y = tensor.norm(float(p) if p == "inf" else p)  # torch takes the word along two axes only
        y.backward()
        results.append((y.item(), tensor.grad if tensor.grad is None else tensor.grad.numpy()))
    (mine, slope), (other, expected) = results
    np.testing.assert_allclose(mine, other, rtol=8 * np.finfo(dtype).eps)
    assert (slope is None) == (expected is None)
    if slope is not None:
        np.testing.assert_allclose(slope, expected, rtol=8 * np.finfo(dtype).eps)


@pytest.mark.parametrize("p", [0, 0.5, 1, 3, inf, -1, -inf])
@pytest.mark.parametrize("dim", [None, 0, 1])
def test_norms_of_nothing(p: float, dim: int | None) -> None:
    theirs = outcome(lambda: torch.zeros(0, 3).norm(p, dim))
    ours = outcome(lambda: cl.zeros(0, 3).norm(p, dim))
    if isinstance(theirs, Exception):
        assert isinstance(ours, RuntimeError)
    else:
        assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize("p", [0.5, 1.5, 3.0, -2.0])
def test_second_derivatives_of_norms(p: float) -> None:
    (x,) = draw((3, 4))
    found = []
    for library in (cl, torch):
        tensor = library.tensor(x, requires_grad=True)
        (slope,) = library.autograd.grad(tensor.norm(p, 1).sum(), tensor, create_graph=True)
        (slope * slope).sum().backward()
        found.append(tensor.grad.numpy())
    np.testing.assert_allclose(*found, rtol=1e-11)


@pytest.mark.parametrize("correction", [0, 1, 2, 0.5])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_too_few_numbers_for_a_variance(size: int, correction: float) -> None:
    """torch warns and returns NaN or infinity; so do we."""
    x = draw((size,))[0].astype(np.float32)
    with warnings.catch_warnings(record=True) as ours:
        warnings.simplefilter("always")
        mine = cl.tensor(x).var(correction=correction).item()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = to_torch(x).var(correction=correction).item()
    np.testing.assert_allclose(mine, other, rtol=1e-5)
    assert bool(ours) == (size <= correction)


VARIANCES: dict[str, Callable[[Any], Any]] = {
    "plain": lambda x: x.var(),
    "biased": lambda x: x.var(unbiased=False),
    "biased by position": lambda x: x.var(False),
    "axis": lambda x: x.var(0),
    "axis, biased": lambda x: x.var(1, False),
    "axis, biased, kept": lambda x: x.var(1, False, True),
    "by name": lambda x: x.std(dim=(0, 1), correction=2, keepdim=True),
}


@pytest.mark.parametrize("name", VARIANCES)
def test_ways_to_ask_for_a_variance(name: str) -> None:
    compare(
        VARIANCES[name],
        VARIANCES[name],
        draw((4, 5)),
        "float64",
        60,
        sums_of_products=False,
        cancels=True,
    )


@given(groups(), st.sampled_from(["float32", "int64", "uint8", "bool"]), st.integers(0, 99))
@settings(max_examples=60)
def test_truths_and_counts(case: Any, dtype: str, seed: int) -> None:
    shape, dims, keepdim, _ = case
    x = np.asarray(np.random.default_rng(seed).integers(0, 2, shape)).astype(dtype)
    mine, other = cl.tensor(x), to_torch(x)
    results = [
        (mine.any(dims, keepdim), other.any(dims, keepdim) if dims else other.any()),
        (mine.all(dims, keepdim), other.all(dims, keepdim) if dims else other.all()),
        (mine.count_nonzero(dims), other.count_nonzero(dims)),
    ]
    if dims is None:
        results = [(ours.reshape(()), theirs) for ours, theirs in results]
    for ours, theirs in results:
        assert str(ours.dtype) == str(theirs.dtype).removeprefix("torch.")
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


@BOTH
@pytest.mark.filterwarnings("ignore:var:UserWarning")
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0,), (2, 0, 4, 3)])
def test_reductions_of_nothing(shape: tuple[int, ...], dtype: str) -> None:
    x = np.zeros(shape, dtype)
    for name in ("sum", "prod", "any", "all"):
        np.testing.assert_array_equal(
            getattr(cl.tensor(x), name)().numpy(), getattr(to_torch(x), name)().numpy()
        )
        for dim in range(len(shape)):
            np.testing.assert_array_equal(
                getattr(cl.tensor(x), name)(dim).numpy(), getattr(to_torch(x), name)(dim).numpy()
            )
    for dim in range(len(shape)):
        if shape[dim]:
            for name in ("amax", "argmin", "logsumexp", "cumsum", "norm", "var"):
                options = {"p": 2} if name == "norm" else {}
                ours = getattr(cl.tensor(x), name)(dim=dim, **options)
                assert ours.shape == tuple(getattr(to_torch(x), name)(dim=dim, **options).shape)
