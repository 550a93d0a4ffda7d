"""Optimisers: torch's numbers over 20 steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from tolerance import rounding

from .peer import BOTH, torch

STEPS = 20
OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.1, "nesterov": True}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.3, "eps": 1e-5}),
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01, "alpha": 0.9, "momentum": 0.9}),
    ("RMSprop", {"lr": 0.01, "weight_decay": 0.1, "eps": 1e-4}),
    ("RMSprop", {"lr": 0.01, "alpha": 1.0, "eps": 1.0}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.9)}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "eps": 1e-4}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.5}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1, "maximize": True}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("RMSprop", {"lr": 0.01, "centered": True}),
    ("RMSprop", {"lr": 0.01, "centered": True, "alpha": 0.9, "momentum": 0.9, "maximize": True}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.5), "amsgrad": True, "maximize": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.5, "decoupled_weight_decay": True}),
    ("AdamW", {"lr": 0.1, "betas": (0.5, 0.6), "amsgrad": True, "maximize": True}),
]
SHAPES = ((37,), (5, 7), (3, 2, 3, 3))


def numbers(shape: tuple[int, ...], seed: int, dtype: str) -> Any:
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


@BOTH
@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=str)
def test_20_steps(name: str, options: dict[str, Any], dtype: str) -> None:
    ours = [cl.nn.Parameter(cl.from_numpy(numbers(s, 1, dtype))) for s in SHAPES]
    theirs = [torch.nn.Parameter(torch.tensor(numbers(s, 1, dtype)).double()) for s in SHAPES]
    mine = getattr(cl.optim, name)(ours, **options)
    other = getattr(torch.optim, name)(theirs, **options)
    u = rounding(dtype)
    allowed = [np.zeros(s) for s in SHAPES]
    for step in range(STEPS):
        before = [p.detach().numpy().astype(np.float64) for p in ours]
        for place, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            # Gradients of one size: a quotient of two tiny numbers would magnify roundings.
            gradient = numbers(SHAPES[place], 10 * step + place, dtype)
            gradient += np.sign(gradient)
            a.grad = cl.from_numpy(gradient)
            b.grad = torch.tensor(gradient).double()
        mine.step()
        other.step()
        for place, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            moved = np.abs(a.detach().numpy() - before[place])
            # Each step rounds the parameter once or twice, and takes some 12 roundings itself;
            # those of a running mean stay in it. What was off before stays off, and weight decay
            # feeds it back: that is of second order.
            scale = np.abs(before[place]) + np.abs(a.detach().numpy())
            allowed[place] = allowed[place] + u * (
                2 * scale + 24 * (moved + options.get("lr", 1e-3))
            )
            difference = np.abs(a.detach().numpy() - b.detach().numpy())
            assert (difference <= allowed[place]).all(), (step, difference.max() / u)


@BOTH
def test_groups(dtype: str) -> None:
    def run(m: Any, leaf: Any) -> list[Any]:
        a, b = (leaf(numbers((5,), s, dtype)) for s in (1, 2))
        optimizer = m.optim.SGD(
            [{"params": [a]}, {"params": [b], "lr": 0.5, "momentum": 0.9}], lr=0.1
        )
        for _ in range(3):
            optimizer.zero_grad()
            ((a * a).sum() + (b * b * 2).sum()).backward()
            optimizer.step()
        return [a.detach().numpy(), b.detach().numpy()]

    mine = run(cl, lambda x: cl.nn.Parameter(cl.from_numpy(x)))
    theirs = run(torch, lambda x: torch.nn.Parameter(torch.tensor(x)))
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=30 * rounding(dtype), atol=30 * rounding(dtype))


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=str)
def test_names_of_what_is_remembered(name: str, options: dict[str, Any]) -> None:
    """All that torch remembers of a parameter, under its names; steps only where they count."""

    def remembered(m: Any, parameter: Any) -> set[str]:
        optimizer = getattr(m.optim, name)([parameter], **options)
        parameter.grad = m.ones(2)
        optimizer.step()
        states = optimizer.state_dict()["state"].values()
        pairs = [pair for state in states for pair in state.items()]
        return {key for key, value in pairs if value is not None} - {"step"}

    mine = remembered(cl, cl.nn.Parameter(cl.ones(2)))
    assert mine == remembered(torch, torch.nn.Parameter(torch.ones(2)))


@BOTH
def test_a_loop_with_closures_groups_and_zeros(dtype: str) -> None:
    def run(m: Any, leaf: Any) -> list[Any]:
        a, b = (leaf(numbers((5,), s, dtype)) for s in (1, 2))
        optimizer = m.optim.SGD([a], lr=0.1, momentum=0.9)
        losses = []
        for step in range(6):
            if step == 2:
                optimizer.add_param_group({"params": b, "lr": 0.05, "weight_decay": 0.1})
            if step == 4:
                optimizer.param_groups[0]["lr"] = 0.2

            def closure() -> Any:
                optimizer.zero_grad(set_to_none=False)
                loss = (a * a * b).sum() if len(losses) < 4 else (a * a).sum()
                loss.backward()
                return loss

            losses.append(optimizer.step(closure).item())
        return [a.detach().numpy(), b.detach().numpy(), np.array(losses)]

    mine = run(cl, lambda x: cl.nn.Parameter(cl.from_numpy(x)))
    theirs = run(torch, lambda x: torch.nn.Parameter(torch.tensor(x)))
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=90 * rounding(dtype), atol=90 * rounding(dtype))


def test_names_of_parameters() -> None:
    """They are in the groups, and in the state."""

    def found(m: Any) -> list[Any]:
        model = m.nn.Sequential(m.nn.Linear(2, 3), m.nn.Linear(3, 1))
        optimizer = m.optim.Adam(model[0].named_parameters())
        optimizer.add_param_group({"params": model[1].named_parameters(prefix="last"), "lr": 0.1})
        return [group["param_names"] for group in optimizer.state_dict()["param_groups"]]

    assert found(cl) == found(torch)


GROUPS: dict[str, Any] = {
    "a list": lambda m, o: o.add_param_group([m.nn.Parameter(m.ones(1))]),
    "a set": lambda m, o: o.add_param_group({"params": {m.nn.Parameter(m.ones(1))}}),
    "a number": lambda m, o: o.add_param_group({"params": [3]}),
    "a result": lambda m, o: o.add_param_group({"params": [m.nn.Parameter(m.ones(1)) * 2]}),
    "one that is there": lambda m, o: o.add_param_group(dict(o.param_groups[0])),
    "some names": lambda m, o: o.add_param_group({"params": [("a", m.nn.Parameter(m.ones(1)))]}),
    "one tensor": lambda m, o: m.optim.SGD(m.nn.Parameter(m.ones(1))),
    "momentum and nesterov": lambda m, o: m.optim.SGD(o.param_groups[0]["params"], nesterov=True),
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups_that_are_refused(name: str) -> None:
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        GROUPS[name](torch, torch.optim.SGD([torch.nn.Parameter(torch.ones(1))]))
    with pytest.raises(theirs.type):
        GROUPS[name](cl, cl.optim.SGD([cl.nn.Parameter(cl.ones(1))]))
