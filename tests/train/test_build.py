from __future__ import annotations

import pytest

import convolens as cl
from convolens.errors import ArgumentError
from convolens.optim.lr_scheduler import CosineAnnealingLR, StepLR
from convolens.train import (
    OPTIMIZERS,
    SCHEDULES,
    Settings,
    make_optimizer,
    make_schedule,
    recipe,
)

MODEL = cl.nn.Linear(3, 2)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_is_made_with_its_numbers(name) -> None:
    settings = recipe((1, 28, 28), 60_000, name)
    group = make_optimizer(settings, MODEL).param_groups[0]
    assert group["lr"] == settings.lr
    assert group["weight_decay"] == settings.weight_decay
    assert group.get("momentum", 0.0) == settings.momentum
    assert type(make_optimizer(settings, MODEL)).__name__.lower() == name


@pytest.mark.parametrize(("lr", "decay"), [(-1.0, 0.0), (float("nan"), 0.0), (0.1, -1.0)])
def test_numbers_out_of_range_are_refused(lr, decay) -> None:
    with pytest.raises(ArgumentError):
        make_optimizer(Settings(lr=lr, weight_decay=decay), MODEL)


def test_schedules() -> None:
    made = {
        name: make_schedule(
            Settings("sgd", schedule=name, step_every=3, step_factor=0.5, epochs=7),
            make_optimizer(Settings("sgd"), MODEL),
        )
        for name in SCHEDULES
    }
    assert made["constant"] is None
    assert isinstance(made["step"], StepLR)
    assert (made["step"].step_size, made["step"].gamma) == (3, 0.5)
    assert made["cosine"] is not None
    annealing = CosineAnnealingLR(make_optimizer(Settings("sgd"), MODEL), 7)
    for _ in range(7):
        assert made["cosine"].get_last_lr() == pytest.approx(annealing.get_last_lr(), abs=1e-15)
        made["cosine"].step()
        annealing.step()
    assert made["cosine"].get_last_lr() == [0]
