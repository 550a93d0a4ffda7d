"""Functions do what the methods do, and stacking joins along a new axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl

X = cl.arange(24).float().reshape(2, 3, 4)

PAIRS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "split": (lambda: cl.split(X, 2, 2), lambda: X.split(2, 2)),
    "chunk": (lambda: cl.chunk(X, 2, 1), lambda: X.chunk(2, 1)),
    "unbind": (lambda: cl.unbind(X, 1), lambda: X.unbind(1)),
    "narrow": (lambda: cl.narrow(X, 1, 1, 2), lambda: X[:, 1:3]),
    "flip": (lambda: cl.flip(X, (0, 2)), lambda: X.flip(0, 2)),
    "roll": (lambda: cl.roll(X, 1, 0), lambda: X.roll(1, 0)),
    "tile": (lambda: cl.tile(X, (2,)), lambda: X.repeat(1, 1, 2)),
    "broadcast_to": (lambda: cl.broadcast_to(X, (2, 2, 3, 4)), lambda: X.expand(2, 2, 3, 4)),
    "movedim": (lambda: cl.movedim(X, 0, 2), lambda: X.permute(1, 2, 0)),
    "moveaxis": (lambda: cl.moveaxis(X, (0, 1), (1, 0)), lambda: X.permute(1, 0, 2)),
    "permute": (lambda: cl.permute(X, (2, 0, 1)), lambda: X.movedim(2, 0)),
    "transpose": (lambda: cl.transpose(X, 0, 2), lambda: X.permute(2, 1, 0)),
    "swapaxes": (lambda: cl.swapaxes(X, 1, 2), lambda: X.mT),
    "swapdims": (lambda: cl.swapdims(X, -1, 1), lambda: X.swapdims(1, 2)),
    "t": (lambda: cl.t(X[0]), lambda: X[0].T),
    "reshape": (lambda: cl.reshape(X, (6, -1)), lambda: X.flatten(0, 1)),
    "flatten": (lambda: cl.flatten(X, 1), lambda: X.reshape(2, 12)),
    "ravel": (lambda: X.ravel(), lambda: X.reshape(-1)),
    "reshape_as": (lambda: X.reshape_as(cl.zeros(24)), lambda: X.view(24)),
    "unflatten": (lambda: cl.unflatten(X, 2, (2, -1)), lambda: X.reshape(2, 3, 2, 2)),
    "squeeze": (lambda: cl.squeeze(X[:1, :, :1], (0, 2)), lambda: X[0, :, 0]),
    "unsqueeze": (lambda: cl.unsqueeze(X, -1), lambda: X.reshape(2, 3, 4, 1)),
    "stack": (lambda: cl.stack([X, X], -1), lambda: cl.cat([X[..., None], X[..., None]], -1)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_function_is_a_method(name: str) -> None:
    ours, theirs = (call() for call in PAIRS[name])
    if isinstance(ours, cl.Tensor):
        ours, theirs = (ours,), (theirs,)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy())


@given(
    st.lists(st.integers(0, 3), max_size=4).map(tuple),
    st.integers(1, 4),
    st.data(),
    st.sampled_from(["float32", "float64", "int64", "bool"]),
)
def test_stacking_is_numpys(shape: Any, count: int, data: st.DataObject, dtype: str) -> None:
    dim = data.draw(st.integers(-len(shape) - 1, len(shape)))
    arrays = [(np.random.default_rng(i).random(shape) * 9).astype(dtype) for i in range(count)]
    joined = cl.stack([cl.tensor(a) for a in arrays], dim)
    expected = np.stack(arrays, dim)
    assert joined.dtype == expected.dtype
    np.testing.assert_array_equal(joined.numpy(), expected)


def test_stacking_joins_types() -> None:
    assert cl.stack([cl.ones(2), cl.arange(2)]).dtype == "float32"
    assert cl.stack([cl.ones(2), cl.ones(2).double()]).dtype == "float64"
    x = cl.ones(2, requires_grad=True)
    cl.stack([x, cl.ones(2).double()]).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == "float32"


def test_the_transpose_is_for_matrices() -> None:
    assert cl.zeros(2, 3).T.shape == (3, 2)
    assert cl.zeros(3).T.shape == (3,)
    assert cl.zeros(()).t().shape == ()
    assert cl.zeros(2, 3, 4).mT.shape == (2, 4, 3)
    with pytest.raises(ValueError, match="this tensor has 3 dimensions") as caught:
        cl.zeros(2, 3, 4).T  # noqa: B018
    assert ".mT" in str(caught.value)
    with pytest.raises(ValueError, match="1 dimensions"):
        cl.zeros(2).mT  # noqa: B018


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((2, 6, 5, 7), (2, 2, 3, 5, 7)),
        ((2, 2, 3, 5, 7), (2, 6, 5, 7)),
        ((3, 5, 7), (1, 3, 5, 7)),
        ((2, 6, 5, 7), (4, 3, 7, 5)),
        ((4, 33, 5, 8), (4, 3, 11, 40)),
        ((6, 10, 15), (15, 6, 10)),
    ],
)
def test_from_image_to_image(old: tuple[int, ...], new: tuple[int, ...]) -> None:
    """In index order, whether the axes can be split alike or not; of a part of a tensor too."""
    x = np.random.default_rng(0).standard_normal(old).astype(np.float32)
    np.testing.assert_array_equal(cl.tensor(x).reshape(new).numpy(), x.reshape(new))
    wide = cl.tensor(np.concatenate([x, x], axis=2))
    part = wide.narrow(2, 0, old[2])
    np.testing.assert_array_equal(part.reshape(new).numpy(), x.reshape(new))
