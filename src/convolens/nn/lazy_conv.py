"""Convolution layers that learn their number of input channels from the first input."""

from __future__ import annotations

from typing import Any, ClassVar, final

from convolens.errors import ShapeError
from convolens.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from convolens.nn.conv_base import ConvBase, PaddingMode
from convolens.nn.conv_transpose import (
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    ConvTransposeNd,
)
from convolens.nn.functional._arguments import Ints, Padding
from convolens.nn.lazy import LazyModuleMixin
from convolens.nn.module import Module
from convolens.nn.uninitialized import UninitializedParameter
from convolens.tensor import Tensor


class _Lazy(LazyModuleMixin, ConvBase):
    """What both kinds share: parameters without shapes, until there is an input."""

    def make_parameters(self, bias: bool) -> None:
        self.weight = UninitializedParameter()
        self.register_parameter("bias", UninitializedParameter() if bias else None)

    def reset_parameters(self) -> None:
        """Draw new values, if there are any yet."""
        if not self.has_uninitialized_params():
            super().reset_parameters()

    def initialize_parameters(self, *inputs: Any, **options: Any) -> None:
        """Take the number of channels from the input, or from a state that was loaded."""
        is_new = isinstance(self.weight, UninitializedParameter)
        if is_new:
            channels = self._channels(*inputs, **options)
            self.require_channels("in_channels", channels)
        else:
            first, second = self.weight.shape[:2]
            channels = first if self.transposed else second * self.groups
        self.in_channels = channels
        shapes = (self.weight_shape(), (self.out_channels,))
        for parameter, shape in zip((self.weight, self.bias), shapes, strict=True):
            if isinstance(parameter, UninitializedParameter):
                parameter.materialize(shape)
        if is_new:
            self.reset_parameters()

    def _channels(self, input: Tensor, *_: Any, **__: Any) -> int:
        if input.ndim not in (self.rank + 1, self.rank + 2):
            raise ShapeError(
                f"Expected {self.rank + 1}D (unbatched) or {self.rank + 2}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {list(input.shape)}",
            )
        return input.shape[-self.rank - 1]


class _LazyConv(_Lazy, ConvNd):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: Padding = 0,
        dilation: Ints = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: PaddingMode = "zeros",
    ) -> None:
        super().__init__(
            0, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode
        )


class _LazyConvTranspose(_Lazy, ConvTransposeNd):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints = 1,
        padding: Ints = 0,
        output_padding: Ints = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Ints = 1,
        padding_mode: PaddingMode = "zeros",
    ) -> None:
        super().__init__(
            0,
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            groups,
            bias,
            dilation,
            padding_mode,
        )


@final
class LazyConv1d(_LazyConv):
    """A ``Conv1d`` whose ``in_channels`` the first input says; its other arguments come first.

    Example:
        >>> import convolens as cl
        >>> layer = LazyConv1d(8, 3)
        >>> layer(cl.zeros(1, 5, 10)).shape, layer
        ((1, 8, 8), Conv1d(5, 8, kernel_size=(3,), stride=(1,)))
    """

    rank: ClassVar[int] = 1
    cls_to_become: ClassVar[type[Module]] = Conv1d


@final
class LazyConv2d(_LazyConv):
    """A ``Conv2d`` whose ``in_channels`` the first input says; its other arguments come first.

    Example:
        >>> import convolens as cl
        >>> net = cl.nn.Sequential(LazyConv2d(8, 3), cl.nn.ReLU(), LazyConv2d(4, 3))
        >>> net(cl.zeros(1, 3, 10, 10)).shape, net[2]
        ((1, 4, 6, 6), Conv2d(8, 4, kernel_size=(3, 3), stride=(1, 1)))
    """

    rank: ClassVar[int] = 2
    cls_to_become: ClassVar[type[Module]] = Conv2d


@final
class LazyConv3d(_LazyConv):
    """A ``Conv3d`` whose ``in_channels`` the first input says; its other arguments come first.

    Example:
        >>> import convolens as cl
        >>> layer = LazyConv3d(2, 3, bias=False)
        >>> layer(cl.zeros(1, 1, 5, 5, 5)).shape, layer.weight.shape
        ((1, 2, 3, 3, 3), (2, 1, 3, 3, 3))
    """

    rank: ClassVar[int] = 3
    cls_to_become: ClassVar[type[Module]] = Conv3d


@final
class LazyConvTranspose1d(_LazyConvTranspose):
    """A ``ConvTranspose1d`` whose ``in_channels`` the first input says.

    Example:
        >>> import convolens as cl
        >>> layer = LazyConvTranspose1d(8, 3)
        >>> layer(cl.zeros(1, 5, 10)).shape, layer
        ((1, 8, 12), ConvTranspose1d(5, 8, kernel_size=(3,), stride=(1,)))
    """

    rank: ClassVar[int] = 1
    cls_to_become: ClassVar[type[Module]] = ConvTranspose1d


@final
class LazyConvTranspose2d(_LazyConvTranspose):
    """A ``ConvTranspose2d`` whose ``in_channels`` the first input says.

    Example:
        >>> import convolens as cl
        >>> layer = LazyConvTranspose2d(4, 2, stride=2)
        >>> layer(cl.zeros(1, 8, 5, 5)).shape, layer.weight.shape
        ((1, 4, 10, 10), (8, 4, 2, 2))
    """

    rank: ClassVar[int] = 2
    cls_to_become: ClassVar[type[Module]] = ConvTranspose2d


@final
class LazyConvTranspose3d(_LazyConvTranspose):
    """A ``ConvTranspose3d`` whose ``in_channels`` the first input says.

    Example:
        >>> import convolens as cl
        >>> layer = LazyConvTranspose3d(4, 2, stride=2)
        >>> layer(cl.zeros(1, 8, 2, 2, 2)).shape
        (1, 4, 4, 4, 4)
    """

    rank: ClassVar[int] = 3
    cls_to_become: ClassVar[type[Module]] = ConvTranspose3d
