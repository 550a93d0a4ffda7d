"""OneCycleLR: rates and momenta at the ends of its phases, and between them."""

from __future__ import annotations

from math import cos, pi
from typing import Any

import pytest

import convolens as cl
from convolens import nn, optim
from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler import OneCycleLR


def optimizer(kind: Any = optim.SGD) -> optim.Optimizer:
    made: optim.Optimizer = kind([{"params": [nn.Parameter(cl.ones(1))]} for _ in range(2)])
    return made


def cycle(own: optim.Optimizer, **options: Any) -> list[list[float]]:
    schedule = OneCycleLR(own, [2.0, 1.0], **options)
    found = [schedule.get_last_lr()]
    for _ in range(schedule.total_steps - 1):
        schedule.step()
        found.append(schedule.get_last_lr())
    return found


@pytest.mark.parametrize("strategy", ["cos", "linear"])
def test_two_phases(strategy: str) -> None:
    options = {"pct_start": 0.5, "div_factor": 4, "final_div_factor": 10}
    found = cycle(optimizer(), total_steps=10, anneal_strategy=strategy, **options)
    for place, most in enumerate((2.0, 1.0)):
        for step, rates in enumerate(found):
            start, end = (most / 4, most) if step <= 4 else (most, most / 40)
            done = step / 4 if step <= 4 else (step - 4) / 5
            share = done if strategy == "linear" else (1 - cos(pi * done)) / 2
            assert rates[place] == pytest.approx(start + (end - start) * share)


def test_three_phases() -> None:
    options = {"pct_start": 0.3, "div_factor": 4, "final_div_factor": 10}
    found = [lr for lr, _ in cycle(optimizer(), total_steps=10, three_phase=True, **options)]
    assert [found[step] for step in (0, 2, 4, 9)] == pytest.approx([0.5, 2.0, 0.5, 0.05])


@pytest.mark.parametrize("kind", [optim.SGD, optim.RMSprop, optim.Adam, optim.AdamW])
def test_momentum_falls_as_the_rate_rises(kind: Any) -> None:
    own = optimizer(kind)
    schedule = OneCycleLR(
        own, 1.0, 11, pct_start=0.5, anneal_strategy="linear", base_momentum=[0.5, 0.6]
    )
    found = []
    for step in range(11):
        found.append(
            [group.get("momentum", group.get("betas", [0])[0]) for group in own.param_groups]
        )
        if step < 10:
            schedule.step()
    assert found[0] == found[10] == pytest.approx([0.95, 0.95])
    highest = 5.5 - 1
    assert found[3] == pytest.approx([0.95 - 0.45 * 3 / highest, 0.95 - 0.35 * 3 / highest])
    if "betas" in own.defaults:
        assert own.param_groups[0]["betas"][1] == 0.999


def test_momentum_may_stay() -> None:
    own = optim.SGD([nn.Parameter(cl.ones(1))], momentum=0.7)
    schedule = OneCycleLR(own, 1.0, 5, cycle_momentum=False)
    schedule.step()
    assert own.param_groups[0]["momentum"] == 0.7
    own = optim.Adagrad([nn.Parameter(cl.ones(1))])
    found = OneCycleLR(own, 1.0, 5, cycle_momentum=False).get_last_lr()
    assert found == pytest.approx([1 / 25])


def test_steps_of_epochs() -> None:
    assert OneCycleLR(optimizer(), 1.0, epochs=3, steps_per_epoch=7).total_steps == 21


def test_a_rise_of_one_step_or_none() -> None:
    """The rate is at its highest at once."""
    for share in (0.0, 0.1):
        schedule = OneCycleLR(optimizer(), 1.0, 10, pct_start=share, anneal_strategy="linear")
        first = schedule.get_last_lr()[0]
        schedule.step()
        assert (first == 1.0) == (share == 0.1)
        assert schedule.get_last_lr()[0] < 1.0


def test_after_the_last_step() -> None:
    schedule = OneCycleLR(optimizer(), 1.0, 5)
    for _ in range(5):
        schedule.step()
    with pytest.raises(ArgumentError, match="this is step 6, but the cycle has 5 steps"):
        schedule.step()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "steps of the cycle are not given"),
        ({"epochs": 3}, "steps of the cycle are not given"),
        ({"total_steps": 0}, "total_steps is 0"),
        ({"total_steps": 2.5}, "total_steps is 2.5"),
        ({"epochs": -1, "steps_per_epoch": 3}, "epochs is -1"),
        ({"epochs": 1, "steps_per_epoch": 0}, "steps_per_epoch is 0"),
        ({"total_steps": 5, "pct_start": 1.5}, "pct_start is 1.5"),
        ({"total_steps": 5, "anneal_strategy": "steep"}, "no anneal_strategy 'steep'"),
        ({"total_steps": 5, "max_lr": [1.0]}, "max_lr must have the same length"),
        ({"total_steps": 5, "base_momentum": [0.5] * 3}, "base_momentum must have"),
        ({"total_steps": 5, "optimizer": optimizer(optim.Adagrad)}, "neither momentum nor betas"),
    ],
    ids=range(11),
)
def test_refusals(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        OneCycleLR(**{"optimizer": optimizer(), "max_lr": 1.0, **options})
