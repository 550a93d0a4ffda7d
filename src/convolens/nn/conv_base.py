"""What convolution layers and transposed ones share: arguments, weight and bias."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from convolens.errors import ArgumentError
from convolens.nn import init
from convolens.nn.functional._arguments import Ints, each_axis
from convolens.nn.module import Module
from convolens.nn.parameter import Parameter
from convolens.tensor import zeros

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]


class ConvBase(Module):
    """A convolution of any rank, with its weight and bias. Abstract."""

    rank: ClassVar[int]
    transposed: ClassVar[bool]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Ints,
        stride: Ints,
        dilation: Ints,
        output_padding: Ints,
        groups: int,
        padding_mode: PaddingMode,
    ) -> None:
        super().__init__()
        if groups < 1:
            raise ArgumentError(
                f"groups is {groups}, but must be at least 1.",
                hint="use 1 for an ordinary convolution.",
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = each_axis("kernel_size", kernel_size, self.rank)
        self.stride = each_axis("stride", stride, self.rank)
        self.dilation = each_axis("dilation", dilation, self.rank)
        self.output_padding = each_axis("output_padding", output_padding, self.rank)
        self.groups = groups
        self.padding_mode = padding_mode
        self.require_channels("out_channels", out_channels)

    def require_channels(self, name: str, channels: int) -> None:
        """Refuse a number of channels that is not positive or cannot be split into the groups.

        Raises:
            ArgumentError: If it is so.
        """
        if channels < 1:
            raise ArgumentError(f"{name} is {channels}, but must be at least 1.")
        if channels % self.groups:
            raise ArgumentError(
                f"{name} {channels} cannot be divided into {self.groups} groups.",
                hint=f"{name} must be divisible by groups.",
            )

    def weight_shape(self) -> tuple[int, ...]:
        """Return [K, C/groups, *R], or for a transposed convolution [C, K/groups, *R]."""
        first, second = self.out_channels, self.in_channels
        if self.transposed:
            first, second = second, first
        return (first, second // self.groups, *self.kernel_size)

    def make_parameters(self, bias: bool) -> None:
        """Make weight and bias, with their initial values."""
        self.require_channels("in_channels", self.in_channels)
        self.weight = Parameter(zeros(*self.weight_shape()))
        self.register_parameter("bias", Parameter(zeros(self.out_channels)) if bias else None)
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

    def show_padding(self) -> str:
        """Return the argument to show, unless it is 0."""
        return ""

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        text += f", stride={self.stride}{self.show_padding()}"
        if any(d != 1 for d in self.dilation):
            text += f", dilation={self.dilation}"
        if any(self.output_padding):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text
