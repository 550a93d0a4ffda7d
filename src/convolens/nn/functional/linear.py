"""The fully connected layer as a function."""

from __future__ import annotations

from convolens import ops
from convolens.tensor import Tensor, apply


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return input [*N, I] times the transpose of weight [O, I], plus bias [O].

    Raises:
        ShapeError: If the shapes do not fit.
    """
    return (
        apply(ops.Linear(), input, weight)
        if bias is None
        else apply(ops.Linear(), input, weight, bias)
    )
