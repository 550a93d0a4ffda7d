"""Checks class labels: whole numbers, one for each image, within the classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convolens.errors import DataError, IndexRangeError

LARGEST_LABEL = 65_535


def as_labels(values: NDArray[Any], images: int, where: str) -> NDArray[np.int64]:
    """Return the labels of ``images`` images as a read-only int64 array [N].

    Args:
        values: Whole numbers, [N] or [N, 1].
        images: How many images there are.
        where: What holds the labels, for the error: a file, an argument.

    Raises:
        DataError: If they are not whole numbers, not one a picture, or there are none.

    Example:
        >>> as_labels(np.array([[3], [1]], np.uint8), 2, "y_train")
        array([3, 1])
    """
    flat = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if flat.ndim != 1 or flat.dtype.kind not in "iu":
        raise DataError(
            f"{where}: labels are whole numbers, one for each image.",
            [("labels", f"{values.dtype}{list(values.shape)}", "")],
            "one-hot rows become numbers with labels.argmax(axis=1)."
            if values.ndim == 2
            else "convert them with labels.astype('int64').",
        )
    if len(flat) != images:
        raise DataError(f"{where}: {len(flat):,} labels for {images:,} images.")
    if flat.dtype == np.uint64 and len(flat) and int(flat.max()) > np.iinfo(np.int64).max:
        raise _outside(where, int(flat.max()), int(flat.argmax()), "0", str(LARGEST_LABEL))
    labels = flat.astype(np.int64)
    labels.setflags(write=False)
    return labels


def check_labels(labels: NDArray[np.int64], classes: Sequence[str], where: str) -> None:
    """Refuse a label that is not the number of a class.

    Raises:
        IndexRangeError: With the first such label, its position and the allowed range.

    Example:
        >>> check_labels(np.array([0, 1, 2]), ("cat", "dog"), "y_train")
        Traceback (most recent call last):
        convolens.errors.IndexRangeError: y_train: label 2 at position 2 is outside 0 to 1.
          label     2
          position  2       counted from 0
          allowed   0 to 1
    """
    outside = (labels < 0) | (labels >= len(classes))
    if outside.any():
        position = int(outside.argmax())
        raise _outside(where, int(labels[position]), position, "0", str(len(classes) - 1))


def numbered_classes(labels: NDArray[np.int64], where: str) -> tuple[str, ...]:
    """Return the names "0", "1", ... up to the largest label, for data that name no classes.

    Raises:
        IndexRangeError: If a label is negative or above 65,535, more than any known set of classes.

    Example:
        >>> numbered_classes(np.array([0, 2, 2]), "y_train")
        ('0', '1', '2')
    """
    largest = int(labels.max(initial=0))
    if largest > LARGEST_LABEL:
        raise _outside(where, largest, int(labels.argmax()), "0", str(LARGEST_LABEL))
    names = tuple(str(number) for number in range(largest + 1))
    check_labels(labels, names, where)
    return names


def _outside(where: str, label: int, position: int, low: str, high: str) -> IndexRangeError:
    return IndexRangeError(
        f"{where}: label {label} at position {position} is outside {low} to {high}.",
        [
            ("label", label, ""),
            ("position", position, "counted from 0"),
            ("allowed", f"{low} to {high}", ""),
        ],
    )
