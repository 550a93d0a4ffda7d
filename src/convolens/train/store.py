"""The files of a training run in its folder: weights, checkpoint, history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, final

import numpy as np

from convolens.atomic import remove_unfinished
from convolens.errors import ArgumentError, CheckpointError, TrainingError
from convolens.train.arrays_file import Arrays, read_arrays, write_arrays
from convolens.train.checkpoint import (
    check_weights,
    compare,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    weights_of,
)
from convolens.train.history import best_epoch, write_history
from convolens.train.state import State

CHECKPOINT = "checkpoint.safetensors"
INITIAL = "initial.safetensors"
BEST = "best.safetensors"
HISTORY = "history.csv"


@final
class Store:
    """Saves a state in a folder, and loads it again.

    Args:
        folder: The folder, or None to save nothing.
        state: The state.
        about: What the run is; saved, and compared on loading.
        keep_best: Whether to keep the weights of the epoch with the least test loss.
    """

    def __init__(
        self, folder: Path | None, state: State, about: Mapping[str, Any], keep_best: bool
    ) -> None:
        self.folder = folder
        self._state = state
        self._about = about
        self._keep_best = keep_best
        self._begun = False
        self._best: Arrays | None = None
        self._last: Arrays | None = None

    def begin(self) -> None:
        """Make the folder and save the state before the first step, once.

        Raises:
            ArgumentError: If the folder holds another run.
            TrainingError: If it cannot be written.
        """
        if self._last is not None:
            # The best weights were taken at the end: training goes on from the last ones.
            load_weights(self._state.model, self._last, "the trainer")
            self._last = None
        if self.folder is None or self._begun:
            return
        if (self.folder / CHECKPOINT).exists():
            raise ArgumentError(
                f"{self.folder} holds another run, which is not overwritten.",
                hint="choose another folder, or call resume() first to go on with that run.",
            )
        self._writing(lambda folder: folder.mkdir(parents=True, exist_ok=True))
        weights = weights_of(self._state.model)
        self._writing(lambda folder: write_arrays(folder / INITIAL, weights, {"epoch": 0}))
        self.save()
        self._begun = True

    def save(self) -> None:
        """Write the checkpoint and history.csv.

        Raises:
            TrainingError: If they cannot be written; the old files stay.
        """
        state = self._state
        checkpoint = state.checkpoint(self._about)
        self._writing(lambda folder: save_checkpoint(folder / CHECKPOINT, checkpoint))
        # The checkpoint holds the history, too: this file is for people.
        self._writing(lambda folder: write_history(folder / HISTORY, state.history))

    def save_epoch(self) -> None:
        """Save after an epoch, and keep its weights if its test loss is the least so far.

        Raises:
            TrainingError: If a file cannot be written; the old files stay.
        """
        epoch = self._state.position.epoch
        if self._keep_best and best_epoch(self._state.history) == epoch:
            best = _copied(self._state)
            self._best = best
            self._writing(lambda folder: write_arrays(folder / BEST, best, {"epoch": epoch}))
        self.save()

    def take_best(self) -> None:
        """Give the model the weights of the epoch with the least test loss."""
        if self._best is not None:
            self._last = _copied(self._state)
            load_weights(self._state.model, self._best, "the trainer")

    def load(self) -> None:
        """Load the state.

        Raises:
            CheckpointError: If a file is missing or damaged, or of another model or run.
        """
        if self.folder is None:
            raise CheckpointError(
                "there is nothing to resume: the trainer has no folder.", hint="give it one: out=."
            )
        path = self.folder / CHECKPOINT
        saved = load_checkpoint(path)
        compare(saved.about, self._about, str(path))
        best = read_arrays(self.folder / BEST)[0] if self._keep_best and saved.history else None
        if best is not None:
            check_weights(self._state.model, best, BEST)
        self._state.restore(saved, CHECKPOINT)
        self._best = best
        self._begun = True
        remove_unfinished(self.folder)

    def _writing(self, write: Callable[[Path], object]) -> None:
        if self.folder is not None:
            with saving(self.folder):
                write(self.folder)


@contextmanager
def saving(folder: Path) -> Iterator[None]:
    """Translate the errors of writing into a folder.

    Raises:
        TrainingError: In place of OSError; the files are as they were.
    """
    kept = "what was saved before is as it was. Make room, then go on with --resume."
    nothing = "nothing was saved before. Make room, or choose another folder, and begin again."
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"the run cannot be saved: {error.strerror or error}.",
            [("folder", folder.absolute(), "")],
            kept if (folder / CHECKPOINT).is_file() else nothing,
        ) from error


def _copied(state: State) -> Arrays:
    return {name: np.array(array) for name, array in weights_of(state.model).items()}
