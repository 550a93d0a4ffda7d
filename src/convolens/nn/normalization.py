"""Normalisation layers."""

from __future__ import annotations

from typing import Literal, final

from convolens import ops
from convolens.nn.module import Module
from convolens.tensor import Tensor, apply


@final
class LocalResponseNorm(Module):
    """y = x / (k + a sum of x^2 over ``size`` neighbouring channels)^beta.

    Args:
        size: How many channels, the own one included.
        alpha: The strength; what it multiplies is said by ``scaling``.
        beta: The exponent.
        k: What is added.
        scaling: ``'mean'``: a = alpha / size, as in torch. ``'sum'``: a = alpha, as in the 2012
            paper; its alpha 1e-4 with size 5 is torch's 5e-4.

    Shapes:
        [N, C, *I] -> [N, C, *I]

    Raises:
        ArgumentError: If ``size`` is below 1 or ``scaling`` is not known.

    Example:
        >>> import convolens as cl
        >>> round(LocalResponseNorm(5, k=2.0)(cl.ones(1, 8, 1, 1))[0, 0, 0, 0].item(), 4)
        0.5946

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional
    Neural Networks", 2012, section 3.3.
    """

    def __init__(
        self,
        size: int,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 1.0,
        scaling: Literal["mean", "sum"] = "mean",
    ) -> None:
        super().__init__()
        self.operator = ops.LocalResponseNorm(size, alpha, beta, k, scaling)

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised ``input``."""
        return apply(self.operator, input)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        op = self.operator
        text = f"{op.size}, alpha={op.alpha}, beta={op.beta}, k={op.k}"
        return text if op.scaling == "mean" else f"{text}, scaling={op.scaling!r}"
