"""Figures that say how good a classifier is, and how sure one can be of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ArgumentError

# The point that 2.5 % of the normal distribution lie above.
_Z = 1.959963984540054


def wilson_interval(correct: int, total: int, z: float = _Z) -> tuple[float, float]:
    """Return the range in which the true accuracy lies, with 95 % confidence.

    (p + z^2/2n -+ z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n), where p = correct / n. Unlike the
    usual p -+ z sqrt(p (1 - p)/n), it is right for few images and for accuracies near 1.

    Args:
        correct: How many were right.
        total: Of how many, n.
        z: The normal quantile; 1.96 gives 95 %.

    Raises:
        ArgumentError: If ``total`` is less than 1 or ``correct`` is outside 0 to ``total``.

    Example:
        >>> low, high = wilson_interval(9890, 10000)
        >>> f"{low:.4f} to {high:.4f}"
        '0.9868 to 0.9909'

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
    Journal of the American Statistical Association 22, 1927.
    """
    if total < 1 or not 0 <= correct <= total:
        raise ArgumentError(f"{correct} right of {total} is not a share.")
    share = correct / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    whole = 1 + z * z / total
    # Exactly 0 and 1 at the ends, where rounding would miss them by 1e-17.
    low = 0.0 if correct == 0 else (middle - spread) / whole
    high = 1.0 if correct == total else (middle + spread) / whole
    return low, high


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
