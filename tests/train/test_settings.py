from __future__ import annotations

import pytest

import convolens as cl
from convolens.data import RandomCrop, RandomHorizontalFlip, RandomShift
from convolens.errors import ArgumentError
from convolens.models import create_model
from convolens.optim.lr_scheduler import CosineAnnealingLR, StepLR
from convolens.train import (
    OPTIMIZERS,
    SCHEDULES,
    Settings,
    default_model,
    make_optimizer,
    make_schedule,
    parse_augment,
    recipe,
)

MODEL = cl.nn.Linear(3, 2)


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
    assert isinstance(made["cosine"], CosineAnnealingLR)
    assert made["cosine"].T_max == 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("none", ()),
        ("flip", (RandomHorizontalFlip(),)),
        ("shift2", (RandomShift(2),)),
        ("crop4+flip", (RandomCrop(4), RandomHorizontalFlip())),
        ("flip+shift1", (RandomHorizontalFlip(), RandomShift(1))),
    ],
)
def test_augmentation(text, expected) -> None:
    assert parse_augment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "flip+",
        "shift",
        "shift0",
        "shift-1",
        "shift99999",
        "crop4.5",
        "none+flip",
        "shift２",
    ],
)
def test_unknown_augmentation_is_refused(text) -> None:
    with pytest.raises(ArgumentError, match="is not known"):
        parse_augment(text)


@pytest.mark.parametrize(
    "shape",
    [(1, 8, 8), (3, 8, 12), (1, 13, 40), (1, 28, 28), (3, 32, 32), (1, 30, 64), (3, 224, 200)],
)
def test_the_default_model_fits_the_images(shape) -> None:
    model = create_model(default_model(shape, 7), input_shape=shape, num_classes=7)
    with cl.no_grad():
        assert model.eval()(cl.zeros(2, *shape)).shape == (2, 7)
    # Small enough for a laptop.
    assert sum(p.numel() for p in model.parameters()) < 2_000_000
