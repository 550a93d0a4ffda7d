"""Evaluation: what a network says about labelled images, and how often it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from convolens.data import Dataset, Loader, SampleRandom, Transform
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import CrossEntropyLoss, Module
from convolens.nn.functional import log_softmax, softmax
from convolens.tensor import Tensor, from_numpy, no_grad
from convolens.train.metrics import confusion_matrix
from convolens.wilson import wilson_interval

BATCH = 100


@final
@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a network said about N labelled images.

    Attributes:
        classes: The names of the K classes.
        labels: The true classes, int64 [N].
        predicted: The class with the largest share, int64 [N].
        confidence: That share, float32 [N].
        surprise: -log of the share of the true class: the loss of each image, float32 [N].
        loss: The mean of the training loss.
    """

    classes: tuple[str, ...]
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float32]
    surprise: NDArray[np.float32]
    loss: float

    @property
    def images(self) -> int:
        """How many images there are."""
        return len(self.labels)

    @property
    def correct(self) -> int:
        """How many were right."""
        return int((self.labels == self.predicted).sum())

    @property
    def accuracy(self) -> float:
        """The share that was right, 0 to 1."""
        return self.correct / self.images

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the accuracy."""
        return wilson_interval(self.correct, self.images)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """How often each class was taken for each, [K, K]: rows are true."""
        return confusion_matrix(self.labels, self.predicted, len(self.classes))

    def worst(self, count: int = 10) -> NDArray[np.int64]:
        """Return the indices of the mistakes with the largest loss, the largest first."""
        wrong = np.flatnonzero(self.labels != self.predicted)
        order = np.argsort(-self.surprise[wrong], kind="stable")
        return wrong[order[:count]]


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Switch a model to evaluation without a record, inside a with block; then each part back."""
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with no_grad():
            yield
    finally:
        for module, training in before:
            object.__setattr__(module, "training", training)


def evaluate(
    model: Module,
    dataset: Dataset,
    *,
    loss: Module | None = None,
    normalize: Transform | None = None,
    batch_size: int = BATCH,
    after_batch: Callable[[], object] | None = None,
) -> Evaluation:
    """Return what a model says about a dataset. The model and its mode stay as they are.

    Args:
        model: Gives logits [B, K] for images [B, C, H, W].
        dataset: At least one image, in K classes.
        loss: Takes logits and labels; cross-entropy by default.
        normalize: What is done to the images first.
        batch_size: Images a batch.
        after_batch: Called after each batch; what it raises ends the evaluation.

    Raises:
        ArgumentError: If the dataset is empty.
        ShapeError: If the model does not give K numbers for each image.

    Example:
        >>> import convolens as cl
        >>> from convolens.data import load_digits
        >>> _ = cl.manual_seed(0)
        >>> model = cl.nn.Sequential(cl.nn.Flatten(), cl.nn.Linear(64, 10))
        >>> evaluate(model, load_digits().test).confusion.sum()
        np.int64(360)
    """
    if not len(dataset):
        raise ArgumentError(f"{dataset.name}: there are no images to evaluate.")
    measure = CrossEntropyLoss() if loss is None else loss
    transforms = () if normalize is None else (normalize,)
    loader = Loader(dataset, batch_size, shuffle=False, transforms=transforms)
    parts: list[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]] = []
    total = 0.0
    with evaluating(model):
        for images, labels in loader.epoch(0):
            logits = logits_of(model, images, len(dataset.classes))
            total += float(measure(logits, from_numpy(labels)).item()) * len(labels)
            logs = log_softmax(logits, 1).numpy()
            rows = np.arange(len(labels))
            predicted = logs.argmax(1)
            parts.append((predicted, np.exp(logs[rows, predicted]), -logs[rows, labels]))
            if after_batch is not None:
                after_batch()
    predicted, confidence, surprise = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Evaluation(
        dataset.classes, dataset.labels, predicted, confidence, surprise, total / len(dataset)
    )


def predict(
    model: Module,
    images: NDArray[np.float32],
    *,
    normalize: Transform | None = None,
    batch_size: int = BATCH,
) -> NDArray[np.float32]:
    """Return the share that a model gives each class, for each image.

    Args:
        model: Gives logits [B, K] for images [B, C, H, W].
        images: [N, C, H, W] from 0 to 1.
        normalize: What is done to the images first.
        batch_size: Images a batch.

    Returns:
        Shares that sum to 1 in each row, float32 [N, K].

    Raises:
        ShapeError: If the images are not [N, C, H, W], or not what the model takes.
        ArgumentError: If there are none.
    """
    if images.ndim != 4:
        raise ShapeError(
            f"images are [N, C, H, W], not {list(images.shape)}.",
            hint="for one image: images[None].",
        )
    if not len(images):
        raise ArgumentError("there are no images.")
    shares = []
    with evaluating(model):
        for start in range(0, len(images), batch_size):
            batch = images[start : start + batch_size].astype(np.float32, copy=False)
            if normalize is not None:
                batch = normalize(batch, SampleRandom(0, 0, np.arange(len(batch))))
            shares.append(softmax(model(from_numpy(batch)), 1).numpy())
    return np.concatenate(shares)


def logits_of(model: Module, images: NDArray[np.float32], classes: int) -> Tensor:
    """Return what the model gives for a batch, [B, K].

    Raises:
        ShapeError: If that is not K numbers for each image.
    """
    logits: Tensor = model(from_numpy(images))
    if logits.shape != (len(images), classes):
        raise ShapeError(
            f"the model gives {list(logits.shape)} for {len(images)} images, but the data have "
            f"{classes} classes.",
            [("needed", [len(images), classes], "images, classes")],
            "end the model with a layer of as many outputs as there are classes.",
        )
    return logits
