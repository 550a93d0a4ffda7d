"""The options of ``convolens train`` that say how a network is trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

import click

from convolens.cli._types import Finite, Size
from convolens.errors import ArgumentError
from convolens.train import OPTIMIZERS, SCHEDULES, Settings, parse_augment, recipe

F = TypeVar("F", bound=Callable[..., Any])

_POSITIVE = click.IntRange(1)
_OPTIONS = (
    click.option(
        "--model",
        metavar="NAME|TEXT",
        help="A network's name, or its line of text.  [default: chosen by the images]",
    ),
    click.option(
        "--epochs",
        metavar="N",
        type=_POSITIVE,
        help="How often each image is seen.  [default: 20; 30 below 10,000 images]",
    ),
    click.option(
        "--batch-size",
        metavar="N",
        type=_POSITIVE,
        help="Images a step.  [default: 100; 32 below 10,000 images]",
    ),
    click.option(
        "--optimizer",
        type=click.Choice(OPTIMIZERS),
        default="adam",
        show_default=True,
        help="The rule that changes the weights.",
    ),
    click.option(
        "--lr",
        metavar="X",
        type=Finite(0, min_open=True),
        help="The learning rate.  [default: 0.001; sgd and adagrad 0.01]",
    ),
    click.option(
        "--momentum",
        metavar="X",
        type=Finite(0, 1, max_open=True),
        help="For sgd and rmsprop.  [default: sgd 0.9, rmsprop 0]",
    ),
    click.option(
        "--weight-decay",
        metavar="X",
        type=Finite(0),
        help="The pull of the weights towards zero.  [default: 0; adamw 0.01]",
    ),
    click.option(
        "--schedule",
        type=click.Choice(SCHEDULES),
        help="How the learning rate changes with the epochs.  [default: cosine; constant below "
        "10,000 images]",
    ),
    click.option(
        "--step-every",
        metavar="N",
        type=_POSITIVE,
        help="For --schedule step: the epochs after which the rate changes.  [default: 10]",
    ),
    click.option(
        "--step-factor",
        metavar="X",
        type=Finite(0, min_open=True),
        help="For --schedule step: what the rate is multiplied by.  [default: 0.1]",
    ),
    click.option(
        "--augment",
        default="none",
        show_default=True,
        metavar="TEXT",
        help="Change the training images: shift2, crop4, flip, joined by a plus sign.",
    ),
    click.option(
        "--early-stopping",
        type=_POSITIVE,
        metavar="N",
        help="Stop after N epochs without a smaller test loss, and keep the best weights.",
    ),
    click.option(
        "--seed",
        metavar="N",
        type=click.IntRange(0, 2**63 - 1),
        default=0,
        show_default=True,
        help="Fixes all that is random: the same seed gives the same bits.",
    ),
    click.option(
        "--size",
        type=Size("height", "width"),
        metavar="HxW",
        help="For a folder of images: stretch them all to this size.",
    ),
    click.option(
        "--channels",
        metavar="N",
        type=click.IntRange(1, 3),
        help="For a folder of images: 1 for grey, 3 for colour.",
    ),
    click.option(
        "--limit",
        type=_POSITIVE,
        metavar="N",
        help="Train on N of the images only, to try something quickly.",
    ),
)


def training_options(command: F) -> F:
    """Give a command the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings_from(
    options: Mapping[str, Any], image_shape: tuple[int, int, int], images: int
) -> Settings:
    """Return the settings that the options say, and a recipe for what they leave open.

    Args:
        options: The values by name; None where nothing was said.
        image_shape: (C, H, W).
        images: How many there are to learn from.

    Raises:
        ArgumentError: If two options do not go together.
    """
    names = {field.name for field in fields(Settings)}
    said = {name: value for name, value in options.items() if name in names and value is not None}
    settings = replace(recipe(image_shape, images, options["optimizer"]), **said)
    parse_augment(settings.augment)
    for name in ("step_every", "step_factor"):
        if name in said and settings.schedule != "step":
            option = f"--{name.replace('_', '-')}"
            raise ArgumentError(
                f"the schedule {settings.schedule} has no steps, but {option} {said[name]:g} was "
                "given.",
                hint=f"use --schedule step, or leave {option} out.",
            )
    return settings
