"""The depthwise separable block of MobileNet v1."""

from __future__ import annotations

from typing import final

from convolens.nn.activation import ReLU
from convolens.nn.blocks._defaults import NormLayer, norm_or_default
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv2d


@final
class DepthwiseSeparable(Sequential):
    """3x3 depthwise, then 1x1, each with a normalisation and a rectifier.

    Args:
        inp: C, the channels of the input.
        oup: K, the channels of the output.
        stride: The step of the depthwise convolution.
        norm_layer: Makes a normalisation; batch normalisation if not given.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q], P = ceil(H / stride)

    Example:
        >>> import convolens as cl
        >>> block = DepthwiseSeparable(32, 64, norm_layer=lambda k: cl.nn.Identity())
        >>> sum(p.numel() for p in block.parameters())
        2336

    Source: Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
    Applications", 2017, figure 3.
    """

    def __init__(
        self, inp: int, oup: int, stride: int = 1, norm_layer: NormLayer | None = None
    ) -> None:
        norm = norm_or_default(norm_layer)
        super().__init__(
            Conv2d(inp, inp, 3, stride, 1, groups=inp, bias=False),
            norm(inp),
            ReLU(),
            Conv2d(inp, oup, 1, bias=False),
            norm(oup),
            ReLU(),
        )
