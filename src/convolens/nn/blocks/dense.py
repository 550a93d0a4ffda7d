"""The dense block: each layer sees the outputs of all layers before."""

from __future__ import annotations

from typing import Any, final

from convolens.nn.activation import ReLU
from convolens.nn.blocks._defaults import NormLayer, norm_or_default
from convolens.nn.container import Sequential
from convolens.nn.conv import Conv2d
from convolens.nn.dropout import Dropout
from convolens.nn.module import Module
from convolens.nn.module_dict import ModuleDict
from convolens.nn.pooling import AvgPool2d
from convolens.nn.with_relu import norm_relu
from convolens.tensor import Tensor, cat


@final
class DenseLayer(Module):
    """Makes ``growth_rate`` new channels from all channels there are: 1x1, then 3x3.

    Args:
        num_input_features: C, the channels of the input.
        growth_rate: How many channels are made.
        bn_size: There are bn_size growth_rate channels in between.
        drop_rate: The share of the output that is dropped in training.
        norm_layer: Makes a normalisation; batch normalisation if not given.

    Shapes:
        [N, C, H, W] -> [N, growth_rate, H, W]
    """

    def __init__(
        self,
        num_input_features: int,
        growth_rate: int,
        bn_size: int = 4,
        drop_rate: float = 0.0,
        norm_layer: NormLayer | None = None,
    ) -> None:
        super().__init__()
        norm = norm_or_default(norm_layer)
        between = bn_size * growth_rate
        self.norm1 = norm(num_input_features)
        self.relu1 = ReLU()
        self.conv1 = Conv2d(num_input_features, between, 1, bias=False)
        self.norm2 = norm(between)
        self.relu2 = ReLU()
        self.conv2 = Conv2d(between, growth_rate, 3, 1, 1, bias=False)
        self.drop = Dropout(drop_rate)

    def forward(self, input: Tensor) -> Tensor:
        """Return the new channels."""
        y = self.conv1(norm_relu(self.norm1, self.relu1, input))
        result: Tensor = self.drop(self.conv2(norm_relu(self.norm2, self.relu2, y)))
        return result


@final
class DenseBlock(ModuleDict):
    """Layers that each see the input and the outputs of all layers before, side by side.

    Names are those of torchvision's DenseNet: denselayer1, denselayer2, ...

    Args:
        num_layers: How many layers.
        num_input_features: C, the channels of the input.
        bn_size: As in ``DenseLayer``.
        growth_rate: How many channels each layer adds.
        drop_rate: The share of a layer's output that is dropped in training.
        norm_layer: Makes a normalisation; batch normalisation if not given.

    Shapes:
        [N, C, H, W] -> [N, C + num_layers growth_rate, H, W]

    Example:
        >>> import convolens as cl
        >>> block = DenseBlock(6, 64, 4, 32, norm_layer=lambda k: cl.nn.Identity())
        >>> block(cl.zeros(1, 64, 7, 7)).shape
        (1, 256, 7, 7)

    Source: Huang et al., "Densely Connected Convolutional Networks", 2017, section 3.
    """

    def __init__(
        self,
        num_layers: int,
        num_input_features: int,
        bn_size: int,
        growth_rate: int,
        drop_rate: float = 0.0,
        norm_layer: NormLayer | None = None,
    ) -> None:
        super().__init__()
        for number in range(num_layers):
            self[f"denselayer{number + 1}"] = DenseLayer(
                num_input_features + number * growth_rate,
                growth_rate,
                bn_size,
                drop_rate,
                norm_layer,
            )

    def forward(self, *inputs: Any) -> Tensor:
        """Return the input and the outputs of all layers, side by side."""
        (y,) = inputs
        for layer in self.values():
            y = cat([y, layer(y)], 1)
        result: Tensor = y
        return result


@final
class Transition(Sequential):
    """Fewer channels by a 1x1 convolution, and a quarter of the pixels by average pooling.

    Names are those of torchvision's DenseNet: norm, relu, conv and pool.

    Args:
        num_input_features: C, the channels of the input.
        num_output_features: K, the channels of the output; the paper halves them.
        norm_layer: Makes a normalisation; batch normalisation if not given.

    Shapes:
        [N, C, H, W] -> [N, K, H / 2, W / 2]

    Source: Huang et al., "Densely Connected Convolutional Networks", 2017, section 3.
    """

    def __init__(
        self,
        num_input_features: int,
        num_output_features: int,
        norm_layer: NormLayer | None = None,
    ) -> None:
        super().__init__(
            {
                "norm": norm_or_default(norm_layer)(num_input_features),
                "relu": ReLU(),
                "conv": Conv2d(num_input_features, num_output_features, 1, bias=False),
                "pool": AvgPool2d(2, 2),
            }
        )
