"""The history of a run: one row an epoch, and the file history.csv for people and programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import final

from convolens.atomic import write_atomically
from convolens.errors import CheckpointError


@final
@dataclass(frozen=True)
class Epoch:
    """What an epoch gave.

    Attributes:
        epoch: Its number, from 1.
        train_loss: The mean loss over its batches, each before the step that it led to.
        train_accuracy: The share of training images that was right then, 0 to 1.
        test_loss: The mean loss on the test images after the epoch.
        test_accuracy: The share of test images that was right, 0 to 1.
        lr: The learning rate.
        seconds: The time for the training, without the test.
        images_per_second: Training images by that time.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    lr: float
    seconds: float
    images_per_second: float


COLUMNS = tuple(field.name for field in fields(Epoch))


def write_history(path: Path, rows: Sequence[Epoch]) -> None:
    """Write history.csv. Numbers are exact: reading them back gives the same bits.

    Raises:
        OSError: If the file cannot be written; the old one stays.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, name) for name in COLUMNS] for row in rows)
    write_atomically(path, text.getvalue().encode())


def read_history(path: Path) -> list[Epoch]:
    """Read history.csv.

    Raises:
        CheckpointError: If the file is missing or is no such table.
    """
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CheckpointError(f"{path} cannot be read: {error}.") from error
    if not lines or tuple(lines[0]) != COLUMNS:
        raise CheckpointError(f"{path}: the columns are not {', '.join(COLUMNS)}.")
    try:
        return [Epoch(int(first), *map(float, rest)) for first, *rest in lines[1:]]
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: a row is damaged: {error}.") from error


def best_epoch(rows: Sequence[Epoch]) -> int:
    """Return the number of the epoch with the least test loss, the first of equals; 0 for none.

    The loss, since accuracies often tie and jump by whole images.
    """
    return min(rows, key=lambda row: row.test_loss).epoch if rows else 0


def has_stalled(rows: Sequence[Epoch], patience: int | None) -> bool:
    """Return whether the test loss has not fallen below its least for ``patience`` epochs.

    Source: Goodfellow, Bengio and Courville, "Deep Learning", 2016, algorithm 7.1.
    """
    return patience is not None and len(rows) - best_epoch(rows) >= patience > 0
