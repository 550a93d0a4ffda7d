"""Splits: training images and test images that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from convolens.data.dataset import Dataset, Subset
from convolens.data.randomness import hashed
from convolens.errors import ArgumentError, DataError


@final
@dataclass(frozen=True)
class Splits:
    """A training set and a test set of the same classes, with where they are from.

    Attributes:
        train: The images to learn from.
        test: The images to be judged on, never learned from.
        source: Where the data are from: a path, or a work and its authors.
        licence: Under which terms, or "" where the source states none.

    Raises:
        DataError: If one part is empty, the parts differ in image shape or classes, or the
            training images are all of one class.
    """

    train: Dataset
    test: Dataset
    source: str
    licence: str = ""

    def __post_init__(self) -> None:
        for part, dataset in (("training", self.train), ("test", self.test)):
            if not len(dataset):
                raise DataError(f"{self.source}: there are no {part} images.")
        if self.train.image_shape != self.test.image_shape:
            raise DataError(
                f"{self.source}: training and test images differ in shape.",
                [
                    ("training", list(self.train.image_shape), "C, H, W"),
                    ("test", list(self.test.image_shape), "C, H, W"),
                ],
            )
        if self.train.classes != self.test.classes:
            raise DataError(
                f"{self.source}: training and test images have different classes.",
                [
                    ("training", ", ".join(self.train.classes), ""),
                    ("test", ", ".join(self.test.classes), ""),
                ],
            )
        first = int(self.train.labels[0])
        if (self.train.labels == first).all():
            raise DataError(
                f"{self.source}: all {len(self.train):,} training images are of one class, "
                f"{self.train.classes[first]!r}.",
                hint="a classifier needs images of two classes or more.",
            )


def stratified(
    dataset: Dataset,
    test_share: float = 0.2,
    seed: int = 0,
    keys: NDArray[np.int64] | None = None,
) -> tuple[Subset, Subset]:
    """Return a training and a test part, with the same share of every class in the test part.

    In each class the images are ordered by a hash of the seed and their key, and the first ones
    are the test images. Both parts keep the order of the dataset.

    Args:
        dataset: All images.
        test_share: The share of each class that becomes test images, more than 0, less than 1;
            rounded, and at least one image on either side.
        seed: Another seed draws another split.
        keys: A number for each image, int64 [N], by default its position. With keys that stay when
            images are added (a hash of the file name), hardly an image changes sides then.

    Raises:
        ArgumentError: If ``test_share`` is out of range.
        DataError: If a class that has images has only one.

    Example:
        >>> from convolens.data import ArrayDataset
        >>> blank = np.zeros((10, 8, 8), np.uint8)
        >>> train, test = stratified(ArrayDataset(blank, np.arange(10) % 2, ("even", "odd")), 0.2)
        >>> test.labels
        array([1, 0])
    """
    if not 0 < test_share < 1:
        raise ArgumentError(f"test_share is {test_share}, but must be between 0 and 1.")
    rank = hashed(seed, np.arange(len(dataset)) if keys is None else keys)
    in_test = np.zeros(len(dataset), np.bool_)
    for label in np.unique(dataset.labels):
        members = np.flatnonzero(dataset.labels == label)
        if len(members) < 2:
            raise DataError(
                f"{dataset.name}: class {dataset.classes[label]!r} has one image only.",
                hint="two are needed: one to learn from, one to be tested with.",
            )
        wanted = min(max(round(test_share * len(members)), 1), len(members) - 1)
        order = np.argsort(rank[members], kind="stable")
        in_test[members[order[:wanted]]] = True
    return Subset(dataset, np.flatnonzero(~in_test)), Subset(dataset, np.flatnonzero(in_test))
