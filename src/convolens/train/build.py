"""Makes what the settings of a run name: the optimiser and the schedule."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

from convolens import optim
from convolens.nn import Module
from convolens.optim.lr_scheduler import LambdaLR, LRScheduler, StepLR
from convolens.train.settings import Settings

_BY_NAME: dict[str, Callable[..., optim.Optimizer]] = {
    "sgd": optim.SGD,
    "adagrad": optim.Adagrad,
    "rmsprop": optim.RMSprop,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
}


def make_optimizer(settings: Settings, model: Module) -> optim.Optimizer:
    """Return the optimiser of the model's parameters that the settings name.

    Raises:
        ArgumentError: If a number is out of its range.

    Example:
        >>> import convolens as cl
        >>> make_optimizer(Settings("sgd", momentum=0.9), cl.nn.Linear(3, 2)).param_groups[0]["lr"]
        0.001
    """
    options = {"lr": settings.lr, "weight_decay": settings.weight_decay}
    if settings.momentum:
        options["momentum"] = settings.momentum
    return _BY_NAME[settings.optimizer](model.parameters(), **options)


def make_schedule(settings: Settings, optimizer: optim.Optimizer) -> LRScheduler | None:
    """Return the schedule that the settings name, or None for a constant learning rate.

    ``cosine`` reaches 0 after the last epoch. If a run is continued for more epochs, it takes the
    rates of the longer curve from there on.
    """
    if settings.schedule == "step":
        return StepLR(optimizer, settings.step_every, settings.step_factor)
    if settings.schedule == "cosine":
        # A function is not saved with the schedule's state, so that the curve may become longer.
        return LambdaLR(optimizer, lambda epoch: (1 + cos(pi * epoch / settings.epochs)) / 2)
    return None
