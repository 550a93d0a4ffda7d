"""The basic residual block: two 3x3 convolutions and a way around them."""

from __future__ import annotations

from typing import ClassVar, final

from convolens.errors import ArgumentError
from convolens.nn.activation import ReLU
from convolens.nn.blocks._defaults import NormLayer, norm_or_default
from convolens.nn.conv import Conv2d
from convolens.nn.module import Module
from convolens.nn.with_norm import conv_norm
from convolens.tensor import Tensor


@final
class BasicBlock(Module):
    """y = relu(bn2(conv2(relu(bn1(conv1(x))))) + downsample(x)), both convolutions 3x3.

    Arguments and names are those of torchvision's ResNet-18 and 34.

    Args:
        inplanes: C, the channels of the input.
        planes: K, the channels of the output.
        stride: The step of the first convolution.
        downsample: What the input goes through where shapes differ: ``projection`` (option B) or
            ``PaddedShortcut`` (option A). Nothing if None.
        groups: 1, as in torchvision.
        base_width: 64, as in torchvision.
        dilation: 1, as in torchvision.
        norm_layer: Makes a normalisation; batch normalisation if not given.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q], P = ceil(H / stride)

    Raises:
        ArgumentError: If groups, width or dilation are others than a basic block has.

    Example:
        >>> import convolens as cl
        >>> from convolens.nn.blocks import PaddedShortcut
        >>> block = BasicBlock(
        ...     16, 32, 2, PaddedShortcut(16, 32, 2), norm_layer=lambda k: cl.nn.Identity()
        ... )
        >>> block(cl.zeros(1, 16, 32, 32)).shape
        (1, 32, 16, 16)

    Source: He et al., "Deep Residual Learning for Image Recognition", 2016, figure 5.
    """

    expansion: ClassVar[int] = 1

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
        if (groups, base_width, dilation) != (1, 64, 1):
            raise ArgumentError(
                f"BasicBlock only supports groups=1, base_width=64 and dilation=1, not {groups}, "
                f"{base_width} and {dilation}.",
                hint="use a Bottleneck.",
            )
        norm = norm_or_default(norm_layer)
        self.conv1 = Conv2d(inplanes, planes, 3, stride, 1, bias=False)
        self.bn1 = norm(planes)
        self.relu = ReLU()
        self.conv2 = Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = norm(planes)
        self.downsample = downsample
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Return the block's output."""
        way = input if self.downsample is None else self.downsample(input)
        y = conv_norm(self.conv1, self.bn1, self.relu, input)
        return conv_norm(self.conv2, self.bn2, self.relu, y, way)
