from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import convolens as cl
from convolens.errors import CheckpointError, TrainingError
from convolens.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from convolens.tensor.random import random_state
from convolens.train.build import make_schedule
from convolens.train.evaluation import Evaluation
from convolens.train.position import Position
from convolens.train.settings import Settings
from convolens.train.state import State

from .makers import network, schedule, weights


def judged(loss: float) -> Evaluation:
    labels, rest = np.array([0, 1]), np.zeros(2, np.float32)
    return Evaluation(("a", "b"), labels, labels, rest, rest, loss)


def state(seed: int = 0) -> State:
    model = network(seed)
    optimizer = cl.optim.Adam(model.parameters(), lr=0.5)
    return State(model, optimizer, schedule(optimizer))


def test_an_epoch_ends_with_a_row_and_the_next_rate() -> None:
    made = state()
    for number in (1, 2):
        made.position = Position(number - 1, 3, 60, 30, 120.0, 2.0)
        row = made.finish_epoch(judged(0.7))
        assert (row.epoch, row.train_loss, row.train_accuracy) == (number, 2.0, 0.5)
        assert (row.test_loss, row.test_accuracy) == (0.7, 1.0)
        assert (row.lr, row.seconds, row.images_per_second) == (0.5, 2.0, 30.0)
        assert made.position == Position(number)
    assert made.learning_rate == 0.25
    assert len(made.history) == 2


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_test_loss_that_is_not_finite_ends_nothing(loss) -> None:
    made = state()
    with pytest.raises(TrainingError, match="the loss on the test images"):
        made.finish_epoch(judged(loss))
    assert made.history == []
    assert made.position == Position()


def test_comes_back_from_a_checkpoint() -> None:
    first = state()
    first.position = Position(0, 3, 60, 30, 120.0, 2.0)
    first.finish_epoch(judged(0.7))
    cl.rand(2)
    saved, random = first.checkpoint({}), random_state()
    second = state(seed=4)
    second.restore(saved, "a file")
    assert weights(second.model) == weights(first.model)
    assert (second.position, second.history) == (first.position, first.history)
    assert random_state() == random


def test_an_order_counts_within_an_epoch_only() -> None:
    made = state()
    made.enter({"seed": 1})
    made.enter({"seed": 2})
    made.position = Position(0, 1)
    made.enter({"seed": 2})
    with pytest.raises(CheckpointError, match="after batch 1 of an epoch"):
        made.enter({"seed": 3})


def test_arrays_that_do_not_fit_never_reach_a_kernel() -> None:
    saved = state().checkpoint({})
    groups = saved.optimizer["param_groups"]
    for array in (np.zeros(3, np.float32), np.zeros((4, 1, 3, 3))):
        broken = {"state": {0: {"step": 1, "exp_avg": array}}, "param_groups": groups}
        with pytest.raises(CheckpointError, match="exp_avg of parameter 0"):
            state().restore(replace(saved, optimizer=broken), "a file")


def test_a_file_from_before_there_was_an_option() -> None:
    """Options that it lacks stay as the run has them; those that nobody knows are refused."""
    saved = state().checkpoint({})
    (group,) = saved.optimizer["param_groups"]
    old = {name: value for name, value in group.items() if name not in ("maximize", "amsgrad")}
    made = state()
    made.restore(replace(saved, optimizer={"state": {}, "param_groups": [old]}), "a file")
    assert made.optimizer.param_groups[0]["amsgrad"] is False
    for groups in ([{**group, "nesterov": True}], [group, group]):
        broken = {"state": {}, "param_groups": groups}
        with pytest.raises(CheckpointError, match="other groups or options"):
            state().restore(replace(saved, optimizer=broken), "a file")


def with_schedule(make) -> State:
    made = state()
    made.scheduler = make(made.optimizer)
    return made


def test_a_plateau_is_one_of_the_test_loss() -> None:
    made = with_schedule(lambda optimizer: ReduceLROnPlateau(optimizer, factor=0.5, patience=1))
    found = []
    for loss in (0.7, 0.6, 0.6, 0.6, 0.5):
        made.position = Position(made.position.epoch, 3, 60, 30, 120.0, 2.0)
        found.append(made.finish_epoch(judged(loss)).lr)
    assert found == [0.5, 0.5, 0.5, 0.5, 0.25]


@pytest.mark.parametrize("old", [False, True], ids=["new file", "older file"])
def test_more_epochs_are_those_of_the_longer_curve(old) -> None:
    def cosine(epochs: int):
        def make(optimizer) -> LRScheduler:
            found = make_schedule(Settings(schedule="cosine", epochs=epochs), optimizer)
            assert found is not None
            return found

        return make

    first = with_schedule(cosine(3))
    for _ in range(3):
        first.scheduler.step()
    assert first.learning_rate == 0
    saved = first.checkpoint({})
    if old:
        schedule = {name: saved.scheduler[name] for name in ("last_epoch", "base_lrs")}
        saved = replace(saved, scheduler=schedule)
    longer = with_schedule(cosine(9))
    longer.restore(saved, "a file")
    straight = with_schedule(cosine(9))
    for _ in range(3):
        straight.scheduler.step()
    for _ in range(6):
        assert longer.learning_rate == straight.learning_rate > 0
        longer.scheduler.step()
        straight.scheduler.step()
    assert longer.learning_rate == 0
