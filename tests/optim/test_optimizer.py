"""What all optimisers share: groups, options, state, and going on from a saved state."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn, optim
from convolens.errors import ArgumentError, CheckpointError
from convolens.spec import float64

MAKERS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "SGD": lambda p: optim.SGD(p, lr=0.1),
    "SGD momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01),
    "SGD nesterov": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "Adagrad": lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.5),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.01),
    "RMSprop momentum": lambda p: optim.RMSprop(p, lr=0.01, momentum=0.9, weight_decay=0.01),
    "Adam": lambda p: optim.Adam(p, lr=0.01, weight_decay=0.01),
    "AdamW": lambda p: optim.AdamW(p, lr=0.01),
}
EACH = pytest.mark.parametrize("name", MAKERS)
SHAPES = ((3, 5), (5,), (2, 3, 4, 4))


def parameters(dtype: str = "float32") -> list[nn.Parameter]:
    random = np.random.default_rng(0)
    return [nn.Parameter(cl.tensor(random.standard_normal(s).astype(dtype))) for s in SHAPES]


def take_steps(
    optimizer: optim.Optimizer, params: list[nn.Parameter], first: int, last: int
) -> None:
    for step in range(first, last):
        random = np.random.default_rng(step)
        for p in params:
            p.grad = cl.tensor(random.standard_normal(p.shape)).to(p.dtype)
        optimizer.step()


@EACH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_going_on_from_a_state_is_never_having_stopped(name: str, dtype: str) -> None:
    straight = parameters(dtype)
    optimizer = MAKERS[name](straight)
    take_steps(optimizer, straight, 0, 10)

    stopped = parameters(dtype)
    first = MAKERS[name](stopped)
    take_steps(first, stopped, 0, 4)
    state = copy.deepcopy(first.state_dict())
    again = [nn.Parameter(p.detach().clone()) for p in stopped]
    second = MAKERS[name](again)
    second.load_state_dict(state)
    take_steps(second, again, 4, 10)
    for a, b in zip(straight, again, strict=True):
        np.testing.assert_array_equal(a.detach().numpy(), b.detach().numpy())


@EACH
def test_a_loaded_state_is_a_copy(name: str) -> None:
    params = parameters()
    optimizer = MAKERS[name](params)
    take_steps(optimizer, params, 0, 1)
    other = MAKERS[name](parameters())
    other.load_state_dict(optimizer.state_dict())
    for own, theirs in zip(other.state.values(), optimizer.state.values(), strict=True):
        for key, value in own.items():
            if isinstance(value, np.ndarray):
                assert not np.shares_memory(value, theirs[key])


@EACH
def test_a_step_goes_downhill(name: str) -> None:
    p = nn.Parameter(cl.tensor([3.0, -2.0]))
    optimizer = MAKERS[name]([p])
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert p.is_leaf


@EACH
def test_parameters_without_a_gradient_stay(name: str) -> None:
    a, b = parameters()[:2]
    optimizer = MAKERS[name]([a, b])
    before = b.tolist()
    a.grad = cl.ones(*a.shape)
    optimizer.step()
    assert b.tolist() == before
    assert len(optimizer.state_dict()["state"]) == 1
    optimizer.zero_grad()
    assert a.grad is None


def test_groups_have_options_of_their_own() -> None:
    a, b = parameters()[:2]
    optimizer = optim.SGD([{"params": [a]}, {"params": [b], "lr": 1.0}], lr=0.1)
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 1.0]
    start = a.tolist(), b.tolist()
    for p in (a, b):
        p.grad = cl.ones(*p.shape)
    optimizer.step()
    np.testing.assert_allclose(np.array(start[0]) - a.detach().numpy(), 0.1, rtol=1e-5)
    np.testing.assert_allclose(np.array(start[1]) - b.detach().numpy(), 1.0, rtol=1e-5)


def test_plain_tensors_that_require_gradients() -> None:
    x = cl.ones(3, requires_grad=True)
    optimizer = optim.SGD([x], lr=0.5)
    (x * 2).sum().backward()
    optimizer.step()
    assert x.tolist() == [0, 0, 0]


def test_a_shared_array_is_changed_in_place() -> None:
    """The optimiser writes into the parameter's memory: views of it see the step."""
    p = nn.Parameter(cl.ones(3))
    view = p.detach()
    p.grad = cl.ones(3)
    optim.SGD([p], lr=0.25).step()
    assert view.tolist() == [0.75] * 3


