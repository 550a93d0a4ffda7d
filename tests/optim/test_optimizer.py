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
    "RMSprop centered": lambda p: optim.RMSprop(p, lr=0.01, momentum=0.9, centered=True),
    "AdamW": lambda p: optim.AdamW(p, lr=0.01),
    "AdamW amsgrad": lambda p: optim.AdamW(p, lr=0.01, betas=(0.5, 0.5), amsgrad=True),
}
UPWARDS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "SGD": lambda p: optim.SGD(p, lr=0.01, momentum=0.9, maximize=True),
    "Adagrad": lambda p: optim.Adagrad(p, lr=0.1, maximize=True),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.01, centered=True, maximize=True),
    "Adam": lambda p: optim.Adam(p, lr=0.01, amsgrad=True, maximize=True),
    "AdamW": lambda p: optim.AdamW(p, lr=0.01, maximize=True),
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


@pytest.mark.parametrize("name", UPWARDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_goes_uphill(name: str, dtype: str) -> None:
    p = nn.Parameter(cl.tensor([3.0, -2.0], dtype=dtype))
    optimizer = UPWARDS[name]([p])
    before = (p * p).sum().item()
    for _ in range(5):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
        after = (p * p).sum().item()
        assert after > before
        before = after


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


def test_a_group_is_added_later() -> None:
    a, b, c = parameters()
    optimizer = optim.SGD([a], lr=0.5, momentum=0.9)
    optimizer.add_param_group({"params": b, "lr": 0.25, "name": "body"})
    optimizer.add_param_group({"params": (p for p in [c])})
    assert [len(group["params"]) for group in optimizer.param_groups] == [1, 1, 1]
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.25, 0.5]
    assert [group["momentum"] for group in optimizer.param_groups] == [0.9] * 3
    assert optimizer.param_groups[1]["name"] == "body"
    before = b.tolist()
    b.grad = cl.ones(*b.shape)
    optimizer.step()
    np.testing.assert_allclose(np.array(before) - b.detach().numpy(), 0.25, rtol=1e-5)
    assert optimizer.defaults["lr"] == 0.5


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (lambda a, b: {"params": [b, a]}, "appears twice"),
        (lambda a, b: {"params": [b, b]}, "appears twice"),
        (lambda a, b: {"params": {b}}, "in a set"),
        (lambda a, b: {"params": [b], "lr": -1}, "lr is -1"),
        (lambda a, b: {"params": [b], "rate": 1}, "no option rate"),
        (lambda a, b: {"params": [b * 2]}, "computed"),
        (lambda a, b: {"params": [7]}, "not a int"),
        (lambda a, b: {"lr": 1.0}, 'no "params"'),
        (lambda a, b: [b], "must be a dict"),
    ],
    ids=range(9),
)
def test_a_group_that_cannot_be_added_changes_nothing(group: Any, words: str) -> None:
    a, b = parameters()[:2]
    optimizer = optim.SGD([a], lr=0.5)
    with pytest.raises(ArgumentError, match=words):
        optimizer.add_param_group(group(a, b))
    assert len(optimizer.param_groups) == 1
    assert len(optimizer.param_groups[0]["params"]) == 1


def test_parameters_may_have_names() -> None:
    model = nn.Linear(3, 2)
    optimizer = optim.SGD(model.named_parameters(), lr=0.5)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.param_groups[0]["params"] == [model.weight, model.bias]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]
    other = nn.Parameter(cl.ones(1))
    with pytest.raises(ArgumentError, match="some groups of parameters have names"):
        optimizer.add_param_group({"params": [other]})
    with pytest.raises(ArgumentError, match="1 of 2 parameters have a name"):
        optim.SGD([("weight", other), P])  # type: ignore[list-item]
    optimizer.add_param_group({"params": [("other", other)]})
    assert optimizer.param_groups[1]["param_names"] == ["other"]


@EACH
def test_options_may_be_changed_in_the_groups(name: str) -> None:
    """Each step reads them, also as whole numbers and as NumPy's."""
    params = parameters()
    optimizer = MAKERS[name](params)
    take_steps(optimizer, params, 0, 2)
    for changed in (0, np.float64(0), np.float32(0)):
        optimizer.param_groups[0].update(lr=changed, weight_decay=0)
        before = [p.tolist() for p in params]
        take_steps(optimizer, params, 2, 3)
        assert [p.tolist() for p in params] == before
    optimizer.param_groups[0].update(lr=1, maximize=1)
    take_steps(optimizer, params, 3, 4)
    assert [p.tolist() for p in params] != before


