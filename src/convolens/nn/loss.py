"""Loss layers of scores against class labels."""

from __future__ import annotations

import warnings
from typing import final

import numpy as np

from convolens import ops
from convolens.nn.functional.loss import cross_entropy_with, on_labels
from convolens.nn.module import Module
from convolens.ops._reduction import Reduction
from convolens.tensor import Tensor


@final
class CrossEntropyLoss(Module):
    """-log softmax(logits)[label], averaged over the batch. The inputs are logits, not shares.

    Args:
        weight: How much each class counts, [K]. The mean is divided by what the labels count.
        ignore_index: The label that costs and counts nothing.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.
        label_smoothing: The share of each label that is spread over all classes.

    Shapes:
        logits [N, K, *I], labels [N, *I] int64, or shares [N, K, *I] -> [] (or [N, *I] for
        ``'none'``); one image without N

    Raises:
        ArgumentError: If ``reduction`` or ``label_smoothing`` is out of range.

    Warns:
        UserWarning: If the first input is made of shares: softmax is part of the loss already.

    Example:
        >>> import convolens as cl
        >>> round(CrossEntropyLoss()(cl.zeros(2, 10), cl.tensor([3, 7])).item(), 4)
        2.3026
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: Reduction = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        self.operator = ops.CrossEntropy(reduction, ignore_index, float(label_smoothing))
        self.register_buffer("weight", weight)
        self._is_new = True

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss.

        Raises:
            IndexRangeError: If a label is not in 0 .. K-1.
        """
        if self._is_new:
            self._is_new = False
            _warn_of_shares(input)
        return cross_entropy_with(self.operator, input, target, self.weight)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return _options(self.operator)


@final
class NLLLoss(Module):
    """The negated logarithm of the right class's share, averaged over the batch.

    Args:
        weight: How much each class counts, [K]. The mean is divided by what the labels count.
        ignore_index: The label that costs and counts nothing.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.

    Shapes:
        logarithms of shares [N, K, *I], labels [N, *I] int64 -> [] (or [N, *I] for ``'none'``)

    Raises:
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> logs = cl.tensor([[0.25, 0.75]]).log()
        >>> round(NLLLoss()(logs, cl.tensor([0])).item(), 4)
        1.3863
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__()
        self.operator = ops.NllLoss(reduction, ignore_index)
        self.register_buffer("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss.

        Raises:
            IndexRangeError: If a label is not in 0 .. K-1.
        """
        return on_labels(self.operator, input, target, self.weight)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return _options(self.operator)


def _options(op: ops.CrossEntropy | ops.NllLoss) -> str:
    parts = [f"reduction={op.reduction!r}"]
    if op.ignore_index != -100:
        parts.append(f"ignore_index={op.ignore_index}")
    if isinstance(op, ops.CrossEntropy) and op.label_smoothing:
        parts.append(f"label_smoothing={op.label_smoothing:g}")
    return ", ".join(parts)


def _warn_of_shares(logits: Tensor) -> None:
    """Warn if no number is negative and the classes of each image sum to 1."""
    array = logits.array
    axis = min(1, array.ndim - 1)
    if array.dtype.kind != "f" or axis < 0 or array.size == 0 or array.shape[axis] < 2:
        return
    if not array.min() >= 0:
        return
    # A sum of K shares is off by at most K roundings.
    off = np.abs(array.sum(axis=axis, dtype=np.float64) - 1).max()
    if off <= array.shape[axis] * np.finfo(array.dtype).eps:
        warnings.warn(
            "CrossEntropyLoss: the inputs look like probabilities: none is negative, and those of "
            "each image sum to 1. The loss takes logits and applies softmax itself; twice applied, "
            "the network learns slowly. Remove the softmax before the loss, or take "
            "NLLLoss of log_softmax.",
            stacklevel=4,
        )
