"""The bottleneck residual block: 1x1, 3x3 and 1x1 convolutions and a way around them."""

from __future__ import annotations

from typing import ClassVar, final

from convolens.nn.activation import ReLU
from convolens.nn.blocks._defaults import NormLayer, norm_or_default
from convolens.nn.conv import Conv2d
from convolens.nn.module import Module
from convolens.nn.with_norm import conv_norm
from convolens.tensor import Tensor


@final
class Bottleneck(Module):
    """y = relu(bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x)))))))) + downsample(x)).

    The 3x3 convolution works on few channels; the last 1x1 makes four times as many. Arguments and
    names are those of torchvision's ResNet-50 and beyond, where the stride is that of the 3x3
    convolution; the paper gave it to the first 1x1.

    Args:
        inplanes: C, the channels of the input.
        planes: The output has 4 planes channels.
        stride: The step of the 3x3 convolution.
        downsample: What the input goes through where shapes differ, such as ``projection``.
        groups: The groups of the 3x3 convolution (ResNeXt).
        base_width: The 3x3 convolution has planes base_width / 64 channels a group.
        dilation: The distance between its taps.
        norm_layer: Makes a normalisation; batch normalisation if not given.

    Shapes:
        [N, C, H, W] -> [N, 4 planes, P, Q], P = ceil(H / stride)

    Example:
        >>> import convolens as cl
        >>> block = Bottleneck(256, 64, norm_layer=lambda k: cl.nn.Identity())
        >>> block(cl.zeros(1, 256, 8, 8)).shape
        (1, 256, 8, 8)

    Source: He et al., "Deep Residual Learning for Image Recognition", 2016, figure 5.
    """

    expansion: ClassVar[int] = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: NormLayer | None = None,
    ) -> None:
        super().__init__()
        norm = norm_or_default(norm_layer)
        width = int(planes * (base_width / 64)) * groups
        outputs = planes * self.expansion
        self.conv1 = Conv2d(inplanes, width, 1, bias=False)
        self.bn1 = norm(width)
        self.conv2 = Conv2d(width, width, 3, stride, dilation, dilation, groups, bias=False)
        self.bn2 = norm(width)
        self.conv3 = Conv2d(width, outputs, 1, bias=False)
        self.bn3 = norm(outputs)
        self.relu = ReLU()
        self.downsample = downsample
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Return the block's output."""
        way = input if self.downsample is None else self.downsample(input)
        y = conv_norm(self.conv1, self.bn1, self.relu, input)
        y = conv_norm(self.conv2, self.bn2, self.relu, y)
        return conv_norm(self.conv3, self.bn3, self.relu, y, way)
