"""Activations, softmax, the loss, normalisation and arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import convolens as cl
from convolens.nn import functional as F

from .peer import BOTH, compare, draw, gradients, layouts, own, to_torch, torch

TF = torch.nn.functional
shapes = st.lists(st.integers(0, 5), max_size=5).map(tuple)
ACTIVATIONS = ["relu", "sigmoid", "tanh", "exp"]


@BOTH
@pytest.mark.parametrize("name", ACTIVATIONS)
@given(shapes, layouts)
@settings(max_examples=40)
def test_activations(name: str, dtype: str, shape: tuple[int, ...], layout: str) -> None:
    compare(
        lambda x: getattr(x, name)(),
        lambda x: getattr(x, name)(),
        draw(shape),
        dtype,
        8,
        sums_of_products=False,
        layout=layout,
    )


SPECIAL = np.array([0.0, -0.0, 1e-30, -1e-30, 20, -20, 1e4, -1e4, np.inf, -np.inf, np.nan])


@BOTH
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_at_the_ends(name: str, dtype: str) -> None:
    x = SPECIAL.astype(dtype)
    mine, other = cl.tensor(x, requires_grad=True), to_torch(x, requires_grad=True)
    y, z = getattr(mine, name)(), getattr(other, name)()
    y.sum().backward()
    z.sum().backward()
    assert mine.grad is not None
    eps = np.finfo(dtype).eps
    for a, b in ((y.detach(), z.detach()), (mine.grad, other.grad)):
        np.testing.assert_allclose(
            a.numpy(), b.numpy(), rtol=8 * eps, atol=float(np.finfo(dtype).tiny)
        )
        zeros = b.numpy() == 0
        assert (
            np.signbit(a.numpy())[zeros] == np.signbit(b.numpy())[zeros]
        ).all() or name == "relu"


@BOTH
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple), st.data(), layouts)
@settings(max_examples=60)
def test_softmax(name: str, dtype: str, shape: Any, data: st.DataObject, layout: str) -> None:
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    scale = data.draw(st.sampled_from([1.0, 30.0]))
    x = draw(shape)[0] * scale
    # The rounding of x - max is a relative error of the share: up to some 8 deviations of x.
    roundings = int(8 * scale) + shape[dim] + 16
    compare(
        lambda t: getattr(F, name)(t, dim),
        lambda t: getattr(TF, name)(t, dim),
        [x],
        dtype,
        roundings,
        sums_of_products=False,
        cancels=True,
        layout=layout,
    )


EXTREME_ROWS = [
    [1e4, -1e4, 0],
    [-1e4, -1e4, -1e4],
    [1e4, 1e4, 1e4 + 1],
    [np.inf, 0, 0],
    [np.inf, np.inf, 0],
    [-np.inf, 0, 1],
    [-np.inf, -np.inf, -np.inf],
    [-np.inf, np.inf, 0],
    [np.nan, 0, 0],
    [np.nan, np.inf, -np.inf],
    [3e38, -3e38, 0],
    [1e-40, 0, -1e-40],
]


@BOTH
@pytest.mark.parametrize("row", EXTREME_ROWS, ids=str)
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "cross_entropy"])
def test_extreme_logits(name: str, row: list[float], dtype: str) -> None:
    x = np.array([row], dtype)
    for label in range(3) if name == "cross_entropy" else [0]:

        def ours(t: cl.Tensor, label: int = label) -> cl.Tensor:
            if name == "cross_entropy":
                return F.cross_entropy(t, cl.tensor([label]))
            return getattr(F, name)(t, 1)  # type: ignore[no-any-return]

        def theirs(t: Any, label: int = label) -> Any:
            if name == "cross_entropy":
                return TF.cross_entropy(t, torch.tensor([label]))
            return getattr(TF, name)(t, 1)

        shape = tuple(theirs(to_torch(x)).shape)
        upstream = np.ones(shape, dtype)
        for mine, other in zip(
            own(ours, [x], upstream, "channels first"),
            gradients(theirs, [x], upstream),
            strict=True,
        ):
            eps = np.finfo(dtype).eps
            with np.errstate(over="ignore"):
                rounded = other.astype(dtype)
            np.testing.assert_allclose(mine, rounded, rtol=16 * eps, atol=16 * eps)


@BOTH
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@given(st.integers(1, 40), st.integers(1, 40), layouts)
@settings(max_examples=40)
def test_cross_entropy(reduction: str, dtype: str, n: int, k: int, layout: str) -> None:
    labels = np.random.default_rng(n * k).integers(0, k, n)
    compare(
        lambda x: F.cross_entropy(x, cl.tensor(labels), reduction=reduction),  # type: ignore[arg-type]
        lambda x: TF.cross_entropy(x, torch.tensor(labels), reduction=reduction),
        draw((n, k)),
        dtype,
        k + n + 16,
        sums_of_products=False,
        cancels=True,
        layout=layout,
    )


@BOTH
@given(
    st.integers(1, 7),
    st.sampled_from([1e-4, 0.1, 1.0]),
    st.sampled_from([0.75, 0.5, 0.6, 1.0]),
    st.sampled_from([1.0, 2.0, 0.5]),
    st.integers(1, 20),
    layouts,
    st.integers(1, 3),
)
@settings(max_examples=60)
def test_local_response_norm(
    dtype: str,
    size: int,
    alpha: float,
    beta: float,
    k: float,
    channels: int,
    layout: str,
    rank: int,
) -> None:
    x = draw((2, channels, *(3,) * rank))[0] * 3
    compare(
        lambda t: F.local_response_norm(t, size, alpha, beta, k),
        lambda t: TF.local_response_norm(t, size, alpha, beta, k),
        [x],
        dtype,
        4 * size + 40,
        sums_of_products=False,
        layout=layout,
    )


def test_the_papers_normalisation_is_torchs_with_five_times_alpha() -> None:
    x = draw((2, 16, 5, 5))[0] * 20
    compare(
        lambda t: F.local_response_norm(t, 5, 1e-4, 0.75, 2.0, scaling="sum"),
        lambda t: TF.local_response_norm(t, 5, 5e-4, 0.75, 2.0),
        [x],
        "float32",
        60,
        sums_of_products=False,
    )


FUNCTIONS: list[Callable[[Any, Any], Any]] = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
]


@BOTH
@pytest.mark.parametrize("function", FUNCTIONS)
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=5, max_side=4, min_side=0), layouts)
@settings(max_examples=60)
def test_arithmetic(function: Any, dtype: str, shapes: Any, layout: str) -> None:
    a, b = draw(*shapes.input_shapes)
    if function is operator.truediv:
        b = np.sign(b) * (np.abs(b) + 0.5)
    size = int(np.prod(shapes.result_shape, dtype=int))
    absolute = operator.add if function is operator.sub else function
    compare(function, function, [a, b], dtype, size + 4, absolute=absolute, layout=layout)


@BOTH
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.7, 2.0])
def test_powers(exponent: float, dtype: str) -> None:
    x = np.abs(draw((3, 7))[0]) + 0.1
    compare(lambda t: t**exponent, lambda t: t**exponent, [x], dtype, 12, sums_of_products=False)


@BOTH
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, 0.5, 1.7])
def test_powers_of_special_numbers(exponent: float, dtype: str) -> None:
    x = np.array([0.0, 1.0, -1.0, -2.5, np.inf, np.nan, -0.0, -np.inf], dtype)
    if exponent == 0.5:
        x = x[:-2]  # torch takes a root there; the power of IEEE 754 is 0 or infinity
    mine, other = cl.tensor(x, requires_grad=True), to_torch(x, requires_grad=True)
    (mine**exponent).sum().backward()
    (other**exponent).sum().backward()
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(
        (mine**exponent).detach().numpy(), (other**exponent).detach().numpy(), rtol=8 * eps
    )
    assert mine.grad is not None
    np.testing.assert_allclose(mine.grad.numpy(), other.grad.numpy(), rtol=8 * eps)


@BOTH
@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.data())
@settings(max_examples=50)
def test_cat(dtype: str, shape: list[int], data: st.DataObject) -> None:
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    parts = []
    for _ in range(data.draw(st.integers(1, 4))):
        shape[dim] = data.draw(st.integers(0, 4))
        parts.append(tuple(shape))
    compare(
        lambda *ts: cl.cat(list(ts), dim), lambda *ts: torch.cat(ts, dim), draw(*parts), dtype, 1
    )


@BOTH
@given(st.lists(st.integers(1, 4), min_size=1, max_size=5).map(tuple), st.data(), layouts)
@settings(max_examples=60)
def test_flatten(dtype: str, shape: tuple[int, ...], data: st.DataObject, layout: str) -> None:
    first = data.draw(st.integers(0, len(shape) - 1))
    last = data.draw(st.integers(first, len(shape) - 1))
    compare(
        lambda t: t.flatten(first, last),
        lambda t: t.flatten(first, last),
        draw(shape),
        dtype,
        1,
        layout=layout,
    )


INDICES: list[Any] = [
    0,
    -1,
    slice(1, None),
    slice(None, None, 2),
    (0, 1),
    (slice(None), 1),
    (..., 0),
    (None, 0),
    (slice(1, 3), ..., slice(None, 2)),
    (0, None, slice(0, 0)),
    (slice(-2, None), slice(None), -1),
]


@BOTH
@pytest.mark.parametrize("index", INDICES, ids=str)
def test_indexing(index: Any, dtype: str) -> None:
    compare(lambda t: t[index], lambda t: t[index], draw((4, 3, 5, 2)), dtype, 1)
