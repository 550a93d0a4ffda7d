"""Loss layers."""

from __future__ import annotations

from typing import final

from convolens import ops
from convolens.nn.module import Module
from convolens.ops.cross_entropy import Reduction
from convolens.tensor import Tensor, apply


@final
class CrossEntropyLoss(Module):
    """-log softmax(logits)[label], averaged over the batch. The inputs are logits, not shares.

    Args:
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.

    Shapes:
        logits [N, K], labels [N] int64 -> [] (or [N] for ``'none'``)

    Raises:
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> round(CrossEntropyLoss()(cl.zeros(2, 10), cl.tensor([3, 7])).item(), 4)
        2.3026
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__()
        self.operator = ops.CrossEntropy(reduction)

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return the loss.

        Raises:
            IndexRangeError: If a label is not in 0 .. K-1.
        """
        return apply(self.operator, logits, labels)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"reduction={self.operator.reduction!r}"
