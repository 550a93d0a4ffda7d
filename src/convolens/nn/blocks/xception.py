"""Xception's module: separable convolutions and a way around them."""

from __future__ import annotations

from itertools import pairwise
from typing import final

from convolens.nn.activation import ReLU
from convolens.nn.blocks._defaults import NormLayer, norm_or_default
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv2d
from convolens.nn.module import Module
from convolens.nn.pooling import MaxPool2d
from convolens.nn.separable_conv import SeparableConv2d
from convolens.tensor import Tensor


@final
class XceptionBlock(Module):
    """y = rep(x) + skipbn(skip(x)): rectifier, 3x3 separable convolution, normalisation, repeated.

    With a stride, a 3x3 max pooling ends ``rep``. Where the shapes agree, x itself is added.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        reps: How many separable convolutions.
        stride: The step of the max pooling.
        start_with_relu: Whether the first rectifier is there.
        grow_first: Whether the first convolution goes from C to K channels, or the last one.
        norm_layer: Makes a normalisation; batch normalisation if not given.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q], P = ceil(H / stride)

    Example:
        A module of the entry flow, and one of the middle flow:

        >>> import convolens as cl
        >>> entry = XceptionBlock(64, 128, 2, 2, False, norm_layer=lambda k: cl.nn.Identity())
        >>> middle = XceptionBlock(128, 128, 3, norm_layer=lambda k: cl.nn.Identity())
        >>> middle(entry(cl.zeros(1, 64, 9, 9))).shape
        (1, 128, 5, 5)

    Source: Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", 2017,
    figure 5.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        reps: int,
        stride: int = 1,
        start_with_relu: bool = True,
        grow_first: bool = True,
        norm_layer: NormLayer | None = None,
    ) -> None:
        super().__init__()
        norm = norm_or_default(norm_layer)
        same_shape = in_channels == out_channels and stride == 1
        self.skip = None if same_shape else Conv2d(in_channels, out_channels, 1, stride, bias=False)
        self.skipbn = None if same_shape else norm(out_channels)
        between = out_channels if grow_first else in_channels
        widths = [in_channels, *[between] * (reps - 1), out_channels]
        layers: list[Module] = []
        for before, after in pairwise(widths):
            layers += [
                ReLU(),
                SeparableConv2d(before, after, 3, padding=1, bias=False),
                norm(after),
            ]
        if stride != 1:
            layers.append(MaxPool2d(3, stride, 1))
        self.rep = Sequential(*layers[0 if start_with_relu else 1 :])

    def forward(self, input: Tensor) -> Tensor:
        """Return the module's output."""
        way = input if self.skip is None or self.skipbn is None else self.skipbn(self.skip(input))
        y: Tensor = self.rep(input) + way
        return y
