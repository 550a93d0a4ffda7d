"""Gathers what the report of a run is made from."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from convolens.cli._settings_words import settings_words
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

    The first test image of each class is shown, ten at most. Its words are in the language that
    ``language`` says.

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
        title=settings_words()("title", model=run.task.model, data=run.task.name),
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
    """Return what was set for the training, for people, in the language of ``language``."""
    task, settings, say = run.task, run.task.settings, settings_words()
    values = {
        "images": f"{task.name}, {'x'.join(map(str, task.input_shape))}",
        "network": task.model,
        "epochs": str(settings.epochs),
        "batch_size": str(settings.batch_size),
        "optimizer": say("optimizer.value", name=settings.optimizer, lr=f"{settings.lr:g}"),
    }
    if settings.momentum:
        values["momentum"] = f"{settings.momentum:g}"
    if settings.weight_decay:
        values["weight_decay"] = f"{settings.weight_decay:g}"
    if settings.schedule == "step":
        factor = f"{settings.step_factor:g}"
        values["schedule"] = say("schedule.step", factor=factor, every=settings.step_every)
    elif settings.schedule != "constant":
        values["schedule"] = settings.schedule
    if settings.augment != "none":
        values["augment"] = settings.augment
    if settings.early_stopping is not None:
        values["early_stopping"] = say("early_stopping.value", count=settings.early_stopping)
    values["seed"] = str(settings.seed)
    return {**{say(name): value for name, value in values.items()}, "convolens": task.version}
