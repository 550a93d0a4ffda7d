"""A run's folder: run.json, which says what the run is, beside the files of the trainer."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from convolens.atomic import write_atomically
from convolens.errors import CheckpointError
from convolens.train.arrays_file import FORMAT, Arrays, read_arrays
from convolens.train.checkpoint import Checkpoint, compare, load_checkpoint
from convolens.train.codec import decode, encode
from convolens.train.seal import BLANK, has_seal, is_intact, seal
from convolens.train.settings import Task
from convolens.train.store import BEST, CHECKPOINT, INITIAL, saving

RUN = "run.json"
_MARK = b'"sha256": "'
_LARGEST = 1 << 24


@final
@dataclass(frozen=True)
class Run:
    """A run that is in a folder.

    Attributes:
        folder: Where it is.
        task: What it is.
    """

    folder: Path
    task: Task

    def state(self) -> Checkpoint:
        """Return the last saved state.

        Raises:
            CheckpointError: If it is missing, damaged, or of another run.
        """
        path = self.folder / CHECKPOINT
        saved = load_checkpoint(path)
        compare(saved.about, json.loads(json.dumps(self.task.about())), str(path))
        return saved

    def weights(self) -> Arrays:
        """Return the weights to use: with early stopping the best epoch's, else the last ones.

        Raises:
            CheckpointError: If they are missing, damaged, or of another run.
        """
        state = self.state()
        if self.task.settings.early_stopping is None or not state.history:
            return state.weights
        return read_arrays(self.folder / BEST)[0]

    def initial(self) -> Arrays:
        """Return the weights before training.

        Raises:
            CheckpointError: If they are missing or damaged.
        """
        return read_arrays(self.folder / INITIAL)[0]

    def with_epochs(self, epochs: int) -> Run:
        """Return the run with another number of epochs in all."""
        settings = replace(self.task.settings, epochs=epochs)
        return replace(self, task=replace(self.task, settings=settings))


def save_run(run: Run) -> None:
    """Write run.json.

    Raises:
        TrainingError: If it cannot be written; the old one stays.
    """
    facts = {"sha256": BLANK, "format": FORMAT, **encode(run.task)}
    text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    with saving(run.folder):
        write_atomically(run.folder / RUN, seal(text.encode(), _MARK))


def load_run(folder: Path) -> Run:
    """Return the run in a folder, after checking that run.json is as it was written.

    Raises:
        CheckpointError: If there is none, or it is damaged, changed, or from a newer convolens.
    """
    path = folder / RUN
    content = _content(folder)
    if not (has_seal(content, _MARK) and is_intact(content, _MARK)):
        raise CheckpointError(
            f"{RUN} is damaged or was changed: its checksum does not fit.",
            [("file", path.absolute(), "")],
            "an earlier copy of the file is needed; settings are changed by a new run.",
        )
    try:
        facts = json.loads(content)
        written = facts.pop("format")
        del facts["sha256"]
        if written > FORMAT:
            raise CheckpointError(
                f"{RUN} was written by a newer convolens.",
                [("format", written, f"this one reads up to {FORMAT}")],
                "update convolens.",
            )
        return Run(folder, decode(Task, facts, RUN))
    except CheckpointError:
        raise
    # The checksum is right, so it was written so: by a program that is not this one.
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is not laid out as convolens writes it.") from error


def _content(folder: Path) -> bytes:
    path = folder / RUN
    try:
        if not folder.is_dir():
            raise CheckpointError(
                f"there is no run folder {folder.absolute()}.",
                hint="name a folder that 'convolens train' wrote, such as runs/digits-lenet5.",
            )
        if not path.is_file():
            raise CheckpointError(
                f"{folder.absolute()} is no run folder: there is no {RUN} in it.",
                hint="name a folder that 'convolens train' wrote.",
            )
        with path.open("rb") as stream:
            return stream.read(_LARGEST)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}.") from error
