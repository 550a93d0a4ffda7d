"""Schedules: the rate of every epoch, in every group, also after a stop."""

from __future__ import annotations

import math
from typing import Any

import pytest

import convolens as cl
from convolens import nn, optim
from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, StepLR


def optimizer() -> optim.SGD:
    a, b = nn.Parameter(cl.ones(1)), nn.Parameter(cl.ones(1))
    return optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=2.0)


def rates(schedule: LRScheduler, epochs: int) -> list[list[float]]:
    result = [schedule.get_last_lr()]
    for _ in range(epochs):
        schedule.step()
        result.append(schedule.get_last_lr())
    return result


def test_steps() -> None:
    for epoch, found in enumerate(rates(StepLR(optimizer(), 3), 7)):
        factor = 0.1 ** (epoch // 3)
        assert found == pytest.approx([2.0 * factor, 0.5 * factor], rel=1e-15)


def test_half_a_cosine() -> None:
    found = rates(CosineAnnealingLR(optimizer(), 4, eta_min=0.1), 4)
    for epoch, (first, second) in enumerate(found):
        share = (1 + math.cos(math.pi * epoch / 4)) / 2
        assert first == pytest.approx(0.1 + 1.9 * share, abs=1e-15)
        assert second == pytest.approx(0.1 + 0.4 * share, abs=1e-15)
    assert found[-1] == pytest.approx([0.1, 0.1])


def test_the_optimiser_uses_the_rate() -> None:
    p = nn.Parameter(cl.zeros(1))
    own = optim.SGD([p], lr=1.0)
    schedule = StepLR(own, 1, gamma=0.5)
    for _ in range(3):
        p.grad = cl.ones(1)
        own.step()
        schedule.step()
    assert p.item() == -(1 + 0.5 + 0.25)


@pytest.mark.parametrize("make", [lambda o: StepLR(o, 2, 0.5), lambda o: CosineAnnealingLR(o, 7)])
def test_going_on_from_a_state(make: Any) -> None:
    straight = rates(make(optimizer()), 6)
    first = make(optimizer())
    before = rates(first, 3)
    own = optimizer()
    second = make(own)
    second.load_state_dict(first.state_dict())
    assert [group["lr"] for group in own.param_groups] == before[-1]
    assert before + rates(second, 3)[1:] == straight


@pytest.mark.parametrize(
    "call",
    [
        lambda o: StepLR(o, 0),
        lambda o: StepLR(o, -1),
        lambda o: CosineAnnealingLR(o, 0),
        lambda o: CosineAnnealingLR(o, -3),
    ],
    ids=range(4),
)
def test_refusals(call: Any) -> None:
    with pytest.raises(ArgumentError, match="must be at least 1"):
        call(optimizer())
