"""The distance of vectors as a layer, and the loss layer that compares two distances."""

from __future__ import annotations

from typing import final

from convolens.nn import functional
from convolens.nn.functional.distance import check_margin
from convolens.nn.module import Module
from convolens.ops._reduction import Reduction, check_reduction
from convolens.tensor import Tensor


@final
class PairwiseDistance(Module):
    """The distances of vectors, pair by pair.

    Args:
        p: The order of the norm: 2 for the straight distance, 1 along the axes.
        eps: What is added to each difference.
        keepdim: Keep the last axis with size 1.

    Shapes:
        [*N, D], [*N, D] -> [*N]

    Example:
        >>> import convolens as cl
        >>> PairwiseDistance(eps=0.0)(cl.tensor([[0.0, 0.0]]), cl.tensor([[3.0, 4.0]])).tolist()
        [5.0]
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the distances."""
        return functional.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"p={self.norm}, eps={self.eps}"


@final
class TripletMarginLoss(Module):
    """How much a positive is not nearer to its anchor than a negative, by the margin.

    Args:
        margin: By how much nearer the positives are to be.
        p: The order of the norm.
        eps: What is added to each difference.
        swap: Compare with the negative's distance from the positive where that is smaller.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.

    Shapes:
        three times [N, D] -> [] (or [N] for ``'none'``)

    Raises:
        ArgumentError: If ``margin`` is not positive, or ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> anchor, near, far = cl.zeros(1, 2), cl.zeros(1, 2), cl.ones(1, 2)
        >>> TripletMarginLoss()(anchor, near, far).item()
        0.0

    Source: Schroff, Kalenichenko and Philbin, "FaceNet", 2015, section 3.1.
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__()
        check_margin("TripletMarginLoss", margin)
        check_reduction("TripletMarginLoss", reduction)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap
        self.reduction: Reduction = reduction

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Return the loss."""
        return functional.triplet_margin_loss(
            anchor,
            positive,
            negative,
            self.margin,
            self.p,
            self.eps,
            self.swap,
            self.reduction,
        )

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return (
            f"margin={self.margin}, p={self.p}, eps={self.eps}, swap={self.swap}, "
            f"reduction={self.reduction!r}"
        )
