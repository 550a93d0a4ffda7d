"""The trainer: fits a model to images, saves as it goes, and goes on where it stopped."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from convolens.data import Dataset, Loader, Transform
from convolens.errors import ArgumentError, Fact
from convolens.nn import CrossEntropyLoss, Module
from convolens.optim import Optimizer
from convolens.optim.lr_scheduler import LRScheduler
from convolens.train.displays import Silent, progress_on
from convolens.train.evaluation import BATCH, Evaluation, evaluate, predict
from convolens.train.history import Epoch, best_epoch, has_stalled
from convolens.train.interrupt import Interrupted, StopRequest
from convolens.train.non_finite import non_finite_loss, require_finite_weights
from convolens.train.order import order_facts
from convolens.train.progress import Progress
from convolens.train.state import State
from convolens.train.step import train_step
from convolens.train.store import Store


@final
class Trainer:
    """Fits a model to labelled images.

    With a folder, it writes there: ``initial.safetensors`` (the weights before training),
    ``checkpoint.safetensors`` (after each epoch, and on Ctrl-C), ``history.csv`` and, with early
    stopping, ``best.safetensors``. :meth:`resume` goes on from them bit for bit.

    Args:
        model: Gives logits [B, K] for images [B, C, H, W].
        optimizer: Of the model's parameters.
        loss: Takes logits and labels, gives the mean; cross-entropy by default.
        scheduler: Sets the learning rate; goes one step an epoch, ``ReduceLROnPlateau`` by the
            test loss.
        normalize: Done to all images, in training, evaluation and prediction.
        out: The folder, made if it is missing; without one nothing is saved.
        seed: Fixes the order of the images and what the transforms do. Dropout follows from
            ``manual_seed``.
        early_stopping: Stop when the test loss has not fallen for so many epochs, and take the
            weights of the epoch where it was least. The test images then take part in the
            choice, so their accuracy flatters a little.
        on_epoch: Called with each :class:`Epoch`, before it is saved.
        progress: Whether to show how it goes, or what shows it.
        about: What the run is, in values that JSON has; saved, and compared by :meth:`resume`.

    Raises:
        ArgumentError: If ``early_stopping`` is less than 1.

    Example:
        >>> import convolens as cl
        >>> from convolens.data import load_digits
        >>> _ = cl.manual_seed(0)
        >>> model = cl.nn.Sequential(cl.nn.Flatten(), cl.nn.Linear(64, 10))
        >>> trainer = Trainer(model, cl.optim.Adam(model.parameters(), lr=0.01), progress=False)
        >>> digits = load_digits()
        >>> rows = trainer.fit(digits.train, digits.test, epochs=5)
        >>> rows[-1].test_accuracy > 0.9
        True
    """

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer,
        *,
        loss: Module | None = None,
        scheduler: LRScheduler | None = None,
        normalize: Transform | None = None,
        out: str | Path | None = None,
        seed: int = 0,
        early_stopping: int | None = None,
        on_epoch: Sequence[Callable[[Epoch], object]] = (),
        progress: bool | Progress = True,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        if early_stopping is not None and early_stopping < 1:
            raise ArgumentError(f"early_stopping is {early_stopping}, but must be 1 or more.")
        self.model = model
        self.optimizer = optimizer
        self.loss = CrossEntropyLoss() if loss is None else loss
        self.normalize = normalize
        self.seed = seed
        self.early_stopping = early_stopping
        self.on_epoch = list(on_epoch)
        self.progress = _display(progress)
        self.state = State(model, optimizer, scheduler)
        self._stop = StopRequest()
        self._folder = None if out is None else Path(out)
        # As it comes back from the file: JSON has lists, no tuples.
        facts = json.loads(json.dumps(dict(about or {})))
        self._store = Store(self._folder, self.state, facts, early_stopping is not None)

    @property
    def history(self) -> list[Epoch]:
        """The epochs that are done."""
        return self.state.history

    @property
    def has_stalled(self) -> bool:
        """Whether early stopping ends the training."""
        return has_stalled(self.history, self.early_stopping)

    @property
    def best_epoch(self) -> int:
        """The number of the epoch with the least test loss, from 1; 0 before the first."""
        return best_epoch(self.history)

    def resume(self) -> None:
        """Take up the state that is saved in the folder: weights, optimiser, place and all.

        Raises:
            CheckpointError: If it is missing or damaged, or of another model, optimiser or run.
        """
        self._store.load()

    def fit(
        self,
        train: Dataset,
        test: Dataset,
        epochs: int,
        batch_size: int = BATCH,
        transforms: Sequence[Transform] = (),
    ) -> list[Epoch]:
        """Train until ``epochs`` epochs are done in all, and return the history of all.

        Args:
            train: The images to learn from.
            test: The images that each epoch is judged on.
            epochs: In all: after a :meth:`resume` or another ``fit``, those before count.
            batch_size: Images a step.
            transforms: Changes to the training images, in turn, before ``normalize``.

        Raises:
            ArgumentError: If ``epochs`` is less than 1, or the folder holds another run.
            CheckpointError: If it goes on within an epoch whose images had another order.
            TrainingError: If the loss is not finite, or the state cannot be saved.
            Interrupted: If Ctrl-C or :meth:`stop` ended it; everything is saved before.
        """
        if epochs < 1:
            raise ArgumentError(f"epochs is {epochs}, but must be 1 or more.")
        both = (*transforms, *(() if self.normalize is None else (self.normalize,)))
        loader = Loader(train, batch_size, seed=self.seed, transforms=both)
        self.state.enter(order_facts(loader))
        with self._stop:
            self._store.begin()
            self.progress.begin(epochs, len(loader), len(train))
            try:
                while self.state.position.epoch < epochs and not self.has_stalled:
                    self._check_stop()
                    self._epoch(loader, test)
            except Interrupted:
                require_finite_weights(self.model, self._facts())
                self._store.save()
                raise
            finally:
                self.progress.end()
        self._store.take_best()
        return self.history

    def evaluate(self, dataset: Dataset, batch_size: int = BATCH) -> Evaluation:
        """Return what the model says about a dataset, see :class:`Evaluation`."""
        return evaluate(
            self.model, dataset, loss=self.loss, normalize=self.normalize, batch_size=batch_size
        )

    def predict(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the share of each class [N, K] for images [N, C, H, W] from 0 to 1."""
        return predict(self.model, images, normalize=self.normalize)

    def stop(self) -> None:
        """End ``fit`` after the present batch, as Ctrl-C does. For callbacks and other threads."""
        self._stop.requested = True

    def _epoch(self, loader: Loader, test: Dataset) -> None:
        state = self.state
        self.model.train()
        classes = len(loader.dataset.classes)
        begin = perf_counter() - state.position.seconds
        for images, labels in loader.epoch(state.position.epoch, state.position.batch):
            done = train_step(self.model, self.loss, self.optimizer, images, labels, classes)
            if not math.isfinite(done.loss):
                raise non_finite_loss(self.model, images, done, self._facts())
            seconds = perf_counter() - begin
            state.position = state.position.after(len(labels), done.loss, done.correct, seconds)
            self.progress.batch(state.position)
            self._check_stop()
        judged = evaluate(
            self.model,
            test,
            loss=self.loss,
            normalize=self.normalize,
            batch_size=loader.batch_size,
            after_batch=self._check_stop,
        )
        # Before anything is saved: the last good state must stay.
        require_finite_weights(self.model, self._facts())
        row = state.finish_epoch(judged)
        for callback in self.on_epoch:
            callback(row)
        self._store.save_epoch()
        self.progress.epoch(row)

    def _check_stop(self) -> None:
        if self._stop.requested:
            position = self.state.position
            saved = "Nothing was saved." if self._folder is None else f"Saved in {self._folder}."
            raise Interrupted(
                f"Stopped in epoch {position.epoch + 1} after batch {position.batch}. {saved}",
                self._folder,
            )

    def _facts(self) -> tuple[Fact, ...]:
        position = self.state.position
        kept = f"{position.epoch} epochs" if self._folder else "nothing"
        return (
            ("epoch", position.epoch + 1, ""),
            ("batch", position.batch + 1, ""),
            ("learning rate", f"{self.state.learning_rate:g}", ""),
            ("saved", kept, f"in {self._folder}" if self._folder else ""),
        )


def _display(progress: bool | Progress) -> Progress:
    if isinstance(progress, Progress):
        return progress
    return progress_on() if progress else Silent()
