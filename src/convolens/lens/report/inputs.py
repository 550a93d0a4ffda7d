"""ReportInputs: everything that a report is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ArgumentError, ShapeError
from convolens.nn import Module


@final
@dataclass(frozen=True)
class ReportInputs:
    """Everything that a report is made from. What is missing is left out, in words.

    Args:
        title: What was trained on what.
        model: The network, as it is after training.
        input_shape: (C, H, W) of its input.
        classes: The name of each class; where one is missing, its number stands for it.
        initial: The weights before training, by their name in ``state_dict``.
        history: One mapping an epoch, with the keys epoch, train_loss, train_accuracy, test_loss,
            test_accuracy, lr, seconds and images_per_second, as far as they are known.
        confusion: How many test images of each class (row) were taken for each class (column).
        images: float32 [N, C, H, W] from 0 to 1; the first few are shown.
        labels: The class of each image, whole numbers [N].
        settings: What was set for the training, in the order in which it is shown.
        scale: The pixel value that 1.0 stands for: 16 for the bundled digits, else 255.

    Raises:
        ShapeError: If the images are not [N, *input_shape], or labels or confusion do not fit.
        ArgumentError: If the scale is below 1, or the confusion matrix holds a negative number.
    """

    title: str
    model: Module
    input_shape: tuple[int, int, int]
    classes: tuple[str, ...] = ()
    initial: Mapping[str, NDArray[Any]] | None = None
    history: Sequence[Mapping[str, float]] = ()
    confusion: NDArray[np.integer[Any]] | None = None
    images: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 1, 1, 1), np.float32))
    labels: NDArray[np.integer[Any]] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    scale: int = 255

    def __post_init__(self) -> None:
        shape = tuple(self.images.shape)
        if len(self.input_shape) != 3 or (shape[0] and shape[1:] != tuple(self.input_shape)):
            raise ShapeError(
                f"the report's images have shape {list(shape)}, but the network takes "
                f"{list(self.input_shape)}.",
                [
                    ("images", list(shape), "N, C, H, W"),
                    ("input_shape", self.input_shape, "C, H, W"),
                ],
                "give images [N, C, H, W] of the network's size.",
            )
        if self.labels is not None and self.labels.shape != shape[:1]:
            raise ShapeError(
                f"there are {shape[0]} images, but labels of shape {list(self.labels.shape)}.",
                hint="give one label an image, or None.",
            )
        if self.confusion is not None:
            _check_confusion(self.confusion)
        if self.scale < 1:
            raise ArgumentError(f"scale is {self.scale}, but must be at least 1.")

    def class_name(self, label: int) -> str:
        """Return the name of a class, or its number where no name is known."""
        named = 0 <= label < len(self.classes) and self.classes[label]
        return self.classes[label] if named else str(label)


def _check_confusion(confusion: NDArray[np.integer[Any]]) -> None:
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ShapeError(
            f"the confusion matrix has shape {list(confusion.shape)}, but must be square.",
            hint="give one row and one column a class.",
        )
    if (confusion < 0).any():
        raise ArgumentError("the confusion matrix counts images, but holds a negative number.")
