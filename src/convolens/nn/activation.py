"""Activation layers."""

from __future__ import annotations

from typing import final

from convolens.errors import ShapeError
from convolens.nn import functional
from convolens.nn.activated import Activated
from convolens.nn.module import Module
from convolens.tensor import Tensor


@final
class ReLU(Activated):
    """y = max(x, 0).

    Args:
        inplace: The input itself takes the result.

    Example:
        >>> import convolens as cl
        >>> ReLU()(cl.tensor([-2.0, 3.0])).tolist()
        [0.0, 3.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return each element, or 0 where it is negative."""
        return functional.relu(input, self.inplace)


@final
class Sigmoid(Module):
    """y = 1 / (1 + e^-x).

    Example:
        >>> import convolens as cl
        >>> Sigmoid()(cl.tensor([0.0])).tolist()
        [0.5]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return each element squashed to between 0 and 1."""
        return functional.sigmoid(input)


@final
class Tanh(Module):
    """y = (e^x - e^-x) / (e^x + e^-x).

    Example:
        >>> import convolens as cl
        >>> [round(y, 4) for y in Tanh()(cl.tensor([-1.0, 0.0, 1.0])).tolist()]
        [-0.7616, 0.0, 0.7616]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return each element squashed to between -1 and 1."""
        return functional.tanh(input)


class _AlongDim(Module):
    """An activation along one axis."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"dim={self.dim}"


@final
class Softmax(_AlongDim):
    """y = e^x / sum of e^x along ``dim``.

    Example:
        >>> import convolens as cl
        >>> Softmax(1)(cl.tensor([[1.0, 1.0], [0.0, 200.0]])).tolist()
        [[0.5, 0.5], [0.0, 1.0]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return shares that sum to 1."""
        return functional.softmax(input, self.dim)


@final
class LogSoftmax(_AlongDim):
    """y = the logarithm of e^x / sum of e^x along ``dim``.

    Example:
        >>> import convolens as cl
        >>> LogSoftmax(1)(cl.tensor([[0.0, 200.0]])).tolist()
        [[-200.0, 0.0]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the logarithms of shares that sum to 1."""
        return functional.log_softmax(input, self.dim)


@final
class Softmax2d(Module):
    """y = e^x / sum of e^x over the channels of each pixel.

    Shapes:
        [N, C, H, W] -> [N, C, H, W], or one image [C, H, W] -> [C, H, W]

    Raises:
        ShapeError: When it runs, if the input is neither.

    Example:
        >>> import convolens as cl
        >>> Softmax2d()(cl.zeros(1, 2, 1, 1)).tolist()
        [[[[0.5]], [[0.5]]]]
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return shares that sum to 1 at each pixel."""
        if input.ndim not in (3, 4):
            raise ShapeError(
                f"Softmax2d: the input has {input.ndim} dimensions, but 3 or 4 are needed.",
                [("input", input.spec, "N, C, H, W")],
            )
        return functional.softmax(input, -3)
