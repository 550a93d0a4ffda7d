"""U-Net's steps: two convolutions, down by pooling, and up beside what was there before."""

from __future__ import annotations

from typing import final

from convolens.errors import ShapeError
from convolens.nn.activation import ReLU
from convolens.nn.blocks._defaults import NormLayer
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv2d
from convolens.nn.conv_transpose import ConvTranspose2d
from convolens.nn.module import Module
from convolens.nn.pooling import MaxPool2d
from convolens.tensor import Tensor, cat


@final
class DoubleConv(Module):
    """Two 3x3 convolutions, each with a rectifier, and a normalisation in front of it if given.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        padding: 0 as in the paper, whose maps shrink by 4 pixels, or 1 to keep the size.
        norm_layer: Makes a normalisation; none if not given, as in the paper.

    Shapes:
        [N, C, H, W] -> [N, K, H - 4 + 4 padding, W - 4 + 4 padding]

    Example:
        >>> import convolens as cl
        >>> DoubleConv(1, 64)(cl.zeros(1, 1, 28, 28)).shape
        (1, 64, 24, 24)

    Source: Ronneberger, Fischer and Brox, "U-Net: Convolutional Networks for Biomedical Image
    Segmentation", 2015, figure 1.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        padding: int = 0,
        norm_layer: NormLayer | None = None,
    ) -> None:
        super().__init__()
        layers: list[Module] = []
        for channels in (in_channels, out_channels):
            layers.append(
                Conv2d(channels, out_channels, 3, padding=padding, bias=norm_layer is None)
            )
            if norm_layer is not None:
                layers.append(norm_layer(out_channels))
            layers.append(ReLU())
        self.double_conv = Sequential(*layers)

    def forward(self, input: Tensor) -> Tensor:
        """Return the output of the second convolution."""
        y: Tensor = self.double_conv(input)
        return y


@final
class Down(Module):
    """2x2 max pooling, then a ``DoubleConv``, whose arguments these are.

    Shapes:
        [N, C, H, W] -> [N, K, H / 2 - 4 + 4 padding, W / 2 - 4 + 4 padding]

    Example:
        >>> import convolens as cl
        >>> Down(64, 128, padding=1)(cl.zeros(1, 64, 24, 24)).shape
        (1, 128, 12, 12)

    Source: Ronneberger, Fischer and Brox, 2015, figure 1.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        padding: int = 0,
        norm_layer: NormLayer | None = None,
    ) -> None:
        super().__init__()
        self.maxpool_conv = Sequential(
            MaxPool2d(2), DoubleConv(in_channels, out_channels, padding, norm_layer)
        )

    def forward(self, input: Tensor) -> Tensor:
        """Return the smaller maps."""
        y: Tensor = self.maxpool_conv(input)
        return y


@final
class Up(Module):
    """A 2x2 transposed convolution of stride 2, beside the middle of a larger map, ``DoubleConv``.

    Args:
        in_channels: C, the channels of the smaller map; the larger one has half of them.
        out_channels: K, the channels of the output.
        padding: As in ``DoubleConv``.
        norm_layer: As in ``DoubleConv``.

    Shapes:
        x [N, C, H, W], skip [N, C / 2, at least 2 H, at least 2 W] ->
        [N, K, 2 H - 4 + 4 padding, 2 W - 4 + 4 padding]

    Example:
        >>> import convolens as cl
        >>> Up(128, 64)(cl.zeros(1, 128, 8, 8), cl.zeros(1, 64, 24, 24)).shape
        (1, 64, 12, 12)

    Source: Ronneberger, Fischer and Brox, 2015, figure 1.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        padding: int = 0,
        norm_layer: NormLayer | None = None,
    ) -> None:
        super().__init__()
        self.up = ConvTranspose2d(in_channels, in_channels // 2, 2, stride=2)
        self.conv = DoubleConv(in_channels, out_channels, padding, norm_layer)

    def forward(self, input: Tensor, skip: Tensor) -> Tensor:
        """Return the larger maps, from the smaller ones and from what was there before.

        Raises:
            ShapeError: If ``skip`` is smaller than the enlarged map.
        """
        large: Tensor = self.up(input)
        (h, w), (height, width) = large.shape[2:], skip.shape[2:]
        if height < h or width < w:
            raise ShapeError(
                f"the skipped map is {height}x{width}, but the enlarged one {h}x{w}.",
                [("input", input.spec, "N, C, H, W"), ("skip", skip.spec, "N, C/2, H, W")],
                "use an image whose sides can be halved as often as the network goes down.",
            )
        top, left = (height - h) // 2, (width - w) // 2
        middle = skip[:, :, top : top + h, left : left + w]
        y: Tensor = self.conv(cat([middle, large], 1))
        return y
