"""Observers: told of every call, and of nothing once they are gone."""

from __future__ import annotations

import pytest

import convolens as cl
from convolens.ops import Op
from convolens.tensor.observe import observe, observers


def test_calls_are_seen_in_order_with_their_tensors() -> None:
    seen: list[tuple[str, int, cl.Tensor]] = []

    def look(op: Op, inputs: tuple[cl.Tensor, ...], output: cl.Tensor) -> None:
        seen.append((op.name, len(inputs), output))

    x = cl.ones(2, 3)
    with observe(look):
        y = (x + x).relu()
        z = y.sum()
    x.relu()
    assert [(name, count) for name, count, _ in seen] == [("add", 2), ("relu", 1), ("sum", 1)]
    assert seen[1][2] is y
    assert seen[2][2] is z
    assert not observers


def test_the_backward_pass_is_seen_too() -> None:
    seen: list[str] = []
    x = cl.ones(2, requires_grad=True)
    y = x.tanh().sum()
    with observe(lambda op, inputs, output: seen.append(op.name)):
        y.backward()
    assert "tanh_grad" in seen


def test_an_error_ends_the_looking() -> None:
    with pytest.raises(ZeroDivisionError), observe(lambda *_: None):
        raise ZeroDivisionError
    assert not observers


def test_two_at_once_and_one_twice() -> None:
    counts = [0, 0]

    def first(*_: object) -> None:
        counts[0] += 1

    def second(*_: object) -> None:
        counts[1] += 1

    with observe(first), observe(second), observe(first):
        cl.ones(1).relu()
    assert counts == [2, 1]
    assert not observers
