"""Loss layers that compare two tensors number by number."""

from __future__ import annotations

from typing import final

from convolens.nn import functional
from convolens.nn.module import Module
from convolens.ops._reduction import Reduction, check_reduction
from convolens.tensor import Tensor


class _PairLoss(Module):
    """A loss with a reduction, and nothing to learn."""

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__()
        check_reduction(type(self).__name__, reduction)
        self.reduction: Reduction = reduction

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"reduction={self.reduction!r}"


@final
class MSELoss(_PairLoss):
    """The mean of (input - target)^2.

    Args:
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.

    Shapes:
        [*I], [*I] -> [] (or [*I] for ``'none'``)

    Raises:
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> MSELoss()(cl.tensor([1.0, 4.0]), cl.tensor([0.0, 2.0])).item()
        2.5
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return functional.mse_loss(input, target, self.reduction)


@final
class L1Loss(_PairLoss):
    """The mean distance of input and target.

    Args:
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.

    Shapes:
        [*I], [*I] -> [] (or [*I] for ``'none'``)

    Raises:
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> L1Loss()(cl.tensor([1.0, 4.0]), cl.tensor([0.0, 2.0])).item()
        1.5
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return functional.l1_loss(input, target, self.reduction)


@final
class SmoothL1Loss(_PairLoss):
    """The mean distance of input and target; below ``beta`` its square / (2 ``beta``).

    Args:
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.
        beta: The distance at which the parabola ends.

    Shapes:
        [*I], [*I] -> [] (or [*I] for ``'none'``)

    Raises:
        ArgumentError: If ``reduction`` is not known; when it runs, if ``beta`` is negative.

    Example:
        >>> import convolens as cl
        >>> SmoothL1Loss("none")(cl.tensor([0.5, 3.0]), cl.zeros(2)).tolist()
        [0.125, 2.5]

    Source: Girshick, "Fast R-CNN", 2015, equation 3.
    """

    def __init__(self, reduction: Reduction = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return functional.smooth_l1_loss(input, target, self.reduction, self.beta)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"{super().extra_repr()}, beta={self.beta}"


@final
class HuberLoss(_PairLoss):
    """The mean of half the squared differences, which grow linearly beyond ``delta``.

    Args:
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.
        delta: The distance at which the parabola ends.

    Shapes:
        [*I], [*I] -> [] (or [*I] for ``'none'``)

    Raises:
        ArgumentError: If ``reduction`` is not known; when it runs, if ``delta`` is not positive.

    Example:
        >>> import convolens as cl
        >>> HuberLoss("none", delta=2.0)(cl.tensor([1.0, 4.0]), cl.zeros(2)).tolist()
        [0.5, 6.0]

    Source: Huber, "Robust Estimation of a Location Parameter", 1964.
    """

    def __init__(self, reduction: Reduction = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return functional.huber_loss(input, target, self.reduction, self.delta)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"{super().extra_repr()}, delta={self.delta}"


@final
class BCELoss(_PairLoss):
    """Binary cross-entropy of shares of yes, such as a sigmoid's outputs.

    Args:
        weight: How much each element counts; it broadcasts to the input.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.

    Shapes:
        [*I], [*I] -> [] (or [*I] for ``'none'``)

    Raises:
        ArgumentError: If ``reduction`` is not known; when it runs, if a share is not in 0 .. 1.

    Example:
        >>> import convolens as cl
        >>> round(BCELoss()(cl.tensor([0.5, 1.0]), cl.tensor([1.0, 1.0])).item(), 4)
        0.3466
    """

    def __init__(self, weight: Tensor | None = None, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return functional.binary_cross_entropy(input, target, self.weight, self.reduction)


@final
class BCEWithLogitsLoss(_PairLoss):
    """Binary cross-entropy of scores for yes: the sigmoid is part of the loss.

    Args:
        weight: How much each element counts; it broadcasts to the input.
        reduction: ``'mean'``, ``'sum'`` or ``'none'``.
        pos_weight: How much more yes counts than no; it broadcasts to the input.

    Shapes:
        [*I], [*I] -> [] (or [*I] for ``'none'``)

    Raises:
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> round(BCEWithLogitsLoss()(cl.zeros(3), cl.ones(3)).item(), 4)
        0.6931
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        reduction: Reduction = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return functional.binary_cross_entropy_with_logits(
            input, target, self.weight, self.reduction, self.pos_weight
        )


@final
class KLDivLoss(Module):
    """The Kullback-Leibler divergence of logarithms of shares from the shares they should be.

    Args:
        reduction: ``'batchmean'`` for the divergence of one image; ``'mean'`` divides by the number
            of classes too; ``'sum'``, ``'none'``.
        log_target: Whether the targets are logarithms.

    Shapes:
        [*I], [*I] -> [] (or [*I] for ``'none'``)

    Raises:
        ArgumentError: If ``reduction`` is not known.

    Example:
        >>> import convolens as cl
        >>> shares = cl.tensor([[0.5, 0.5]])
        >>> round(KLDivLoss("batchmean")(cl.tensor([[0.25, 0.75]]).log(), shares).item(), 4)
        0.1438
    """

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__()
        if reduction != "batchmean":
            check_reduction("KLDivLoss", reduction)
        self.reduction = reduction
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return functional.kl_div(input, target, self.reduction, self.log_target)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"reduction={self.reduction!r}, log_target={self.log_target}"
