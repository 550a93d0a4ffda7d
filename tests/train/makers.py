"""Makes small data, networks and trainers for the tests of training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

import convolens as cl
from convolens.data import Dataset, RandomHorizontalFlip, RandomShift, Splits, Subset, load_digits
from convolens.nn import Module
from convolens.optim import Optimizer
from convolens.optim.lr_scheduler import LRScheduler, StepLR
from convolens.train import Epoch, Trainer
from convolens.train.position import Position
from convolens.train.progress import Progress

TRANSFORMS = (RandomShift(1), RandomHorizontalFlip())
BATCH = 20


def digits(train: int = 60, test: int = 30) -> Splits:
    whole = load_digits()
    return Splits(
        Subset(whole.train, np.arange(train)), Subset(whole.test, np.arange(test)), "a few digits"
    )


def network(seed: int = 0) -> Module:
    """Return a small network with dropout; the random numbers begin anew from the seed."""
    cl.manual_seed(seed)
    return cl.nn.Sequential(
        {
            "conv": cl.nn.Conv2d(1, 4, 3),
            "relu": cl.nn.ReLU(),
            "pool": cl.nn.MaxPool2d(2),
            "drop": cl.nn.Dropout(0.3),
            "flatten": cl.nn.Flatten(),
            "fc": cl.nn.Linear(36, 10),
        }
    )


OPTIMIZERS: dict[str, Callable[[Module], Optimizer]] = {
    "sgd": lambda model: cl.optim.SGD(
        model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3
    ),
    "adagrad": lambda model: cl.optim.Adagrad(model.parameters(), lr=0.05, lr_decay=0.01),
    "rmsprop": lambda model: cl.optim.RMSprop(model.parameters(), lr=0.01, momentum=0.5),
    "adam": lambda model: cl.optim.Adam(model.parameters(), lr=0.01),
    "adamw": lambda model: cl.optim.AdamW(model.parameters(), lr=0.01),
}


def schedule(optimizer: Optimizer) -> LRScheduler:
    return StepLR(optimizer, step_size=2, gamma=0.5)


class StopAfter(Progress):
    """Stops a trainer after so many batches."""

    interval = float("inf")

    def __init__(self, batches: int) -> None:
        self.left = batches
        self.trainer: Trainer | None = None

    def batch(self, position: Position) -> None:
        self.left -= 1
        if self.left == 0:
            assert self.trainer is not None
            self.trainer.stop()

    def show(self, position: Position) -> None: ...

    def epoch(self, row: Epoch) -> None: ...

    def end(self) -> None: ...


def trainer(
    out: Path | None = None,
    *,
    optimizer: str = "adam",
    seed: int = 0,
    stop_after: int | None = None,
    **options: object,
) -> Trainer:
    """Return a trainer of a new network."""
    model = network(seed)
    chosen = OPTIMIZERS[optimizer](model)
    progress = False if stop_after is None else StopAfter(stop_after)
    made = Trainer(
        model, chosen, scheduler=schedule(chosen), out=out, seed=5, progress=progress, **options
    )
    if isinstance(progress, StopAfter):
        progress.trainer = made
    return made


def fit(made: Trainer, epochs: int = 3, splits: Splits | None = None) -> list[Epoch]:
    data = splits or digits()
    return made.fit(data.train, data.test, epochs, BATCH, TRANSFORMS)


def weights(model: Module) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in model.state_dict().items()}


def numbers(rows: list[Epoch]) -> list[tuple[float, ...]]:
    """Return the rows without their times."""
    return [
        (r.epoch, r.train_loss, r.train_accuracy, r.test_loss, r.test_accuracy, r.lr) for r in rows
    ]


def brightened(dataset: Dataset, amount: float) -> Dataset:
    """Return a dataset to whose pixels a number is added, as a broken reader would."""

    class Brightened(Dataset):
        name, classes, labels = dataset.name, dataset.classes, dataset.labels
        image_shape, scale = dataset.image_shape, dataset.scale

        def _pixels(self, indices):
            return dataset._pixels(indices) + np.float32(amount)

        def _stored(self, index):
            return dataset._stored(index)

    return Brightened()
