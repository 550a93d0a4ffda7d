"""Class labels in another form."""

from __future__ import annotations

import numpy as np

from convolens.errors import DTypeError, IndexRangeError, ShapeError
from convolens.spec import int64
from convolens.tensor import Tensor


def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """Return, for each label, as many numbers as there are classes: 1 at the label's, 0 elsewhere.

    Shapes:
        [*N] int64 -> [*N, num_classes] int64

    Args:
        input: The labels.
        num_classes: How many classes there are; -1 stands for the largest label plus 1.

    Raises:
        DTypeError: If the labels are not int64.
        IndexRangeError: If a label is negative, or not below ``num_classes``.
        ShapeError: If there is no label and the number of classes is not given.

    Example:
        >>> import convolens as cl
        >>> one_hot(cl.tensor([0, 2])).tolist()
        [[1, 0, 0], [0, 0, 1]]
    """
    if input.dtype != int64:
        raise DTypeError(
            f"one_hot: the labels are {input.dtype.name}, but class numbers in int64 are needed.",
            [("input", input.spec, "")],
            "convert them: labels.long().",
        )
    labels = input.array
    if num_classes == -1 and labels.size == 0:
        raise ShapeError(
            "one_hot: the number of classes cannot be told from no label.",
            hint="give num_classes.",
        )
    classes = int(labels.max()) + 1 if num_classes == -1 else num_classes
    if num_classes < -1 or (labels.size == 0 and classes == 0):
        raise ShapeError(f"one_hot: num_classes is {num_classes}, but must be positive, or -1.")
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        wrong = labels[(labels < 0) | (labels >= classes)].flat[0]
        raise IndexRangeError(
            f"one_hot: label {wrong} is out of bounds: with {classes} classes, labels go from 0 to "
            f"{classes - 1}.",
        )
    return Tensor.leaf((labels[..., None] == np.arange(classes)).astype(int64))
