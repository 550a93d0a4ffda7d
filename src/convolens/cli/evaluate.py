"""The command ``convolens evaluate``: judges a trained network on labelled images."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from convolens.cli._data import open_images, open_task
from convolens.cli._network import load_network
from convolens.cli._tables import print_table
from convolens.cli._words import accuracy_line, share
from convolens.data import Dataset
from convolens.errors import DataError
from convolens.train import Evaluation, Run, Task, class_scores
from convolens.train import evaluate as evaluated

_EPILOG = """\b
Examples:
  convolens evaluate runs/digits-digits_convnet
  convolens evaluate runs/digits-digits_convnet --part train
      on the images that it learned from: how much it knows by heart
  convolens evaluate runs/mnist-lenet5 other/mnist --worst 20
      on other images of the same size and classes
  convolens evaluate runs/digits-digits_convnet --json | jq .accuracy
"""
_LARGEST_MATRIX = 20


@click.command(epilog=_EPILOG)
@click.argument("run", metavar="RUN")
@click.argument("data", required=False)
@click.option(
    "--part",
    type=click.Choice(["test", "train"]),
    default="test",
    show_default=True,
    help="Which images.",
)
@click.option(
    "--worst",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    metavar="N",
    help="List the N mistakes with the largest loss.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON instead of tables.")
@click.option("--offline", is_flag=True, help="Never use the network.")
def evaluate(
    run: str, data: str | None, part: str, worst: int, as_json: bool, offline: bool
) -> None:
    """Judge a trained network: accuracy, confusion matrix, classes, worst mistakes.

    RUN is a folder that 'convolens train' wrote. DATA is what that command takes; without it, the
    images of the run are used.

    The interval says where the accuracy on all such images lies, with 95 percent confidence
    (Wilson's formula): few images leave much room.
    """
    known, model = load_network(run)
    dataset = _images(known.task, data, part, offline)
    result = evaluated(model, dataset, batch_size=known.task.settings.batch_size)
    if as_json:
        click.echo(json.dumps(_as_json(known, dataset, part, result, worst), indent=2))
        return
    click.echo(f"{known.task.model} on {dataset.name}, {part} images")
    click.echo(accuracy_line(result))
    click.echo(f"loss {result.loss:.4f}\n")
    for title, headers, rows in _tables(result, worst):
        print_table(headers, rows, title=title)
        click.echo()


def _images(task: Task, data: str | None, part: str, offline: bool) -> Dataset:
    if data is None:
        splits = open_task(task, offline=offline)
    else:
        splits = open_images(data, offline=offline, size=task.size, channels=task.channels)
    dataset = splits.test if part == "test" else splits.train
    if (dataset.image_shape, dataset.classes) != (task.input_shape, task.classes):
        raise DataError(
            f"{dataset.name} is not what the network was trained for.",
            [
                ("images", "x".join(map(str, dataset.image_shape)), "C, H, W"),
                ("network", "x".join(map(str, task.input_shape)), "C, H, W"),
                ("classes", ", ".join(dataset.classes[:12]), "of the images"),
                ("", ", ".join(task.classes[:12]), "of the network"),
            ],
            "name images of the same size and classes.",
        )
    return dataset


def _tables(
    result: Evaluation, worst: int
) -> Iterator[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    classes = result.classes
    confusion = result.confusion
    if len(classes) <= _LARGEST_MATRIX:
        rows = [
            (name, *(str(count) if count else "" for count in counts))
            for name, counts in zip(classes, confusion.tolist(), strict=True)
        ]
        title = "Confusion matrix: rows are what it is, columns what the network said"
        yield title, ("", *classes), rows
    yield (
        "Classes: recall is the share that was found, precision the share that was right",
        ("class", "images", "recall", "precision"),
        [
            (score.name, str(score.images), share(score.recall), share(score.precision))
            for score in class_scores(confusion, classes)
        ],
    )
    mistakes: list[tuple[str, ...]] = [
        (
            str(index),
            classes[result.labels[index]],
            classes[result.predicted[index]],
            share(float(result.confidence[index])),
            f"{result.surprise[index]:.4f}",
        )
        for index in result.worst(worst)
    ]
    if mistakes:
        headers = ("image", "is", "the network said", "share", "loss")
        yield "Worst mistakes", headers, mistakes


def _as_json(
    run: Run, dataset: Dataset, part: str, result: Evaluation, worst: int
) -> dict[str, Any]:
    return {
        "run": str(run.folder),
        "model": run.task.model,
        "data": dataset.name,
        "part": part,
        "images": result.images,
        "correct": result.correct,
        "accuracy": result.accuracy,
        "interval": list(result.interval),
        "loss": result.loss,
        "classes": list(result.classes),
        "confusion": result.confusion.tolist(),
        "scores": [asdict(score) for score in class_scores(result.confusion, result.classes)],
        "mistakes": [
            {
                "image": int(index),
                "label": result.classes[result.labels[index]],
                "predicted": result.classes[result.predicted[index]],
                "share": float(result.confidence[index]),
                "loss": float(result.surprise[index]),
            }
            for index in result.worst(worst)
        ],
    }
