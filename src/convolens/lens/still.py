"""Running a model only to look at it: nothing about it is different afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from convolens.nn import Module
from convolens.tensor import no_grad
from convolens.tensor.random import random_state, set_random_state


@contextmanager
def still(model: Module) -> Iterator[None]:
    """Evaluate ``model`` without a record inside a with block.

    Afterwards every part is in training or evaluation as it was, and the random numbers go on where
    they were.

    Example:
        >>> from convolens import nn
        >>> layer = nn.Dropout(0.5)
        >>> with still(layer):
        ...     layer.training
        False
        >>> layer.training
        True
    """
    training = [(part, part.training) for part in model.modules()]
    state = random_state()
    try:
        with no_grad():
            model.eval()
            yield
    finally:
        for part, mode in training:
            object.__setattr__(part, "training", mode)
        set_random_state(state)
