"""Losses as functions."""

from __future__ import annotations

from convolens import ops
from convolens.ops.cross_entropy import Reduction
from convolens.tensor import Tensor, apply


def cross_entropy(logits: Tensor, labels: Tensor, reduction: Reduction = "mean") -> Tensor:
    """Return how far logits [N, K] are from class labels [N], in nats.

    Raises:
        IndexRangeError: If a label is not in 0 .. K-1.
        ShapeError: If the shapes do not fit.
        DTypeError: If the labels are not whole numbers.
    """
    return apply(ops.CrossEntropy(reduction), logits, labels)
