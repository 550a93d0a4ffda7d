"""Gathers what the report of a run is made from."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from convolens.data import Dataset
from convolens.errors import CheckpointError
from convolens.lens.report import ReportInputs
from convolens.nn import Module
from convolens.train import Evaluation, Run

_SHOWN = 10


def report_inputs(
    run: Run, model: Module, test: Dataset, evaluation: Evaluation | None = None
) -> ReportInputs:
    """Return what the report of a run is made from.

    The first test image of each class is shown, ten at most.

    Args:
        run: The run.
        model: Its network, with the weights to show.
        test: Its test images.
        evaluation: What the network says about them, if that is known.

    Raises:
        CheckpointError: If the run's files are damaged.
    """
    _, first = np.unique(test.labels, return_index=True)
    images, labels = test.batch(first[:_SHOWN])
    try:
        initial = run.initial()
    except CheckpointError:
        # Only the comparison with the weights before training is lost.
        initial = None
    return ReportInputs(
        title=f"{run.task.model} on {run.task.name}",
        model=model,
        input_shape=run.task.input_shape,
        classes=run.task.classes,
        initial=initial,
        history=[asdict(row) for row in run.state().history],
        confusion=None if evaluation is None else evaluation.confusion,
        images=images,
        labels=labels,
        settings=settings_in_words(run),
        scale=run.task.scale,
    )


def settings_in_words(run: Run) -> dict[str, str]:
    """Return what was set for the training, for people."""
    task, settings = run.task, run.task.settings
    words = {
        "images": f"{task.name}, {'x'.join(map(str, task.input_shape))}",
        "network": task.model,
        "epochs": str(settings.epochs),
        "batch size": str(settings.batch_size),
        "optimizer": f"{settings.optimizer}, learning rate {settings.lr:g}",
    }
    if settings.momentum:
        words["momentum"] = f"{settings.momentum:g}"
    if settings.weight_decay:
        words["weight decay"] = f"{settings.weight_decay:g}"
    if settings.schedule == "step":
        words["schedule"] = f"times {settings.step_factor:g} every {settings.step_every} epochs"
    elif settings.schedule != "constant":
        words["schedule"] = settings.schedule
    if settings.augment != "none":
        words["augmentation"] = settings.augment
    if settings.early_stopping is not None:
        words["early stopping"] = f"after {settings.early_stopping} epochs without progress"
    words["seed"] = str(settings.seed)
    words["convolens"] = task.version
    return words
