"""Makes the network of a run."""

from __future__ import annotations

from pathlib import Path

from convolens.models import create_model
from convolens.nn import Module
from convolens.train import Run, Task, load_run, load_weights


def make_network(task: Task) -> Module:
    """Return the untrained network of a task; its weights are the next random numbers.

    Raises:
        ArgumentError: If there is no such network, or its outputs are not the classes.
        ShapeError: If the images do not fit it.
    """
    return create_model(task.model, input_shape=task.input_shape, num_classes=len(task.classes))


def load_network(folder: str | Path) -> tuple[Run, Module]:
    """Return the run in a folder, and its trained network, ready for evaluation.

    Raises:
        CheckpointError: If there is no run, or a file of it is damaged or of another run.
    """
    run = load_run(Path(folder))
    network = make_network(run.task)
    load_weights(network, run.weights(), str(run.folder))
    return run, network.eval()
