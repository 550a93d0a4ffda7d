"""The cross-stage partial block: only a part of the channels goes through the layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

from convolens.nn.activation import ReLU
from convolens.nn.blocks._defaults import NormLayer, norm_or_default
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv2d
from convolens.nn.module import Module
from convolens.nn.with_norm import conv_norm
from convolens.tensor import Tensor, cat


@final
class _Layer(Module):
    """A convolution, a normalisation and an activation under the names conv, bn and act."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        norm: NormLayer,
        activation: Callable[[], Module],
    ) -> None:
        super().__init__()
        self.conv = Conv2d(in_channels, out_channels, kernel_size, padding="same", bias=False)
        self.bn = norm(out_channels)
        self.act = activation()

    def forward(self, input: Tensor) -> Tensor:
        return conv_norm(self.conv, self.bn, self.act, input)


@final
class _Residual(Module):
    """x + a 3x3 layer over a 1x1 layer."""

    def __init__(self, channels: int, norm: NormLayer, activation: Callable[[], Module]) -> None:
        super().__init__()
        self.cv1 = _Layer(channels, channels, 1, norm, activation)
        self.cv2 = _Layer(channels, channels, 3, norm, activation)

    def forward(self, input: Tensor) -> Tensor:
        y: Tensor = input + self.cv2(self.cv1(input))
        return y


@final
class CSPBlock(Module):
    """y = cv3([m(cv1(x)), cv2(x)]): one part goes through residual layers, the other around them.

    The gradient that reaches the input by one part is not that by the other, and the layers cost
    half. Names are those of the widespread three-convolution form of the YOLO networks.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        number: How many residual layers the first part goes through.
        expansion: Each part has K expansion channels.
        norm_layer: Makes a normalisation; batch normalisation if not given.
        activation_layer: Makes an activation.

    Shapes:
        [N, C, H, W] -> [N, K, H, W]

    Example:
        >>> import convolens as cl
        >>> block = CSPBlock(64, 64, 2, norm_layer=lambda k: cl.nn.Identity())
        >>> block(cl.zeros(1, 64, 8, 8)).shape
        (1, 64, 8, 8)

    Source: Wang et al., "CSPNet: A New Backbone that can Enhance Learning Capability of CNN", 2020,
    section 3.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        number: int = 1,
        expansion: float = 0.5,
        norm_layer: NormLayer | None = None,
        activation_layer: Callable[[], Module] = ReLU,
    ) -> None:
        super().__init__()
        norm = norm_or_default(norm_layer)
        part = int(out_channels * expansion)
        self.cv1 = _Layer(in_channels, part, 1, norm, activation_layer)
        self.cv2 = _Layer(in_channels, part, 1, norm, activation_layer)
        self.cv3 = _Layer(2 * part, out_channels, 1, norm, activation_layer)
        self.m = Sequential(*(_Residual(part, norm, activation_layer) for _ in range(number)))

    def forward(self, input: Tensor) -> Tensor:
        """Return the block's output."""
        y: Tensor = self.cv3(cat([self.m(self.cv1(input)), self.cv2(input)], 1))
        return y
