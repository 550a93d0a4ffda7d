"""One step of training: forward, backward, update."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convolens.nn import Module
from convolens.optim import Optimizer
from convolens.tensor import from_numpy
from convolens.tensor.random import random_state
from convolens.train.evaluation import logits_of


class Done(NamedTuple):
    """What a step gave.

    Attributes:
        loss: The loss before the update. If it is not finite, there was no update.
        correct: How many images were right before the update.
        random: The state of the random numbers before the step.
    """

    loss: float
    correct: int
    random: tuple[int, int]


def train_step(
    model: Module,
    loss: Module,
    optimizer: Optimizer,
    images: NDArray[np.float32],
    labels: NDArray[np.int64],
    classes: int,
) -> Done:
    """Change the weights of a model by one batch.

    Args:
        model: Gives logits [B, K].
        loss: Takes logits and labels.
        optimizer: Of the model's parameters.
        images: [B, C, H, W].
        labels: [B].
        classes: K.

    Raises:
        ShapeError: If the images do not fit the model, or it does not give K numbers for each.
        IndexRangeError: If a label is outside the classes.
    """
    random = random_state()
    logits = logits_of(model, images, classes)
    result = loss(logits, from_numpy(labels))
    value = float(result.item())
    correct = int((logits.detach().numpy().argmax(1) == labels).sum())
    if math.isfinite(value):
        optimizer.zero_grad()
        result.backward()
        optimizer.step()
    return Done(value, correct, random)
