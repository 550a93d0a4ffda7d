"""Activation layers."""

from __future__ import annotations

from typing import final

from convolens.errors import ShapeError
from convolens.nn import functional
from convolens.nn.module import Module
from convolens.tensor import Tensor


@final
class ReLU(Module):
    """y = max(x, 0)."""

    def forward(self, input: Tensor) -> Tensor:
        """Return each element, or 0 where it is negative."""
        return functional.relu(input)


@final
class Sigmoid(Module):
    """y = 1 / (1 + e^-x)."""

    def forward(self, input: Tensor) -> Tensor:
        """Return each element squashed to between 0 and 1."""
        return functional.sigmoid(input)


@final
class Tanh(Module):
    """y = (e^x - e^-x) / (e^x + e^-x)."""

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
    """y = e^x / sum of e^x along ``dim``."""

    def forward(self, input: Tensor) -> Tensor:
        """Return shares that sum to 1."""
        return functional.softmax(input, self.dim)


@final
class LogSoftmax(_AlongDim):
    """y = the logarithm of e^x / sum of e^x along ``dim``."""

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
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return shares that sum to 1 at each pixel."""
        if input.ndim not in (3, 4):
            raise ShapeError(
                f"Softmax2d: the input has {input.ndim} dimensions, but 3 or 4 are needed.",
                [("input", input.spec, "N, C, H, W")],
            )
        return functional.softmax(input, -3)
