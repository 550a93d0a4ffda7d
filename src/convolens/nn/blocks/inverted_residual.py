"""The inverted residual block of MobileNet v2: wide inside, narrow at its ends."""

from __future__ import annotations

from typing import final

from convolens.errors import ArgumentError
from convolens.nn.blocks._defaults import NormLayer, norm_or_default
from convolens.nn.blocks.conv_norm import ConvNorm
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv2d
from convolens.nn.module import Module
from convolens.nn.rectifier import ReLU6
from convolens.tensor import Tensor


@final
class InvertedResidual(Module):
    """1x1 to many channels, 3x3 depthwise, 1x1 to few without activation; plus x if shapes agree.

    Arguments and names are those of torchvision's MobileNet v2.

    Args:
        inp: C, the channels of the input.
        oup: K, the channels of the output.
        stride: The step of the depthwise convolution, 1 or 2.
        expand_ratio: There are round(C expand_ratio) channels inside; at 1 the first step is left
            out.
        norm_layer: Makes a normalisation; batch normalisation if not given.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q], P = ceil(H / stride)

    Raises:
        ArgumentError: If the stride is neither 1 nor 2.

    Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018,
    section 3.3.
    """

    def __init__(
        self,
        inp: int,
        oup: int,
        stride: int,
        expand_ratio: float,
        norm_layer: NormLayer | None = None,
    ) -> None:
        super().__init__()
        if stride not in (1, 2):
            raise ArgumentError(f"stride should be 1 or 2 instead of {stride}")
        norm = norm_or_default(norm_layer)
        hidden = round(inp * expand_ratio)
        self.stride = stride
        self.use_res_connect = stride == 1 and inp == oup
        layers: list[Module] = []
        if expand_ratio != 1:
            layers.append(ConvNorm(inp, hidden, 1, norm_layer=norm, activation_layer=ReLU6))
        layers += [
            ConvNorm(hidden, hidden, 3, stride, hidden, norm, ReLU6),
            Conv2d(hidden, oup, 1, bias=False),
            norm(oup),
        ]
        self.conv = Sequential(*layers)

    def forward(self, input: Tensor) -> Tensor:
        """Return the block's output."""
        y: Tensor = self.conv(input)
        return input + y if self.use_res_connect else y
