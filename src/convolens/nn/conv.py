"""Convolution layers."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, SupportsIndex, final

from convolens.errors import ArgumentError
from convolens.nn import init
from convolens.nn.functional._arguments import Ints, Padding, each_axis
from convolens.nn.functional.conv import conv_operator, convolve_with
from convolens.nn.module import Module
from convolens.nn.parameter import Parameter
from convolens.tensor import Tensor, zeros


class _ConvNd(Module):
    """A convolution of any rank, with its weight and bias."""

    rank: ClassVar[int]

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
        padding_mode: Literal["zeros"] = "zeros",
    ) -> None:
        super().__init__()
        if padding_mode != "zeros":
            raise ArgumentError(
                f"padding_mode is {padding_mode!r}, but only 'zeros' is supported.",
                hint="pad the input yourself for other modes.",
            )
        for name, value in (("in_channels", in_channels), ("out_channels", out_channels)):
            if value < 1:
                raise ArgumentError(f"{name} is {value}, but must be at least 1.")
            if groups < 1 or value % groups:
                raise ArgumentError(
                    f"{name} {value} cannot be divided into {groups} groups.",
                    hint=f"{name} must be divisible by groups.",
                )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = each_axis("kernel_size", kernel_size, self.rank)
        self.stride = each_axis("stride", stride, self.rank)
        self.padding = (
            each_axis("padding", padding, self.rank)
            if isinstance(padding, SupportsIndex)
            else padding
        )
        self.dilation = each_axis("dilation", dilation, self.rank)
        self.groups = groups
        # Made once, so that bad arguments are refused here and not at the first call.
        self._operator = conv_operator(
            self.kernel_size, self.stride, padding, self.dilation, groups
        )
        self._operator.windows(self.kernel_size)
        self.weight = Parameter(zeros(out_channels, in_channels // groups, *self.kernel_size))
        self.register_parameter("bias", Parameter(zeros(out_channels)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases evenly from +-1/sqrt(fan-in), as torch does.

        Source: LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.6, for the
        scaling with the fan-in.
        """
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(init.fans(self.weight)[0])
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Return the convolution of ``input`` [N, C, *I], or of one image [C, *I]."""
        return convolve_with(self._operator, input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        text += f", stride={self.stride}"
        if self.padding != (0,) * self.rank:
            text += f", padding={self.padding}"
        if any(d != 1 for d in self.dilation):
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        return text if self.bias is not None else text + ", bias=False"


@final
class Conv1d(_ConvNd):
    """Convolution along one axis: y[n,k] = bias[k] + sum over c of weight[k,c] * x[n,c].

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps.
        stride: The step between outputs.
        padding: Zeros on both sides, ``'same'`` or ``'valid'``.
        dilation: The distance between taps.
        groups: In how many groups the channels are split.
        bias: Whether to add a number to each output channel.

    Shapes:
        [N, C, W] -> [N, K, Q]; [C, W] -> [K, Q]

    Raises:
        ArgumentError: If an argument is out of range, or the groups do not divide the channels.

    Example:
        >>> import convolens as cl
        >>> Conv1d(16, 33, 3, stride=2)(cl.zeros(20, 16, 50)).shape
        (20, 33, 24)
    """

    rank: ClassVar[int] = 1


@final
class Conv2d(_ConvNd):
    """Convolution along two axes: y[n,k] = bias[k] + sum over c of weight[k,c] * x[n,c].

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps, one number or (R, S).
        stride: The step between outputs, one number or one an axis.
        padding: Zeros on both sides, one number or one an axis, ``'same'`` or ``'valid'``.
        dilation: The distance between taps, one number or one an axis.
        groups: In how many groups the channels are split.
        bias: Whether to add a number to each output channel.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q]; [C, H, W] -> [K, P, Q]

    Raises:
        ArgumentError: If an argument is out of range, or the groups do not divide the channels.

    Example:
        >>> import convolens as cl
        >>> Conv2d(1, 30, 5)(cl.zeros(10, 1, 28, 28)).shape
        (10, 30, 24, 24)
    """

    rank: ClassVar[int] = 2


@final
class Conv3d(_ConvNd):
    """Convolution along three axes: y[n,k] = bias[k] + sum over c of weight[k,c] * x[n,c].

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps, one number or (T, R, S).
        stride: The step between outputs, one number or one an axis.
        padding: Zeros on both sides, one number or one an axis, ``'same'`` or ``'valid'``.
        dilation: The distance between taps, one number or one an axis.
        groups: In how many groups the channels are split.
        bias: Whether to add a number to each output channel.

    Shapes:
        [N, C, D, H, W] -> [N, K, O, P, Q]; [C, D, H, W] -> [K, O, P, Q]

    Raises:
        ArgumentError: If an argument is out of range, or the groups do not divide the channels.

    Example:
        >>> import convolens as cl
        >>> Conv3d(1, 4, 3)(cl.zeros(1, 1, 8, 8, 8)).shape
        (1, 4, 6, 6, 6)
    """

    rank: ClassVar[int] = 3
