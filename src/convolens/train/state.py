"""The state of a training run: all that changes while it trains."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from convolens.errors import CheckpointError, ConvolensError, TrainingError
from convolens.nn import Module
from convolens.optim import Optimizer
from convolens.optim.lr_scheduler import LambdaLR, LRScheduler, ReduceLROnPlateau
from convolens.tensor.random import random_state, set_random_state
from convolens.train.checkpoint import (
    Checkpoint,
    check_weights,
    compare,
    load_weights,
    weights_of,
)
from convolens.train.evaluation import Evaluation
from convolens.train.history import Epoch
from convolens.train.position import Position


@final
@dataclass(eq=False)
class State:
    """All that changes while a run trains; the random numbers belong to it, too.

    Attributes:
        model: With its weights.
        optimizer: With what it remembers of past steps.
        scheduler: With its epoch, or None without one.
        position: Where in the epochs.
        history: The epochs that are done.
        order: What the order of the images depends on.
    """

    model: Module
    optimizer: Optimizer
    scheduler: LRScheduler | None = None
    position: Position = field(default_factory=Position)
    history: list[Epoch] = field(default_factory=list)
    order: Mapping[str, Any] = field(default_factory=dict)

    @property
    def learning_rate(self) -> float:
        """The present learning rate, of the first group of parameters."""
        return float(self.optimizer.param_groups[0]["lr"])

    def enter(self, order: Mapping[str, Any]) -> None:
        """Go on with batches in a stated order.

        Raises:
            CheckpointError: If an epoch is begun, in another order.
        """
        if self.position.batch:
            compare(self.order, order, f"after batch {self.position.batch} of an epoch, the state")
        self.order = order

    def finish_epoch(self, judged: Evaluation) -> Epoch:
        """Go to the next epoch and to its learning rate; return what the epoch gave.

        Raises:
            TrainingError: If the test loss is not finite.
        """
        if not math.isfinite(judged.loss):
            raise TrainingError(
                f"the loss on the test images is {judged.loss:g}, though the weights are finite.",
                [("epoch", self.position.epoch + 1, "")],
                "look for test images with values far outside those of the training images.",
            )
        position = self.position
        row = Epoch(
            epoch=position.epoch + 1,
            train_loss=position.loss,
            train_accuracy=position.accuracy,
            test_loss=judged.loss,
            test_accuracy=judged.accuracy,
            lr=self.learning_rate,
            seconds=position.seconds,
            images_per_second=position.images_per_second,
        )
        self.history.append(row)
        self.position = Position(epoch=row.epoch)
        if isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step(judged.loss)
        elif self.scheduler is not None:
            self.scheduler.step()
        return row

    def checkpoint(self, about: Mapping[str, Any]) -> Checkpoint:
        """Return the state, sharing the memory of the arrays."""
        return Checkpoint(
            weights=weights_of(self.model),
            optimizer=self.optimizer.state_dict(),
            optimizer_name=type(self.optimizer).__name__,
            scheduler=None if self.scheduler is None else self.scheduler.state_dict(),
            random=random_state(),
            position=self.position,
            history=tuple(self.history),
            order=self.order,
            about=about,
        )

    def restore(self, saved: Checkpoint, where: str) -> None:
        """Take over a saved state. Nothing changes if it does not fit.

        Args:
            saved: The state.
            where: What holds it, for the error.

        Raises:
            CheckpointError: If the model, the optimiser or the schedule is another.
        """
        own = type(self.optimizer).__name__
        if saved.optimizer_name != own:
            raise CheckpointError(f"{where} is of {saved.optimizer_name}, not of {own}.")
        if (saved.scheduler is None) != (self.scheduler is None):
            with_one, without = ("it", "this run") if saved.scheduler else ("this run", "it")
            raise CheckpointError(
                f"{where}: {with_one} has a learning-rate schedule, {without} has none."
            )
        check_weights(self.model, saved.weights, where)
        self._check_optimizer(saved.optimizer, where)
        try:
            self.optimizer.load_state_dict(saved.optimizer)
            if self.scheduler is not None and saved.scheduler is not None:
                self.scheduler.load_state_dict(dict(saved.scheduler))
                if isinstance(self.scheduler, LambdaLR):  # its function may be another than then
                    self.scheduler.step(self.scheduler.last_epoch)
            set_random_state(saved.random)
            load_weights(self.model, saved.weights, where)
        except (ConvolensError, LookupError, TypeError, ValueError) as error:
            raise CheckpointError(f"{where} does not fit this run: {error}") from error
        self.position = saved.position
        self.history[:] = saved.history
        self.order = saved.order

    def _check_optimizer(self, saved: Mapping[str, Any], where: str) -> None:
        """Refuse an optimiser's state before a kernel is given arrays that do not fit."""
        members = [p for group in self.optimizer.param_groups for p in group["params"]]
        for number, values in saved["state"].items():
            if not 0 <= number < len(members):
                raise CheckpointError(f"{where}: the optimiser has no parameter {number}.")
            parameter = members[number]
            for name, value in values.items():
                if isinstance(value, np.ndarray) and (value.shape, value.dtype) != (
                    parameter.shape,
                    parameter.dtype,
                ):
                    raise CheckpointError(
                        f"{where}: {name} of parameter {number} is "
                        f"{value.dtype.name}{list(value.shape)}, not {parameter.spec}."
                    )
        own, theirs = self.optimizer.param_groups, saved["param_groups"]
        # Older files lack options that were added since: those stay as this run has them.
        if len(own) != len(theirs) or any(
            set(group) - set(mine) for mine, group in zip(own, theirs, strict=True)
        ):
            raise CheckpointError(f"{where}: the optimiser has other groups or options.")
