"""A convolution, a normalisation and an activation, as most networks have them."""

from __future__ import annotations

from collections.abc import Callable

from convolens.nn.activation import ReLU
from convolens.nn.blocks._defaults import NormLayer, norm_or_default
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv2d
from convolens.nn.module import Module


class ConvNorm(Sequential):
    """A convolution without bias that keeps the size at stride 1, a normalisation, an activation.

    The names are those of torchvision's ``Conv2dNormActivation``: 0, 1 and 2.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps, an odd number.
        stride: The step between outputs.
        groups: In how many groups the channels are split.
        norm_layer: Makes the normalisation; batch normalisation if not given.
        activation_layer: Makes the activation; None for none.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q], P = ceil(H / stride)

    Example:
        >>> import convolens as cl
        >>> ConvNorm(3, 32, stride=2, norm_layer=lambda k: cl.nn.Identity())
        ConvNorm(
          (0): Conv2d(3, 32, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)
          (1): Identity()
          (2): ReLU()
        )
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        groups: int = 1,
        norm_layer: NormLayer | None = None,
        activation_layer: Callable[[], Module] | None = ReLU,
    ) -> None:
        layers = [
            Conv2d(
                in_channels,
                out_channels,
                kernel_size,
                stride,
                (kernel_size - 1) // 2,
                groups=groups,
                bias=False,
            ),
            norm_or_default(norm_layer)(out_channels),
        ]
        if activation_layer is not None:
            layers.append(activation_layer())
        super().__init__(*layers)
