"""The network that the arguments of ``summary`` and ``draw`` describe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from convolens.nn import Module

Shape = tuple[int, int, int]


def described(model: str, input_shape: Shape | None, classes: int | None) -> tuple[Module, Shape]:
    """Return a network and the shape of its images.

    Args:
        model: A name, one line of text, or the folder of a run.
        input_shape: The shape of an image; if not given, what the network was designed for.
        classes: The number of outputs, likewise.

    Raises:
        ArgumentError: If there is no such network.
        CheckpointError: If the run is damaged.
    """
    if is_folder(model):
        from convolens.cli._network import load_network

        if classes is not None:
            raise click.UsageError("--classes cannot be given with a run, which knows its classes.")
        run, trained = load_network(model)
        return trained, input_shape or run.task.input_shape
    from convolens.models.registry import create_model, find

    entry = find(model)
    shape = input_shape or (entry.input_shape if entry else (1, 28, 28))
    return create_model(model, input_shape=shape, num_classes=classes), shape


def is_folder(model: str) -> bool:
    """Return whether a network's name or text is a folder, rather than a name or a text.

    A long text is not even a possible path.
    """
    try:
        return bool(model.strip()) and Path(model).is_dir()
    except OSError:
        return False
