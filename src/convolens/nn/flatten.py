"""The layers that join axes, and split one."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import final

from convolens.errors import DTypeError
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


@final
class Unflatten(Module):
    """Splits the axis ``dim`` into axes of the sizes listed, the last running fastest.

    Args:
        dim: The axis.
        unflattened_size: The sizes; one of them may be -1, to be worked out.

    Shapes:
        [N, C H W] -> [N, C, H, W]

    Raises:
        DTypeError: If the sizes are not whole numbers.

    Example:
        >>> import convolens as cl
        >>> Unflatten(1, (30, 12, -1))(cl.zeros(10, 4320)).shape
        (10, 30, 12, 12)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        try:
            self.unflattened_size = tuple(index(size) for size in unflattened_size)
            self.dim = index(dim)
        except TypeError:
            raise DTypeError(
                f"Unflatten: dim {dim!r} and unflattened_size {unflattened_size!r} must be a whole "
                "number and a list of them.",
                hint="write Unflatten(1, (30, 12, 12)).",
            ) from None

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` with the axis split."""
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
