"""Reductions: values beside NumPy's over every set of axes, types, empty tensors, refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, IndexRangeError, ShapeError
from finite_differences import assert_slopes
from tolerance import rounding

NAN, INF = math.nan, math.inf
TYPES = ("float32", "float64", "int64", "int32", "uint8", "bool")


@st.composite
def reductions(draw: st.DrawFn, min_side: int = 1) -> tuple[tuple[int, ...], Any, tuple[int, ...]]:
    """A shape; some of its axes as a user writes them, or None; and as NumPy takes them."""
    shape = draw(array_shapes(min_dims=0, max_dims=5, min_side=min_side, max_side=4))
    rank = len(shape)
    if rank == 0 or draw(st.booleans()):
        return shape, None, tuple(range(rank))
    axes = draw(st.lists(st.integers(0, rank - 1), min_size=1, unique=True))
    written: Any = [axis - rank if draw(st.booleans()) else axis for axis in axes]
    return shape, written[0] if len(written) == 1 else written, tuple(axes)


def drawn(shape: tuple[int, ...], dtype: str = "float64") -> Any:
    return np.asarray(np.random.default_rng(7).integers(-4, 5, shape), dtype)


@given(reductions(0), st.booleans(), st.sampled_from(TYPES))
@settings(max_examples=80)
def test_truths_and_counts(case: Any, keepdim: bool, dtype: str) -> None:
    shape, dim, axes = case
    x = drawn(shape) > 0 if dtype == "bool" else np.abs(drawn(shape)).astype(dtype)
    t = cl.tensor(x)
    for found, expected in (
        (t.any(dim, keepdim), x.any(axis=axes, keepdims=keepdim)),
        (cl.all(t, dim, keepdim), x.all(axis=axes, keepdims=keepdim)),
    ):
        # torch's types: uint8 stands for truths in old programs.
        assert found.dtype == ("uint8" if dtype == "uint8" else "bool")
        np.testing.assert_array_equal(found.numpy(), expected)
    counted = t.count_nonzero(dim)
    assert counted.dtype == "int64"
    np.testing.assert_array_equal(counted.numpy(), np.count_nonzero(x, axis=axes))


@given(reductions(), st.booleans(), st.sampled_from(["float32", "float64"]))
@settings(max_examples=80)
def test_spreads_and_norms(case: Any, keepdim: bool, dtype: str) -> None:
    """Of small whole numbers, so that sums are exact and the rest is a few roundings."""
    shape, dim, axes = case
    x = drawn(shape, dtype)
    t, wide = cl.tensor(x), x.astype(np.float64)
    count = math.prod(shape[axis] for axis in axes)
    # A deviation is at most 8 and off by 2 u of that, so its square by 4 u of 64, or less.
    u = rounding(dtype)
    near: dict[str, float] = {"rtol": 2 * (count + 4) * u, "atol": 4 * 64 * 2 * u}
    if count > 1:
        for correction in (1, 0):
            expected = wide.var(axis=axes, ddof=correction, keepdims=keepdim)
            found = t.var(dim, keepdim=keepdim, correction=correction)
            assert found.dtype == dtype
            np.testing.assert_allclose(found.numpy(), expected, **near)
            root = cl.std(t, dim, bool(correction), keepdim)
            np.testing.assert_allclose(root.numpy() ** 2, expected, **near)
    size = np.abs(wide)
    for p, order in ((1, 1), (2, 2), ("fro", 2), (None, 2), (INF, INF), ("inf", INF), (3, 3)):
        if order == INF:
            expected = size.max(axis=axes, keepdims=keepdim)
        else:
            expected = (size**order).sum(axis=axes, keepdims=keepdim) ** (1 / order)
        found = t.norm(p, dim, keepdim)
        np.testing.assert_allclose(found.numpy(), expected, rtol=16 * u if p == 3 else 2 * u)
    smallest = size.min(axis=axes, keepdims=keepdim)
    np.testing.assert_array_equal(t.norm(-INF, dim, keepdim).numpy(), smallest)
    counted = np.count_nonzero(size, axis=axes, keepdims=keepdim)
    np.testing.assert_array_equal(t.norm(0, dim, keepdim).numpy(), counted)


@given(reductions(), st.booleans())
@settings(max_examples=40)
def test_logarithms_of_sums(case: Any, keepdim: bool) -> None:
    shape, dim, axes = case
    x = drawn(shape)
    expected = np.log(np.exp(x).sum(axis=axes, keepdims=keepdim))
    dims = axes if dim is None else dim
    found = cl.logsumexp(cl.tensor(x), dims, keepdim).numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)
    whole = cl.tensor(x.astype(np.int64)).logsumexp(dims, keepdim)
    assert whole.dtype == "float32"
    np.testing.assert_allclose(whole.numpy(), expected, rtol=0, atol=1e-5)


def test_logarithms_of_sums_at_the_end_of_the_range() -> None:
    x = cl.tensor([[1000.0, 1000.0], [-1000.0, -1000.0], [-INF, -INF], [INF, 0.0], [NAN, 0.0]])
    two = math.log(2)
    found = x.logsumexp(1).numpy()
    np.testing.assert_allclose(found, [1000 + two, -1000 + two, -INF, INF, NAN], rtol=1e-6)


@given(
    array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=7),
    st.sampled_from(TYPES),
    st.booleans(),
    st.data(),
)
@settings(max_examples=80)
def test_products_and_running_sums(
    shape: tuple[int, ...], dtype: str, keepdim: bool, data: st.DataObject
) -> None:
    x = drawn(shape) > -3 if dtype == "bool" else np.abs(drawn(shape)).astype(dtype)
    t = cl.tensor(x)
    kind = dtype if dtype.startswith("float") else "int64"
    whole = t.prod()
    assert whole.dtype == kind
    np.testing.assert_allclose(whole.numpy(), x.prod(dtype=kind), rtol=1e-6)
    rank = len(shape)
    dim = data.draw(st.integers(-rank, rank - 1)) if rank else 0
    axis = dim if rank else None
    along = cl.prod(t, dim, keepdim)
    assert along.dtype == kind
    np.testing.assert_allclose(along.numpy(), x.prod(axis, kind, keepdims=keepdim), rtol=1e-6)
    running = cl.cumsum(t, dim)
    assert running.dtype == kind
    expected = x.cumsum(axis, kind).reshape(shape)
    np.testing.assert_array_equal(running.numpy(), expected)  # of small whole numbers: exact


def test_types_that_are_asked_for() -> None:
    x = cl.tensor([1, 2, 3])
    assert x.sum(dtype="float64").dtype == "float64"
    assert x.mean(dtype="float32").item() == 2
    assert x.prod(dtype="int32").dtype == "int32"
    assert x.cumsum(0, dtype="float32").tolist() == [1, 3, 6]
    assert x.cumsum(0, "int32").dtype == "int32"
    assert x.norm(1, dtype="float32").item() == 6
    assert x.softmax(0, dtype="float64").dtype == "float64"
    assert cl.full((300,), 255, dtype="uint8").sum(dtype="uint8").item() == 300 * 255 % 256
    for refused in (x.mean, x.var, x.std, x.norm):
        with pytest.raises(DTypeError, match="int64"):
            refused()


def test_a_product_of_many_numbers_keeps_zeros_and_nan() -> None:
    assert cl.tensor([2.0, 0.0, 5.0]).prod().item() == 0
    assert math.isnan(cl.tensor([0.0, NAN, 1.0]).prod().item())
    assert cl.zeros(3, 0).prod(1).tolist() == [1, 1, 1]
    assert cl.zeros(0).prod().item() == 1
    x = cl.tensor([2.0, 0.0, 5.0], requires_grad=True)
    x.prod().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0, 10, 0]  # not NaN, which 0 / 0 would be


SLOPES: dict[str, Callable[[cl.Tensor], cl.Tensor]] = {
    "sum": lambda x: x.sum((0, 2)) ** 2,
    "mean": lambda x: x.mean(1, keepdim=True) ** 2,
    "prod": lambda x: x.prod(),
    "prod along": lambda x: x.prod(1),
    "var": lambda x: x.var(),
    "var along": lambda x: x.var((0, 2), keepdim=True),
    "std": lambda x: x.std(1),
    "std of all": lambda x: x.std(correction=0),
    "norm": lambda x: x.norm(),
    "norm along": lambda x: x.norm(2, (1, 2)),
    "norm 1": lambda x: x.norm(1, 0),
    "norm inf": lambda x: x.norm(INF, 2),
    "logsumexp": lambda x: x.logsumexp((0, 1)),
    "cumsum": lambda x: x.cumsum(1) ** 2,
    "softmax": lambda x: x.softmax(-1),
    "log_softmax": lambda x: x.log_softmax(1),
}


@pytest.mark.parametrize("name", SLOPES)
def test_first_and_second_derivatives(name: str) -> None:
    x = np.random.default_rng(3).permutation(np.linspace(0.3, 2.0, 12)).reshape(2, 3, 2)
    assert_slopes(SLOPES[name], x)


def test_slopes_where_the_formula_has_none() -> None:
    for function in (
        lambda t: t.norm(),
        lambda t: t.norm(1),
        lambda t: t.norm(INF),
        lambda t: t.std(),
    ):
        x = cl.zeros(3, requires_grad=True)
        function(x).backward()
        assert x.grad is not None
        assert x.grad.tolist() == [0, 0, 0]
    x = cl.tensor([3.0, -3.0, 1.0], requires_grad=True)
    x.norm(INF).backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.5, -0.5, 0]  # the largest share it


def test_a_single_number_and_a_size_of_one() -> None:
    for x in (cl.tensor(-3.0), cl.tensor([[-3.0]])):
        assert x.sum().item() == x.mean().item() == x.prod().item() == -3
        assert x.norm().item() == x.norm(1).item() == x.norm(INF).item() == 3
        assert x.var(correction=0).item() == x.std(unbiased=False).item() == 0
        assert x.cumsum(-1).shape == x.shape
        assert x.softmax(-1).item() == 1
        assert x.log_softmax(0).item() == 0
        assert x.logsumexp(0).item() == -3
        with pytest.warns(UserWarning, match="degrees of freedom"):
            assert math.isnan(x.var().item())
        with pytest.warns(UserWarning, match="degrees of freedom"):
            assert math.isnan(x.std(0, keepdim=True).sum().item())


def test_how_far_the_correction_goes() -> None:
    x = cl.tensor([1.0, 2.0, 6.0])
    assert x.var(False).item() == x.var(unbiased=False).item() == pytest.approx(14 / 3)
    assert x.var(0, True).item() == x.var().item() == 7
    assert x.var(correction=2).item() == 14
    with pytest.warns(UserWarning, match="degrees of freedom"):
        assert x.var(correction=3).item() == INF
    with pytest.warns(UserWarning, match="degrees of freedom"):
        assert x.std(correction=5).item() == INF


def test_reductions_of_nothing() -> None:
    x = cl.zeros(0, 3)
    assert not x.any().item()
    assert x.all().item()
    assert x.count_nonzero().item() == 0
    assert x.norm().item() == x.norm(1).item() == 0
    assert x.norm(2, 0).tolist() == [0, 0, 0]
    assert x.norm(INF, 1).shape == x.logsumexp(1).shape == x.var(1).shape == (0,)
    assert x.cumsum(0).shape == x.softmax(0).shape == (0, 3)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: x.norm(NAN), ArgumentError, "order is nan"),
        (lambda x: x.norm(-2, 0), IndexRangeError, "no number along axes"),
        (lambda x: x.norm("nuc"), ArgumentError, "p is 'nuc'"),
        (lambda x: x.norm(INF, 0), IndexRangeError, "no number along axes"),
        (lambda x: x.logsumexp(0), IndexRangeError, "no number along axes"),
        (lambda x: x[:, 0].logsumexp(0), IndexRangeError, "no number"),
        (lambda x: x.var(1, False, correction=1), ArgumentError, "unbiased or correction"),
        (lambda x: x.prod(2), IndexRangeError, "dim is 2"),
        (lambda x: x.cumsum(-3), IndexRangeError, "dim is -3"),
        (lambda x: x.any(5), IndexRangeError, "dim is 5"),
        (lambda x: x.count_nonzero((0, 0)), ArgumentError, "twice"),
        (lambda x: x.softmax(2), IndexRangeError, "dim is 2"),
        (lambda x: x.mean(2), IndexRangeError, "dim is 2"),
    ],
    ids=range(13),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(cl.zeros(0, 3))


@pytest.mark.filterwarnings("ignore:.*degrees of freedom")
def test_a_spread_of_nothing_is_refused() -> None:
    for call in (cl.zeros(0, 3).var, cl.zeros(0, 3).std):
        with pytest.raises(ShapeError, match="nothing to average"):
            call()


X = cl.tensor(np.random.default_rng(0).standard_normal((2, 3, 4)))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("sum", {"dim": 1, "keepdim": True, "dtype": "float32"}),
        ("mean", {"dim": (0, 2), "keepdim": True, "dtype": "float32"}),
        ("prod", {"dim": 1, "keepdim": True, "dtype": "float32"}),
        ("var", {"dim": 1, "unbiased": False, "keepdim": True}),
        ("std", {"dim": 1, "correction": 0, "keepdim": True}),
        ("norm", {"p": 1, "dim": 2, "keepdim": True, "dtype": "float32"}),
        ("logsumexp", {"dim": 1, "keepdim": True}),
        ("cumsum", {"dim": 1, "dtype": "float32"}),
        ("softmax", {"dim": 1, "dtype": "float32"}),
        ("log_softmax", {"dim": 1, "dtype": "float32"}),
        ("any", {"dim": 1, "keepdim": True}),
        ("all", {"dim": 1, "keepdim": True}),
        ("count_nonzero", {"dim": 1}),
        ("amax", {"dim": 1, "keepdim": True}),
        ("amin", {"dim": 1, "keepdim": True}),
        ("argmax", {"dim": 1, "keepdim": True}),
        ("argmin", {"dim": 1, "keepdim": True}),
        ("max", {"dim": 1, "keepdim": True}),
        ("min", {"dim": 1, "keepdim": True}),
        ("aminmax", {"dim": 1, "keepdim": True}),
    ],
)
def test_a_function_is_a_method(name: str, arguments: dict[str, Any]) -> None:
    ours, theirs = getattr(cl, name)(X, **arguments), getattr(X, name)(**arguments)
    if isinstance(ours, cl.Tensor):
        ours, theirs = (ours,), (theirs,)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.spec == other.spec
        np.testing.assert_array_equal(mine.numpy(), other.numpy())
