"""Gradients that are assigned, added to and asked for: as in torch, object by object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import convolens as cl

from .peer import outcome, torch

CALLS: dict[str, Callable[[Any], Any]] = {}


def both(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Have a function called with each library; it returns lists, numbers and truths."""
    CALLS[function.__name__] = function
    return function


def leaves(m: Any, *rows: list[float]) -> list[Any]:
    return [m.tensor(row, requires_grad=True) for row in rows]


def told(*tensors: Any) -> list[Any]:
    return [None if t is None else t.tolist() for t in tensors]


@both
def adds_in_place(m: Any) -> Any:
    (x,) = leaves(m, [1.0, 2.0])
    (x * 3).sum().backward()
    first = x.grad
    (x * x).sum().backward()
    return x.grad is first, first.tolist()


@both
def adds_to_what_was_assigned(m: Any) -> Any:
    (x,) = leaves(m, [1.0, 2.0])
    mine = m.ones(2)
    x.grad = mine
    (x * x).sum().backward()
    return x.grad is mine, mine.tolist()


@both
def adds_to_one_gradient_of_two(m: Any) -> Any:
    x, y = leaves(m, [1.0, 2.0], [3.0, 4.0])
    mine = m.ones(2)
    x.grad = y.grad = mine
    (x * y).sum().backward()
    return mine.tolist()


@both
def leaves_the_upstream_gradient(m: Any) -> Any:
    x, y = leaves(m, [1.0, 2.0], [3.0, 4.0])
    given = m.tensor([5.0, 6.0])
    for _ in range(3):
        (x + y).backward(given)
        x.backward(given)
    return told(given, x.grad, y.grad)


@both
def adds_a_recorded_gradient_elsewhere(m: Any) -> Any:
    (x,) = leaves(m, [1.0, 2.0])
    (x * 3).sum().backward()
    first = x.grad
    (slope,) = m.autograd.grad((x**3).sum(), x, create_graph=True)
    slope.sum().backward()
    return x.grad is first, told(first)


@both
def keeps_what_is_no_leaf(m: Any) -> Any:
    (x,) = leaves(m, [1.0, 2.0])
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward(retain_graph=True)
    first = y.grad
    (y * y).sum().backward()
    return y.grad is first, told(first, y.grad, x.grad)


@both
def keeps_what_grad_passes(m: Any) -> Any:
    (x,) = leaves(m, [1.0, 2.0])
    y = x * 2
    y.retain_grad()
    m.autograd.grad((y * y).sum(), x)
    return told(y.grad, x.grad)


@both
def zeros_stay_the_tensor(m: Any) -> Any:
    layer = m.nn.Linear(2, 1)
    found = []
    for _ in range(2):
        layer(m.ones(3, 2)).sum().backward()
        first = layer.weight.grad
        found.append(first.tolist())
        layer.zero_grad(set_to_none=False)
        found.append([layer.weight.grad is first, first.tolist()])
    return found


@both
def inputs_one(m: Any) -> Any:
    x, y = leaves(m, [1.0, 2.0], [3.0, 4.0])
    (x * y).sum().backward(inputs=x)
    return told(x.grad, y.grad)


@both
def inputs_twice_and_unused(m: Any) -> Any:
    x, y, z = leaves(m, [1.0, 2.0], [3.0, 4.0], [5.0])
    (x * y).sum().backward(inputs=(y, z, y))
    return told(x.grad, y.grad, z.grad)


@both
def inputs_on_the_way(m: Any) -> Any:
    x, y = leaves(m, [1.0, 2.0], [3.0, 4.0])
    z = x * y
    (z * z).sum().backward(inputs=[z, x], retain_graph=True)
    before = told(x.grad, y.grad, z.grad)
    (z * 5).sum().backward()  # z keeps its gradient from now on
    return before, told(x.grad, y.grad, z.grad)


@both
def inputs_itself(m: Any) -> Any:
    (x,) = leaves(m, [1.0, 2.0])
    y = (x * x).sum()
    y.backward(inputs=[y])
    return told(y.grad)


@both
def inputs_adds(m: Any) -> Any:
    x, y = leaves(m, [1.0, 2.0], [3.0, 4.0])
    for _ in range(2):
        (x * y).sum().backward(None, False, False, [x])
    return told(x.grad, y.grad)


@both
def materialized(m: Any) -> Any:
    x, y = leaves(m, [1.0, 2.0], [3.0, 4.0, 5.0])
    found = m.autograd.grad((x * x).sum(), [x, y], materialize_grads=True)
    return told(*found), [g.requires_grad for g in found]


@both
def materialized_and_recorded(m: Any) -> Any:
    x, y = leaves(m, [1.0, 2.0], [3.0, 4.0, 5.0])
    found = m.autograd.grad((x * x).sum(), [x, y], materialize_grads=True, create_graph=True)
    return told(*found), [g.requires_grad for g in found]


@both
def allowed(m: Any) -> Any:
    x, y = leaves(m, [1.0, 2.0], [3.0])
    return told(*m.autograd.grad((x * x).sum(), [x, y], allow_unused=True))


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor")
@pytest.mark.parametrize("name", CALLS)
def test_numbers_and_objects_are_torchs(name: str) -> None:
    assert CALLS[name](cl) == CALLS[name](torch)


def _assign(m: Any, gradient: Callable[[Any], Any]) -> None:
    (x,) = leaves(m, [1.0, 2.0])
    given = gradient(m)
    x.grad = x if given is Ellipsis else given


REFUSED: dict[str, Callable[[Any], Any]] = {
    "a number assigned": lambda m: _assign(m, lambda _: 3),
    "a list assigned": lambda m: _assign(m, lambda _: [1.0, 2.0]),
    "another size": lambda m: _assign(m, lambda m: m.ones(3)),
    "one that would broadcast": lambda m: _assign(m, lambda m: m.ones(1)),
    "another type": lambda m: _assign(m, lambda m: m.ones(2, dtype=m.float64)),
    "whole numbers": lambda m: _assign(m, lambda m: m.ones(2, dtype=m.int64)),
    "itself": lambda m: _assign(m, lambda _: ...),
    "no inputs": lambda m: leaves(m, [1.0])[0].sum().backward(inputs=[]),
    "inputs without": lambda m: leaves(m, [1.0])[0].sum().backward(inputs=[m.ones(1)]),
    "unused": lambda m: m.autograd.grad(*(t.sum() for t in leaves(m, [1.0], [2.0]))),
    "nothing asked": lambda m: m.autograd.grad(leaves(m, [1.0])[0].sum(), []),
    "unused and not": lambda m: m.autograd.grad(
        leaves(m, [1.0])[0].sum(), leaves(m, [1.0]), materialize_grads=True, allow_unused=False
    ),
    "retained without": lambda m: m.ones(2).retain_grad(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_are_torchs(name: str) -> None:
    theirs, ours = outcome(lambda: REFUSED[name](torch)), outcome(lambda: REFUSED[name](cl))
    assert isinstance(theirs, Exception)
    assert isinstance(ours, type(theirs))
