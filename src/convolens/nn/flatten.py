"""The layer that joins axes."""

from __future__ import annotations

from typing import final

from convolens.nn.module import Module
from convolens.tensor import Tensor


@final
class Flatten(Module):
    """Joins the axes from ``start_dim`` to ``end_dim`` into one, the last running fastest.

    Shapes:
        [N, C, H, W] -> [N, C H W]

    Example:
        >>> import convolens as cl
        >>> Flatten()(cl.zeros(10, 30, 12, 12)).shape
        (10, 4320)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` with the axes joined."""
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