P = nn.Parameter(cl.ones(2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: optim.SGD([]), "no parameters"),
        (lambda: optim.SGD([P, P]), "appears twice"),
        (lambda: optim.SGD([{"params": [P]}, {"params": [P]}]), "appears twice"),
        (lambda: optim.SGD([P * 2]), "computed"),
        (lambda: optim.SGD([3]), "changes parameters"),  # type: ignore[list-item]
        (lambda: optim.SGD([{"params": [P], "beta": 1}]), "no option beta"),
        (lambda: optim.SGD([P], lr=-0.1), "lr is -0.1"),
        (lambda: optim.SGD([P], lr=float("nan")), "lr is nan"),
        (lambda: optim.SGD([P], lr=float("inf")), "lr is inf"),
        (lambda: optim.SGD([P], momentum=-1), "momentum is -1"),
        (lambda: optim.SGD([P], weight_decay=-1), "weight_decay is -1"),
        (lambda: optim.SGD([P], nesterov=True), "Nesterov momentum requires a momentum"),
        (lambda: optim.SGD([P], momentum=0.9, dampening=0.1, nesterov=True), "zero dampening"),
        (lambda: optim.SGD([{"params": [P], "lr": -1}], lr=0.1), "lr is -1"),
        (lambda: optim.Adam([P], betas=(1.0, 0.9)), r"betas\[0\] is 1.0"),
        (lambda: optim.Adam([P], betas=(0.9, -0.1)), r"betas\[1\] is -0.1"),
        (lambda: optim.Adam([P], eps=-1), "eps is -1"),
        (lambda: optim.AdamW([P], weight_decay=-1), "weight_decay is -1"),
        (lambda: optim.Adagrad([P], lr_decay=-1), "lr_decay is -1"),
        (lambda: optim.Adagrad([P], initial_accumulator_value=-1), "initial_accumulator_value"),
        (lambda: optim.RMSprop([P], alpha=-0.1), "alpha is -0.1"),
        (lambda: optim.RMSprop([P], eps=-1), "eps is -1"),
    ],
    ids=range(22),
)
def test_bad_options(call: Callable[[], object], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s["param_groups"].append({"params": []}),
        lambda s: s["param_groups"][0]["params"].pop(),
        lambda s: s["state"][0].update(exp_avg=np.zeros(7, np.float32)),
        lambda s: s["state"].update({99: s["state"][0]}),
        lambda s: s["state"].update({-1: s["state"][0]}),
        lambda s: s.pop("state"),
        lambda s: s.pop("param_groups"),
        lambda s: s["param_groups"][0].update(betas=(2.0, 2.0)),
    ],
    ids=["group", "member", "shape", "number", "negative", "no state", "no groups", "option"],
)
def test_a_state_that_does_not_fit_changes_nothing(spoil: Callable[[Any], object]) -> None:
    params = parameters()
    optimizer = optim.Adam(params)
    take_steps(optimizer, params, 0, 2)
    before = copy.deepcopy(optimizer.state_dict())
    state = copy.deepcopy(before)
    spoil(state)
    with pytest.raises((CheckpointError, ArgumentError)):
        optimizer.load_state_dict(state)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    for number, own in before["state"].items():
        for key, value in own.items():
            np.testing.assert_array_equal(after["state"][number][key], value)


def test_a_gradient_of_another_shape_is_refused() -> None:
    p = nn.Parameter(cl.ones(2, 3))
    p.grad = cl.ones(2, 3)
    p.data = cl.ones(3, 2)
    with pytest.raises((RuntimeError, ValueError)):
        optim.SGD([p], lr=0.1).step()


def test_parameters_in_float64_stay_exact() -> None:
    p = nn.Parameter(cl.ones(1, dtype=float64))
    p.grad = cl.full((1,), 1.0, dtype=float64)
    optim.SGD([p], lr=1e-12).step()
    assert p.item() == 1 - 1e-12
