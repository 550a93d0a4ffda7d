"""SequentialLR: which schedule sets the rate, and from where it counts."""

from __future__ import annotations

from typing import Any

import pytest

import convolens as cl
from convolens import nn, optim
from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LinearLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)


def optimizer() -> optim.SGD:
    return optim.SGD([nn.Parameter(cl.ones(1))], lr=1.0)


def rates(schedule: SequentialLR, epochs: int) -> list[float]:
    found = schedule.get_last_lr()
    for _ in range(epochs):
        schedule.step()
        found += schedule.get_last_lr()
    return found


def test_each_counts_from_its_milestone() -> None:
    own = optimizer()
    parts = [LinearLR(own, 0.25, total_iters=3), StepLR(own, 2, 0.5), ConstantLR(own, 0.125, 2)]
    schedule = SequentialLR(own, parts, [3, 7])
    wanted = [0.25, 0.5, 0.75, 1, 1, 0.5, 0.5, 0.125, 0.125, 1, 1]
    assert rates(schedule, 10) == pytest.approx(wanted)
    assert own.param_groups[0]["lr"] == 1
    assert schedule.last_epoch == 10


def test_a_milestone_of_zero_skips_the_first() -> None:
    own = optimizer()
    schedule = SequentialLR(own, [ConstantLR(own, 0.5), ExponentialLR(own, 0.5)], [0])
    assert rates(schedule, 2) == [1, 0.5, 0.25]


def test_restarts_after_a_warm_up() -> None:
    own = optimizer()
    parts = [LinearLR(own, 0.5, total_iters=2), CosineAnnealingWarmRestarts(own, 2)]
    assert rates(SequentialLR(own, parts, [2]), 6) == pytest.approx([0.5, 0.75, 1, 0.5, 1, 0.5, 1])


def test_one_within_another() -> None:
    own = optimizer()
    inner = SequentialLR(own, [ConstantLR(own, 0.5, 9), ConstantLR(own, 0.25, 9)], [2])
    outer = SequentialLR(own, [ExponentialLR(own, 0.1), inner], [1])
    assert rates(outer, 5) == pytest.approx([1, 0.5, 0.5, 0.25, 0.25, 0.25])


@pytest.mark.parametrize(
    ("parts", "milestones", "words"),
    [
        (lambda o: [], [], "got no schedulers"),
        (lambda o: [StepLR(o, 1)], [1], "1 schedulers need 0 milestones, but there are 1"),
        (lambda o: [StepLR(o, 1), StepLR(o, 1)], [], "2 schedulers need 1 milestones"),
        (lambda o: [StepLR(o, 1), StepLR(optimizer(), 1)], [1], "scheduler 1 is of another"),
        (lambda o: [StepLR(o, 1), ReduceLROnPlateau(o)], [1], "scheduler 1 is a ReduceLROn"),
    ],
    ids=range(5),
)
def test_refusals(parts: Any, milestones: list[int], words: str) -> None:
    own = optimizer()
    with pytest.raises(ArgumentError, match=words):
        SequentialLR(own, parts(own), milestones)


def test_no_epoch_can_be_gone_to() -> None:
    own = optimizer()
    with pytest.raises(ArgumentError, match="cannot go to epoch 3"):
        SequentialLR(own, [StepLR(own, 1)], []).step(3)
