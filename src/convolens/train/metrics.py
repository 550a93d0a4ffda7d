"""Figures that say how good a classifier is, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ArgumentError


def confusion_matrix(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """Return how often each class was taken for each: rows are true, columns are predicted.

    Args:
        labels: [N], each from 0 to ``classes - 1``.
        predicted: [N], likewise.
        classes: K.

    Returns:
        Counts, int64 [K, K].

    Raises:
        ArgumentError: If the rows differ in length or a number is outside the classes.

    Example:
        >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
        array([[1, 1],
               [0, 1]])
    """
    if labels.shape != predicted.shape:
        raise ArgumentError(f"{len(labels)} labels for {len(predicted)} predictions.")
    both = np.concatenate([labels, predicted])
    if both.size and not (both.min() >= 0 and both.max() < classes):
        raise ArgumentError(f"a class is outside 0 to {classes - 1}.")
    counts: NDArray[np.int64] = np.bincount(labels * classes + predicted, minlength=classes**2)
    return counts.reshape(classes, classes)


@final
@dataclass(frozen=True)
class ClassScore:
    """How well one class is recognised.

    Attributes:
        name: The class.
        images: How many images are of it.
        recall: The share of these that was recognised, or None without such images.
        precision: The share of what was taken for it that is it, or None if nothing was.
    """

    name: str
    images: int
    recall: float | None
    precision: float | None


def class_scores(confusion: NDArray[Any], classes: Sequence[str]) -> list[ClassScore]:
    """Return the scores of each class.

    Args:
        confusion: What :func:`confusion_matrix` returned, [K, K].
        classes: The K names.

    Example:
        >>> class_scores(np.array([[1, 1], [0, 1]]), ("cat", "dog"))[1]
        ClassScore(name='dog', images=1, recall=1.0, precision=0.5)
    """
    rows = zip(classes, confusion.diagonal(), confusion.sum(1), confusion.sum(0), strict=True)
    return [
        ClassScore(
            name,
            int(true),
            int(right) / int(true) if true else None,
            int(right) / int(taken) if taken else None,
        )
        for name, right, true, taken in rows
    ]
