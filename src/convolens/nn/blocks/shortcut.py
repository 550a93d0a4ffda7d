"""The ways around a residual block whose output has another shape than its input."""

from __future__ import annotations

from typing import final

from convolens import ops
from convolens.errors import ArgumentError
from convolens.nn.blocks._defaults import NormLayer, norm_or_default
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv2d
from convolens.nn.module import Module
from convolens.tensor import Tensor, apply


def projection(
    in_channels: int, out_channels: int, stride: int = 1, norm_layer: NormLayer | None = None
) -> Sequential:
    """Return option B of the paper: a 1x1 convolution with the block's stride, normalised.

    The names are those of torchvision's ``downsample``: 0 and 1.

    Source: He et al., "Deep Residual Learning for Image Recognition", 2016, section 3.3.
    """
    return Sequential(
        Conv2d(in_channels, out_channels, 1, stride, bias=False),
        norm_or_default(norm_layer)(out_channels),
    )


@final
class PaddedShortcut(Module):
    """Option A of the paper: every stride-th pixel, and channels of zeros around those there are.

    It has no parameters. The CIFAR networks of the paper use it.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        stride: The step between pixels.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q], P = ceil(H / stride)

    Raises:
        ArgumentError: If there would be fewer channels than before.

    Example:
        >>> import convolens as cl
        >>> PaddedShortcut(1, 4, stride=2)(cl.ones(1, 1, 3, 3))[0, :, 0, 0].tolist()
        [0.0, 1.0, 0.0, 0.0]

    Source: He et al., "Deep Residual Learning for Image Recognition", 2016, section 4.2.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        if out_channels < in_channels:
            raise ArgumentError(
                f"a shortcut cannot take channels away: {in_channels} become {out_channels}.",
                hint="use projection() instead.",
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Return the pixels of ``input`` among channels of zeros."""
        x = input[:, :, :: self.stride, :: self.stride]
        first = (self.out_channels - self.in_channels) // 2
        n, c, h, w = x.shape
        bounds = ((0, n, 1), (first, first + c, 1), (0, h, 1), (0, w, 1))
        return apply(ops.Embed(bounds, (n, self.out_channels, h, w)), x)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"{self.in_channels}, {self.out_channels}, stride={self.stride}"
