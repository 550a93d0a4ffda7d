"""Schedules: the rate of every epoch, in every group, by their formulas; and after a stop."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from math import cos, pi
from typing import Any

import pytest

import convolens as cl
from convolens import nn, optim
from convolens.errors import ArgumentError, ArgumentTypeError, CheckpointError, OptionError
from convolens.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

BASES = (2.0, 0.5)


def optimizer() -> optim.SGD:
    a, b = nn.Parameter(cl.ones(1)), nn.Parameter(cl.ones(1))
    return optim.SGD([{"params": [a]}, {"params": [b], "lr": BASES[1]}], lr=BASES[0], momentum=0.9)


def rates(schedule: LRScheduler, epochs: int) -> list[list[float]]:
    result = [schedule.get_last_lr()]
    for _ in range(epochs):
        schedule.step()
        result.append(schedule.get_last_lr())
    return result


def restarts(epoch: int) -> float:
    """Return how far falls of 3, 6, 12, ... epochs are, from 0 to 1."""
    length = 3
    while epoch >= length:
        epoch, length = epoch - length, 2 * length
    return epoch / length


#: A schedule, the share of the first rate in an epoch, and where that share begins.
FORMULAS: dict[str, tuple[Callable[[Any], LRScheduler], Callable[[int], float], float]] = {
    "StepLR": (lambda o: StepLR(o, 3), lambda t: 0.1 ** (t // 3), 0),
    "MultiStepLR": (
        lambda o: MultiStepLR(o, [5, 2, 5], gamma=0.5),
        lambda t: 0.5 ** ((t >= 2) + 2 * (t >= 5)),
        0,
    ),
    "ExponentialLR": (lambda o: ExponentialLR(o, 0.9), lambda t: 0.9**t, 0),
    "LambdaLR": (lambda o: LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t), 0),
    "ConstantLR": (lambda o: ConstantLR(o, 0.25, 4), lambda t: 0.25 if t < 4 else 1, 0),
    "ConstantLR of nothing": (lambda o: ConstantLR(o, 0, 4), lambda t: 0 if t < 4 else 1, 0),
    "LinearLR": (lambda o: LinearLR(o, 0.2, 1, 4), lambda t: min(1, 0.2 + 0.2 * t), 0),
    "LinearLR down": (lambda o: LinearLR(o, 1, 0, 4), lambda t: max(0, 1 - t / 4), 0),
    "PolynomialLR": (lambda o: PolynomialLR(o, 6, 2), lambda t: max(0, 1 - t / 6) ** 2, 0),
    "CosineAnnealingLR": (
        lambda o: CosineAnnealingLR(o, 4, eta_min=0.1),
        lambda t: (1 + cos(pi * t / 4)) / 2,
        0.1,
    ),
    "CosineAnnealingWarmRestarts": (
        lambda o: CosineAnnealingWarmRestarts(o, 3, 2, eta_min=0.1),
        lambda t: (1 + cos(pi * restarts(t))) / 2,
        0.1,
    ),
}
EACH = pytest.mark.parametrize("name", FORMULAS)
#: Those that follow no such formula have files of their own.
OTHERS: dict[str, Callable[[Any], LRScheduler]] = {
    "OneCycleLR": lambda o: OneCycleLR(o, [1.0, 0.1], 25),
    "SequentialLR": lambda o: SequentialLR(
        o, [LinearLR(o, 0.5, 1, 3), CosineAnnealingLR(o, 7), ExponentialLR(o, 0.9)], [3, 6]
    ),
}
MAKERS = {**{name: make for name, (make, _, _) in FORMULAS.items()}, **OTHERS}


@EACH
def test_the_formula(name: str) -> None:
    make, share, least = FORMULAS[name]
    for epoch, found in enumerate(rates(make(optimizer()), 23)):
        wanted = [least + (base - least) * share(epoch) for base in BASES]
        assert found == pytest.approx(wanted, rel=1e-13, abs=1e-14)


@EACH
def test_any_epoch_may_be_gone_to(name: str) -> None:
    make, share, least = FORMULAS[name]
    schedule = make(optimizer())
    for epoch in (7, 2, 0, 21):
        schedule.step(epoch)
        wanted = [least + (base - least) * share(epoch) for base in BASES]
        assert schedule.get_last_lr() == pytest.approx(wanted, rel=1e-13, abs=1e-15)
        assert schedule.last_epoch == epoch


def test_epochs_without_a_warm_up() -> None:
    """No epochs to spread a change over: the first one stays."""
    assert rates(LinearLR(optimizer(), 0.5, total_iters=0), 2) == [[1.0, 0.25]] * 3
    assert rates(PolynomialLR(optimizer(), total_iters=0), 2) == [[2.0, 0.5]] * 3


def test_a_function_for_each_group() -> None:
    found = rates(LambdaLR(optimizer(), [lambda t: t, lambda t: 2 * t]), 3)
    assert found == [[0, 0], [2, 1], [4, 2], [6, 3]]


def test_parts_of_an_epoch() -> None:
    schedule = CosineAnnealingWarmRestarts(optimizer(), 2)
    schedule.step(2.5)  # type: ignore[arg-type, unused-ignore]
    assert schedule.last_epoch == 2
    assert schedule.get_last_lr() == pytest.approx([base * (1 + cos(pi / 4)) / 2 for base in BASES])


def test_the_optimiser_uses_the_rate() -> None:
    p = nn.Parameter(cl.zeros(1))
    own = optim.SGD([p], lr=1.0)
    schedule = StepLR(own, 1, gamma=0.5)
    for _ in range(3):
        p.grad = cl.ones(1)
        own.step()
        schedule.step()
    assert p.item() == -(1 + 0.5 + 0.25)


def test_two_schedules_of_one_optimiser() -> None:
    own = optimizer()
    first, second = ExponentialLR(own, 0.5), MultiStepLR(own, [2], gamma=0.1)
    for epoch in range(1, 5):
        first.step()
        second.step()
        share = 0.5**epoch * (0.1 if epoch >= 2 else 1)
        assert second.get_last_lr() == pytest.approx([base * share for base in BASES])
    assert first.base_lrs == second.base_lrs == list(BASES)


def test_a_rate_that_is_changed_by_hand_is_gone_on_from() -> None:
    own = optimizer()
    schedule = StepLR(own, 2, gamma=0.5)
    own.param_groups[0]["lr"] = 16.0
    assert [found[0] for found in rates(schedule, 4)] == [2.0, 16.0, 8.0, 8.0, 4.0]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("as_text", [False, True], ids=["as it is", "in a file"])
def test_going_on_from_a_state(name: str, as_text: bool) -> None:
    straight = rates(MAKERS[name](optimizer()), 20)
    stopped = optimizer()
    first = MAKERS[name](stopped)
    before = rates(first, 8)
    states = stopped.state_dict(), first.state_dict()
    states = json.loads(json.dumps(states)) if as_text else copy.deepcopy(states)
    own = optimizer()
    second = MAKERS[name](own)
    second.load_state_dict(states[1])
    own.load_state_dict(states[0])
    assert second.get_last_lr() == before[-1] == [group["lr"] for group in own.param_groups]
    assert before + rates(second, 12)[1:] == straight


def test_a_state_is_left_as_it_was() -> None:
    own = optimizer()
    schedule = SequentialLR(own, [LambdaLR(own, lambda t: t), StepLR(own, 1)], [2])
    state = schedule.state_dict()
    before = copy.deepcopy(state)
    schedule.load_state_dict(state)
    assert state == before


@pytest.mark.parametrize(
    "state", [{}, {"last_epoch": "x", "base_lrs": [1, 1]}, {"last_epoch": 1, "base_lrs": [1]}]
)
def test_what_is_no_state(state: Any) -> None:
    schedule = StepLR(optimizer(), 2)
    before = copy.deepcopy(schedule.state_dict())
    with pytest.raises(CheckpointError, match="no state of such a schedule"):
        schedule.load_state_dict(state)
    assert schedule.state_dict() == before


class Slope:
    """A function that remembers something."""

    def __init__(self, slope: float) -> None:
        self.slope = slope

    def __call__(self, epoch: int) -> float:
        return self.slope * epoch


def test_what_callable_objects_remember_is_saved() -> None:
    state = LambdaLR(optimizer(), [Slope(3.0), lambda t: 1.0]).state_dict()
    assert state["lr_lambdas"] == [{"slope": 3.0}, None]
    schedule = LambdaLR(optimizer(), [Slope(7.0), lambda t: 5.0])
    schedule.load_state_dict(state)
    assert [function(2) for function in schedule.lr_lambdas] == [6.0, 5.0]


def test_an_older_state_has_fewer_facts() -> None:
    own = optimizer()
    schedule = StepLR(own, 2, gamma=0.5)
    own.param_groups[0]["lr"] = 1.0
    schedule.load_state_dict({"last_epoch": 3, "base_lrs": [2.0, 0.5]})
    assert schedule.get_last_lr() == [1.0, 0.5]
    schedule.step()
    assert schedule.get_last_lr() == [0.5, 0.25]


@EACH
def test_last_epoch(name: str) -> None:
    """A schedule for an optimiser whose state was loaded begins where it had stopped."""
    with pytest.raises(OptionError, match="group 0 has no initial_lr"):
        make_at(name, optimizer(), 4)
    own = optimizer()
    rates(FORMULAS[name][0](own), 4)
    schedule = make_at(name, own, 4)
    assert schedule.last_epoch == 5
    assert schedule.base_lrs == list(BASES)


def make_at(name: str, own: optim.Optimizer, last_epoch: int) -> LRScheduler:
    kind = name.split()[0]
    arguments: dict[str, dict[str, Any]] = {
        "StepLR": {"step_size": 3},
        "MultiStepLR": {"milestones": [2]},
        "ExponentialLR": {"gamma": 0.5},
        "LambdaLR": {"lr_lambda": lambda t: 1.0},
        "CosineAnnealingLR": {"T_max": 9},
        "CosineAnnealingWarmRestarts": {"T_0": 9},
    }
    schedule = getattr(optim.lr_scheduler, kind)
    made: LRScheduler = schedule(own, **arguments.get(kind, {}), last_epoch=last_epoch)
    return made


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda o: StepLR(o, 0), "step_size is 0"),
        (lambda o: StepLR(o, -1), "must be at least 1"),
        (lambda o: CosineAnnealingLR(o, 0), "T_max is 0"),
        (lambda o: ConstantLR(o, 1.5), "factor is 1.5"),
        (lambda o: ConstantLR(o, -0.5), "between 0 and 1"),
        (lambda o: LinearLR(o, 0), "start_factor is 0"),
        (lambda o: LinearLR(o, 1.5), "start_factor is 1.5"),
        (lambda o: LinearLR(o, end_factor=-1), "end_factor is -1"),
        (lambda o: LambdaLR(o, [lambda t: 1.0]), "it has 1 values, but the optimiser 2 groups"),
        (lambda o: CosineAnnealingWarmRestarts(o, 0), "T_0 is 0"),
        (lambda o: CosineAnnealingWarmRestarts(o, 2.5), "T_0 is 2.5"),
        (lambda o: CosineAnnealingWarmRestarts(o, 2, 0), "T_mult is 0"),
        (lambda o: CosineAnnealingWarmRestarts(o, 2).step(-1), "epoch is -1"),
    ],
    ids=range(13),
)
def test_refusals(call: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call(optimizer())


@pytest.mark.parametrize("kind", [StepLR, LambdaLR, ReduceLROnPlateau, OneCycleLR, SequentialLR])
def test_what_is_no_optimiser(kind: Any) -> None:
    arguments = {StepLR: [2], LambdaLR: [float], OneCycleLR: [1.0, 5], SequentialLR: [[], []]}
    with pytest.raises(ArgumentTypeError, match="a list is no optimiser"):
        kind([1], *arguments.get(kind, []))
