"""Convolutions in two steps: first each channel, then across; or along one axis, then the other."""

from __future__ import annotations

from typing import SupportsIndex, final

from convolens.errors import ArgumentError
from convolens.nn.conv import Conv2d
from convolens.nn.conv_base import PaddingMode
from convolens.nn.functional._arguments import Ints, Padding, each_axis
from convolens.nn.module import Module
from convolens.tensor import Tensor


@final
class SeparableConv2d(Module):
    """A depthwise convolution, then a 1x1 one: space and channels are taken one after the other.

    z[n, c m + j] = depthwise[c m + j] * x[n, c], y[n,k] = bias[k] + sum of pointwise[k,i] z[n,i].
    It has C m (R S + K) weights instead of C K R S.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps of the depthwise convolution, one number or (R, S).
        stride: The step between its outputs.
        padding: The cells around its input, or a name, as in ``Conv2d``.
        dilation: The distance between its taps.
        depth_multiplier: m, how many kernels each input channel has.
        bias: Whether to add a number to each output channel.
        padding_mode: What the cells of the padding hold, as in ``Conv2d``.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q]; [C, H, W] -> [K, P, Q]

    Raises:
        ArgumentError: If an argument is out of range.

    Example:
        16 to 32 channels with 3x3 kernels take 4,608 weights, or 656 in two steps:

        >>> import convolens as cl
        >>> plain = cl.nn.Conv2d(16, 32, 3, bias=False)
        >>> layer = SeparableConv2d(16, 32, 3, bias=False)
        >>> [sum(p.numel() for p in module.parameters()) for module in (plain, layer)]
        [4608, 656]

    Source: Sifre, "Rigid-Motion Scattering for Image Classification", 2014; Chollet, "Xception:
    Deep Learning with Depthwise Separable Convolutions", 2017.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: Padding = 0,
        dilation: Ints = 1,
        depth_multiplier: int = 1,
        bias: bool = True,
        padding_mode: PaddingMode = "zeros",
    ) -> None:
        super().__init__()
        if depth_multiplier < 1:
            raise ArgumentError(f"depth_multiplier is {depth_multiplier}, but must be at least 1.")
        between = in_channels * depth_multiplier
        self.depthwise = Conv2d(
            in_channels,
            between,
            kernel_size,
            stride,
            padding,
            dilation,
            groups=max(1, in_channels),
            bias=False,
            padding_mode=padding_mode,
        )
        self.pointwise = Conv2d(between, out_channels, 1, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """Return the separable convolution of ``input`` [N, C, H, W], or of one image."""
        y: Tensor = self.pointwise(self.depthwise(input))
        return y


@final
class SpatiallySeparableConv2d(Module):
    """A convolution with R x 1 kernels, then one with 1 x S kernels.

    It can do what a ``Conv2d`` can whose kernels are products of a column and a row, with
    R + S weights for each of them instead of R S.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps, one number or (R, S).
        stride: The step between outputs, one number or one an axis.
        padding: The cells around the input, one number or one an axis, or a name.
        dilation: The distance between taps, one number or one an axis.
        groups: In how many groups the channels are split, in both steps.
        bias: Whether to add a number to each output channel.
        mid_channels: The channels in between; K if not given.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q]; [C, H, W] -> [K, P, Q]

    Raises:
        ArgumentError: If an argument is out of range.

    Example:
        >>> import convolens as cl
        >>> layer = SpatiallySeparableConv2d(1, 1, 3, bias=False)
        >>> sum(p.numel() for p in layer.parameters()), layer(cl.zeros(1, 1, 8, 8)).shape
        (6, (1, 1, 6, 6))

    Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016,
    section 3.2.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: Padding = 0,
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        mid_channels: int | None = None,
    ) -> None:
        super().__init__()
        between = out_channels if mid_channels is None else mid_channels
        r, s = each_axis("kernel_size", kernel_size, 2)
        down, across = each_axis("stride", stride, 2)
        tall, wide = each_axis("dilation", dilation, 2)
        rows: Padding = padding
        columns: Padding = padding
        if not isinstance(padding, str):
            above, beside = (
                (padding, padding) if isinstance(padding, SupportsIndex) else tuple(padding)
            )
            rows, columns = (above, 0), (0, beside)
        self.vertical = Conv2d(
            in_channels, between, (r, 1), (down, 1), rows, (tall, 1), groups, bias=False
        )
        self.horizontal = Conv2d(
            between, out_channels, (1, s), (1, across), columns, (1, wide), groups, bias
        )

    def forward(self, input: Tensor) -> Tensor:
        """Return the convolution of ``input`` [N, C, H, W], or of one image, in two steps."""
        y: Tensor = self.horizontal(self.vertical(input))
        return y
