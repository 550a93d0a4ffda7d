from __future__ import annotations

import pytest

from convolens.errors import ArgumentError
from convolens.train import Settings, Task


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"optimizer": "adamm"}, "use sgd, adagrad, rmsprop, adam, adamw"),
        ({"schedule": "linear"}, "use constant, step, cosine"),
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"step_every": 0}, "step_every is 0"),
        ({"momentum": 0.9}, "adam has no momentum"),
    ],
)
def test_what_does_not_go_is_refused(options, words) -> None:
    with pytest.raises(ArgumentError) as caught:
        Settings(**options)
    assert words in str(caught.value)


def task(**changes: object) -> Task:
    facts = {
        "model": "lenet5",
        "data": "mnist",
        "name": "mnist",
        "size": None,
        "channels": None,
        "limit": None,
        "train": "a",
        "test": "b",
        "input_shape": (1, 28, 28),
        "classes": ("0", "1"),
        "scale": 255,
        "settings": Settings(),
        "version": "1",
    }
    return Task(**{**facts, **changes})


def test_a_task_is_another_if_a_setting_is() -> None:
    assert task().about() == task().about()
    assert task().about() != task(settings=Settings(lr=0.5)).about()
    assert task().about() != task(train="c").about()


def test_more_epochs_and_another_place_are_the_same_task() -> None:
    assert task().about() == task(data="elsewhere", settings=Settings(epochs=99)).about()
