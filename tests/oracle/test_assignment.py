"""Assignment to parts while calls are recorded: torch's numbers, gradients and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl

from .peer import torch

INDICES: list[Callable[[Any], Any]] = [
    lambda package: 0,
    lambda package: (slice(None), 1),
    lambda package: (..., slice(1, 3)),
    lambda package: (slice(0, 2), None, 2),
    lambda package: ...,
    lambda package: package.tensor([2, 0]),
    lambda package: (package.tensor([0, 2]), package.tensor([3, 1])),
    lambda package: package.tensor([[True, False, True, False]] * 3),
    lambda package: package.zeros(3, 4).bool(),
    lambda package: (1, slice(1, 1)),
]


def leaves(package: Any, *shapes: tuple[int, ...]) -> list[Any]:
    random = np.random.default_rng(0)
    return [
        package.tensor(random.standard_normal(shape).astype(np.float32)).requires_grad_(True)
        for shape in shapes
    ]


def compare(compute: Callable[..., Any], *shapes: tuple[int, ...]) -> None:
    """Compare what both packages compute of some leaves, and its gradients."""
    found = []
    for package in (cl, torch):
        given = leaves(package, *shapes)
        y = compute(package, *given)
        (
            y * package.tensor(np.arange(1, 1 + y.numel(), dtype=np.float32)).reshape(y.shape)
        ).sum().backward()
        # Where nothing is assigned, torch's value has a gradient of zeros, ours none.
        grads = [leaf * 0 if leaf.grad is None else leaf.grad for leaf in given]
        found.append((y.detach().numpy(), [grad.detach().numpy() for grad in grads]))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-6)
    for ours, theirs in zip(found[0][1], found[1][1], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("index", INDICES)
def test_a_number(index: Callable[[Any], Any]) -> None:
    def compute(package: Any, x: Any) -> Any:
        y = x * 2
        y[index(package)] = 0.5
        return y

    compare(compute, (3, 4))


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("whole", [False, True])
def test_a_recorded_value(index: Callable[[Any], Any], whole: bool) -> None:
    def compute(package: Any, x: Any, v: Any) -> Any:
        y = x * 2
        part = y.detach()[index(package)]
        y[index(package)] = (part * 0 + v) * 3 if whole else v * 3
        return y * y

    compare(compute, (3, 4), (1,))


def test_into_a_tensor_that_no_call_made() -> None:
    def compute(package: Any, v: Any) -> Any:
        y = package.zeros(2, 3)
        y[1] = v
        y[:, 0] = v[:2] * 2
        return y

    compare(compute, (3,))


def test_fill_copy_and_zero() -> None:
    def compute(package: Any, x: Any, v: Any) -> Any:
        a, b, c = x * 2, x * 3, x * 4
        a.fill_(2.0)
        b.copy_(v)
        c.zero_()
        return a + b * x + c

    compare(compute, (3, 4), (4,))


def test_double_from_single() -> None:
    def compute(package: Any, v: Any) -> Any:
        y = package.zeros(3, dtype=package.float64)
        y[1:] = v
        return y.float()

    compare(compute, (1, 2))


def test_what_needs_the_old_numbers_refuses() -> None:
    for package in (cl, torch):
        (x,) = leaves(package, (3,))
        y = x.exp()
        y[0] = 1.0
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            y.sum().backward()


def test_leaves_are_refused() -> None:
    for package in (cl, torch):
        (x,) = leaves(package, (3,))
        with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
            x[0] = 1.0
        with package.no_grad():
            x[0] = 1.0
        assert x[0].item() == 1.0


@given(st.data())
def test_any_mask(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(1, 4)))
    rank = data.draw(st.integers(1, 3))
    size = int(np.prod(shape[:rank]))
    truths = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))

    def compute(package: Any, x: Any, v: Any) -> Any:
        y = x * 1.5
        y[package.tensor(np.array(truths, bool).reshape(shape[:rank]))] = v.exp()
        return y

    compare(compute, shape, (1,) * (3 - rank))
