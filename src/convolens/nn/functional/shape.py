"""Changes of shape as functions."""

from __future__ import annotations

from convolens.tensor import Tensor


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Return the tensor with the axes from ``start_dim`` to ``end_dim`` joined into one."""
    return input.flatten(start_dim, end_dim)