def test_an_option_that_needs_a_state_may_be_switched_on() -> None:
    for optimizer, option, state in (
        (optim.Adam(parameters()), {"amsgrad": True}, "max_exp_avg_sq"),
        (optim.RMSprop(parameters()), {"centered": True}, "grad_avg"),
        (optim.SGD(parameters()), {"momentum": 0.9}, "momentum_buffer"),
    ):
        params = optimizer.param_groups[0]["params"]
        take_steps(optimizer, params, 0, 2)
        optimizer.param_groups[0].update(option)
        take_steps(optimizer, params, 2, 4)
        assert all(state in own for own in optimizer.state.values())


@EACH
def test_a_state_from_before_there_were_these_options(name: str) -> None:
    params = parameters()
    optimizer = MAKERS[name](params)
    take_steps(optimizer, params, 0, 2)
    old = copy.deepcopy(optimizer.state_dict())
    new_options = ("maximize", "amsgrad", "centered", "decoupled_weight_decay")
    for group in old["param_groups"]:
        for option in new_options:
            group.pop(option, None)
    for state in old["state"].values():
        for added in ("max_exp_avg_sq", "grad_avg"):
            state.pop(added, None)
    again = [nn.Parameter(p.detach().clone()) for p in params]
    other = MAKERS[name](again)
    other.load_state_dict(old)
    assert set(other.param_groups[0]) == set(optimizer.param_groups[0])
    take_steps(other, again, 2, 3)
    if "amsgrad" in name or "centered" in name:
        return  # what they remember was not in the file
    take_steps(optimizer, params, 2, 3)
    for a, b in zip(params, again, strict=True):
        np.testing.assert_array_equal(a.detach().numpy(), b.detach().numpy())


def test_the_closure_is_called_before_the_step() -> None:
    p = nn.Parameter(cl.tensor([3.0]))
    optimizer = optim.SGD([p], lr=0.25)

    def closure() -> cl.Tensor:
        assert cl.is_grad_enabled()
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with cl.no_grad():
        loss = optimizer.step(closure)
        assert not cl.is_grad_enabled()
    assert loss.item() == 9
    assert p.tolist() == [1.5]
    assert optimizer.step(lambda: 7) == 7
    assert optimizer.step() is None


def test_gradients_become_zeros_in_place() -> None:
    a, b = parameters()[:2]
    optimizer = optim.SGD([a, b], lr=0.5, weight_decay=0.5)
    a.grad = cl.ones(*a.shape)
    gradient = a.grad
    optimizer.zero_grad(set_to_none=False)
    assert a.grad is gradient
    assert not gradient.numpy().any()
    assert b.grad is None
    before = a.detach().numpy().copy()
    optimizer.step()
    np.testing.assert_allclose(a.detach().numpy(), 0.75 * before, rtol=1e-6)


def test_zeros_are_nobody_elses() -> None:
    """Gradients that two parameters share, or that a recorded pass made, are told apart."""
    a, b = (nn.Parameter(cl.ones(3)) for _ in range(2))
    upstream = cl.ones(3)
    (a + b).backward(upstream)
    optim.SGD([a]).zero_grad(set_to_none=False)
    assert a.grad is not None
    assert b.grad is not None
    assert (a.grad.tolist(), b.grad.tolist(), upstream.tolist()) == ([0] * 3, [1] * 3, [1] * 3)
    a.grad = None
    (a * a * a).sum().backward(create_graph=True)
    assert a.grad.requires_grad
    optim.SGD([a]).zero_grad(set_to_none=False)
    assert not a.grad.requires_grad
    assert a.grad.tolist() == [0] * 3


P = nn.Parameter(cl.ones(2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: optim.SGD([]), "no parameters"),
        (lambda: optim.SGD([P, P]), "appears twice"),
        (lambda: optim.SGD([{"params": [P]}, {"params": [P]}]), "appears twice"),
        (lambda: optim.SGD([P * 2]), "computed"),
        (lambda: optim.SGD([3]), "changes parameters"),  # type: ignore[list-item]
        (lambda: optim.SGD(P), "one tensor"),
        (lambda: optim.SGD([{"params": [P]}, P]), "must be a dict"),  # type: ignore[list-item]
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
    ids=range(24),
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
