"""Squeeze and excitation: channels are weighed by what the whole image holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

from convolens.nn.activation import ReLU, Sigmoid
from convolens.nn.conv import Conv2d
from convolens.nn.module import Module
from convolens.tensor import Tensor


@final
class SqueezeExcitation(Module):
    """y[n,c] = x[n,c] s[n,c], where s = sigmoid(fc2(relu(fc1(the means of all channels)))).

    Arguments and names are those of torchvision's.

    Args:
        input_channels: C.
        squeeze_channels: The numbers in between; the paper has C / 16.
        activation: Makes the activation in between.
        scale_activation: Makes the activation of the scale.

    Shapes:
        [N, C, H, W] -> [N, C, H, W]

    Example:
        >>> import convolens as cl
        >>> block = SqueezeExcitation(64, 4)
        >>> sum(p.numel() for p in block.parameters()), block(cl.zeros(1, 64, 7, 7)).shape
        (580, (1, 64, 7, 7))

    Source: Hu, Shen and Sun, "Squeeze-and-Excitation Networks", 2018, section 3.
    """

    def __init__(
        self,
        input_channels: int,
        squeeze_channels: int,
        activation: Callable[[], Module] = ReLU,
        scale_activation: Callable[[], Module] = Sigmoid,
    ) -> None:
        super().__init__()
        self.fc1 = Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` with its channels weighed."""
        means = input.mean((2, 3), keepdim=True)
        scale: Tensor = self.scale_activation(self.fc2(self.activation(self.fc1(means))))
        return input * scale
