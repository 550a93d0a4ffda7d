"""Versions: a value that was changed after it was saved is never used."""

from __future__ import annotations

from typing import Any

import pytest

import convolens as cl
from convolens import nn
from convolens.errors import GradientError


def leaf(*size: int) -> cl.Tensor:
    return cl.ones(*size, requires_grad=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.zero_(),
        lambda x: x.fill_(3),
        lambda x: x.copy_(cl.zeros(3)),
        lambda x: x.__setitem__(0, 5),
        lambda x: x[1:].zero_(),
        lambda x: x.reshape(3, 1).zero_(),
        lambda x: x.detach().zero_(),
    ],
    ids=["zero_", "fill_", "copy_", "setitem", "slice", "reshape", "detach"],
)
def test_a_changed_input_is_refused(change: Any) -> None:
    w, x = leaf(3), cl.ones(3)
    y = (w * x).sum()
    change(x)
    with pytest.raises(
        GradientError, match="Mul needs for its gradient has been modified"
    ) as caught:
        y.backward()
    assert "saved at version" in str(caught.value)
    assert "x.clone()" in str(caught.value)


def test_a_changed_output_is_refused() -> None:
    x = leaf(3)
    y = x.exp()
    z = y.sum()
    with cl.no_grad():
        y.zero_()
    with pytest.raises(GradientError, match="Exp needs"):
        z.backward()


def test_a_changed_parameter_is_refused() -> None:
    layer = nn.Linear(2, 2)
    x = leaf(1, 2)
    loss = layer(x).sum()
    nn.init.zeros_(layer.weight)
    with pytest.raises(GradientError, match="Linear needs"):
        loss.backward()


def test_an_optimiser_changes_versions() -> None:
    layer = nn.Linear(2, 2)
    optimizer = cl.optim.SGD(layer.parameters(), lr=0.1)
    x = leaf(1, 2)
    layer(x).sum().backward()
    loss = layer(x).sum()
    optimizer.step()
    with pytest.raises(GradientError, match="modified"):
        loss.backward()


def test_what_is_not_needed_may_change() -> None:
    """The sum of a + b needs neither: only values that the gradient uses are kept."""
    a, b = leaf(3), cl.ones(3)
    y = (a + b).sum()
    b.zero_()
    y.backward()
    assert a.grad is not None
    assert a.grad.tolist() == [1, 1, 1]


def test_changes_before_are_no_changes() -> None:
    w, x = leaf(3), cl.ones(3)
    x.fill_(2)
    (w * x).sum().backward()
    assert w.grad is not None
    assert w.grad.tolist() == [2, 2, 2]


def test_data_is_outside_of_versions() -> None:
    """As in torch: who writes to .data answers for it."""
    w, x = leaf(3), cl.ones(3)
    y = (w * x).sum()
    x.data.fill_(4)
    y.backward()
    assert w.grad is not None
    assert w.grad.tolist() == [4, 4, 4]


def test_a_leaf_is_not_changed_in_place() -> None:
    x = leaf(3)
    for change in (lambda: x.zero_(), lambda: x.__setitem__(0, 1.0)):
        with pytest.raises(GradientError, match="in-place"):
            change()
    with cl.no_grad():
        x.zero_()
    assert x.tolist() == [0, 0, 0]


def test_a_value_that_requires_a_gradient_is_not_lost_silently() -> None:
    for change in (lambda y, w: y.__setitem__(slice(0, 1), w), lambda y, w: y.copy_(w)):
        y, w = cl.zeros(3), leaf(1)
        change(y, w)
        y.sum().backward()
        assert w.grad is not None
        assert w.grad.tolist() == [y.sum().item()]
    y, w = cl.zeros(3), leaf(1)
    with cl.no_grad():
        y[0:1] = w
    assert not y.requires_grad
    assert y.tolist() == [1, 0, 0]


def test_nodes_have_names() -> None:
    assert repr(leaf(2).exp().grad_fn) == "<Exp>"
    assert leaf(2).grad_fn is None
    assert leaf(2).is_leaf
    assert not leaf(2).exp().is_leaf
    assert cl.ones(2).exp().is_leaf


def test_whole_numbers_are_not_recorded() -> None:
    x = leaf(3)
    for y in (x.long(), x > 0, x.argmax(), x == x):
        assert not y.requires_grad
        assert y.is_leaf
