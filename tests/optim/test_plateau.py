"""ReduceLROnPlateau: when the rate falls, by metrics that are given."""

from __future__ import annotations

import json
from math import inf, nan
from typing import Any

import pytest

import convolens as cl
from convolens import nn, optim
from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler import ReduceLROnPlateau


def optimizer(groups: int = 1) -> optim.SGD:
    return optim.SGD([{"params": [nn.Parameter(cl.ones(1))]} for _ in range(groups)], lr=1.0)


def rates(metrics: list[float], **options: Any) -> list[float]:
    schedule = ReduceLROnPlateau(optimizer(), factor=0.5, **{"patience": 1, **options})
    found = []
    for metric in metrics:
        schedule.step(metric)
        found.extend(schedule.get_last_lr())
    return found


def test_patience() -> None:
    assert rates([3, 2, 2, 2, 2, 2]) == [1, 1, 1, 0.5, 0.5, 0.25]
    assert rates([3, 2, 2, 2, 2, 2], patience=0) == [1, 1, 0.5, 0.25, 0.125, 0.0625]


def test_a_better_metric_begins_anew() -> None:
    assert rates([3, 3, 2, 2, 1, 1, 1]) == [1, 1, 1, 1, 1, 1, 0.5]


def test_more_may_be_better() -> None:
    assert rates([1, 2, 3, 2, 2], mode="max") == [1, 1, 1, 1, 0.5]


@pytest.mark.parametrize(
    ("mode", "threshold_mode", "metrics"),
    [
        ("min", "rel", [2.0, 1.6, 1.4]),
        ("min", "abs", [2.0, 1.8, 1.7]),
        ("max", "rel", [2.0, 2.4, 2.6]),
        ("max", "abs", [2.0, 2.2, 2.3]),
    ],
)
def test_thresholds(mode: str, threshold_mode: str, metrics: list[float]) -> None:
    """A quarter of the best, or a quarter: the second is too little, the third is enough."""
    schedule = ReduceLROnPlateau(
        optimizer(), mode, threshold=0.25, threshold_mode=threshold_mode, patience=9
    )
    bad = []
    for metric in metrics:
        schedule.step(metric)
        bad.append(schedule.num_bad_epochs)
    assert bad == [0, 1, 0]
    assert schedule.best == metrics[-1]


def test_a_cooldown() -> None:
    assert rates([1] * 7, patience=0, cooldown=2) == [1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]


def test_the_least_rate_and_the_least_fall() -> None:
    assert rates([1] * 4, patience=0, min_lr=0.4) == [1, 0.5, 0.4, 0.4]
    assert rates([1] * 4, patience=0, eps=0.2) == [1, 0.5, 0.25, 0.25]


def test_each_group_has_its_least_rate() -> None:
    own = optimizer(2)
    schedule = ReduceLROnPlateau(own, factor=0.1, patience=0, min_lr=[0.5, 0.01])
    for _ in range(3):
        schedule.step(1.0)
    assert schedule.get_last_lr() == pytest.approx([0.5, 0.01])
    own.add_param_group({"params": nn.Parameter(cl.ones(1))})
    with pytest.raises(ArgumentError, match="3 groups now, but there are 2 least rates"):
        schedule.step(1.0)


def test_a_group_that_is_added_has_the_least_rate_of_all() -> None:
    own = optimizer()
    schedule = ReduceLROnPlateau(own, factor=0.1, patience=0, min_lr=0.05)
    own.add_param_group({"params": nn.Parameter(cl.ones(1)), "lr": 10.0})
    for _ in range(4):
        schedule.step(1.0)
    assert schedule.get_last_lr() == [0.05, 0.05]


def test_no_number_is_never_better() -> None:
    assert rates([1, nan, nan, inf, inf]) == [1, 1, 0.5, 0.5, 0.25]
    assert rates([nan, nan, nan], mode="max") == [1, 0.5, 0.5]


def test_tensors_are_numbers() -> None:
    schedule = ReduceLROnPlateau(optimizer(), patience=0)
    schedule.step(cl.tensor(2.0))
    schedule.step(cl.tensor([2.0]))
    assert schedule.get_last_lr() == [0.1]


def test_going_on_from_a_state() -> None:
    metrics = [3, 2, 2, 2, 2, 2, 1, 1, 1]
    straight = rates(list(map(float, metrics)), cooldown=1)
    for stop in range(1, len(metrics)):
        own = optimizer()
        first = ReduceLROnPlateau(own, factor=0.5, patience=1, cooldown=1)
        for metric in metrics[:stop]:
            first.step(metric)
        states = json.loads(json.dumps([own.state_dict(), first.state_dict()]))
        other = optimizer()
        second = ReduceLROnPlateau(other)
        other.load_state_dict(states[0])
        second.load_state_dict(states[1])
        for metric, wanted in zip(metrics[stop:], straight[stop:], strict=True):
            second.step(metric)
            assert second.get_last_lr() == [wanted]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"factor": 1.0}, "factor is 1.0"),
        ({"mode": "less"}, "there is no mode 'less'"),
        ({"threshold_mode": "more"}, "there is no threshold_mode 'more'"),
        ({"min_lr": [0.1, 0.1]}, "it has 2 values"),
    ],
    ids=range(4),
)
def test_refusals(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        ReduceLROnPlateau(optimizer(), **options)
