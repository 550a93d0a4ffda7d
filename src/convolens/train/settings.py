"""The settings of a run: everything from which it can be repeated, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from convolens.errors import ArgumentError
from convolens.train.codec import encode

OPTIMIZERS = ("sgd", "adagrad", "rmsprop", "adam", "adamw")
SCHEDULES = ("constant", "step", "cosine")
_WITH_MOMENTUM = ("sgd", "rmsprop")


@final
@dataclass(frozen=True)
class Settings:
    """How a network is trained.

    Attributes:
        optimizer: One of ``OPTIMIZERS``.
        lr: The learning rate of the first epoch.
        momentum: How much of the last step is kept; for sgd and rmsprop alone, else 0.
        weight_decay: The pull of the weights towards zero.
        epochs: How often each image is seen.
        batch_size: Images a step.
        schedule: How the learning rate changes: one of ``SCHEDULES``.
        step_every: For the schedule ``step``: after so many epochs,
        step_factor: the rate is multiplied by this.
        augment: What is done to the training images, see ``parse_augment``.
        early_stopping: Epochs without a smaller test loss before it stops, or None.
        seed: Fixes the weights before training, the order of the images, dropout and all else.

    Raises:
        ArgumentError: If a name is not known, a number is out of its range, or two do not go
            together.

    Example:
        >>> Settings(optimizer="adam", momentum=0.9)
        Traceback (most recent call last):
        convolens.errors.ArgumentError: adam has no momentum, but 0.9 was given.
        Hint: use sgd or rmsprop, or leave the momentum out.
    """

    optimizer: str = "adam"
    lr: float = 1e-3
    momentum: float = 0.0
    weight_decay: float = 0.0
    epochs: int = 20
    batch_size: int = 100
    schedule: str = "constant"
    step_every: int = 10
    step_factor: float = 0.1
    augment: str = "none"
    early_stopping: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        _require_one_of("optimizer", self.optimizer, OPTIMIZERS)
        _require_one_of("schedule", self.schedule, SCHEDULES)
        for name in ("epochs", "batch_size", "step_every"):
            if getattr(self, name) < 1:
                raise ArgumentError(f"{name} is {getattr(self, name)}, but must be 1 or more.")
        if self.momentum and self.optimizer not in _WITH_MOMENTUM:
            raise ArgumentError(
                f"{self.optimizer} has no momentum, but {self.momentum:g} was given.",
                hint="use sgd or rmsprop, or leave the momentum out.",
            )


@final
@dataclass(frozen=True)
class Task:
    """What is trained on what, and how: with this, ``run.json`` describes a run.

    Attributes:
        model: A network's name, or its line of text.
        data: What ``open_dataset`` was given; a path is absolute.
        name: What the data are called.
        size: (H, W) to which images of a folder are stretched, or None.
        channels: For a folder of images: 1 or 3, or None for what it holds.
        limit: How many of the training images are used, or None for all.
        train: The fingerprint of the training images.
        test: The fingerprint of the test images.
        input_shape: (C, H, W) of one image.
        classes: The name of each class.
        scale: The pixel value that becomes 1.0.
        settings: How it is trained.
        version: The convolens that began the run.
    """

    model: str
    data: str
    name: str
    size: tuple[int, int] | None
    channels: int | None
    limit: int | None
    train: str
    test: str
    input_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    scale: int
    settings: Settings
    version: str

    def about(self) -> dict[str, Any]:
        """Return what a checkpoint must agree with.

        Not the number of epochs, which may grow, nor the path of the data, which may move: their
        fingerprints are compared instead.
        """
        facts = encode(self)
        facts.update(facts.pop("settings"))
        return {name: value for name, value in facts.items() if name not in ("epochs", "data")}


def _require_one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ArgumentError(f"there is no {name} {value!r}.", hint=f"use {', '.join(known)}.")
