"""Normalisations as functions."""

from __future__ import annotations

from typing import Literal

from convolens import ops
from convolens.tensor import Tensor, apply


def local_response_norm(
    input: Tensor,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    scaling: Literal["mean", "sum"] = "mean",
) -> Tensor:
    """Return x [N, C, *I] / (k + a sum of x^2 over ``size`` neighbouring channels)^beta.

    Args:
        input: The input.
        size: How many channels, the own one included.
        alpha: The strength; what it multiplies is said by ``scaling``.
        beta: The exponent.
        k: What is added.
        scaling: ``'mean'``: a = alpha / size, as in torch. ``'sum'``: a = alpha, as in the 2012
            paper.

    Raises:
        ArgumentError: If ``size`` is below 1 or ``scaling`` is not known.
    """
    return apply(ops.LocalResponseNorm(size, alpha, beta, k, scaling), input)
