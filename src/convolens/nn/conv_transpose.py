"""Transposed convolution layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

from convolens import ops
from convolens.errors import ArgumentError
from convolens.nn.conv_base import ConvBase, PaddingMode
from convolens.nn.functional._arguments import Ints, each_axis
from convolens.nn.functional.conv import on_batch
from convolens.nn.functional.conv_transpose import conv_transpose_operator
from convolens.tensor import Tensor


class ConvTransposeNd(ConvBase):
    """A transposed convolution of any rank. Abstract: its three subclasses say which."""

    transposed: ClassVar[bool] = True

    def __init__(
        self,
        in_channels: int,
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
        if padding_mode != "zeros":
            raise ArgumentError(
                f'Only "zeros" padding mode is supported for {type(self).__name__}',
                [("padding_mode", repr(padding_mode), "")],
                "a transposed convolution's padding takes cells away: there are none to fill.",
            )
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            dilation,
            output_padding,
            groups,
            padding_mode,
        )
        self.padding = each_axis("padding", padding, self.rank)
        self._key: object = None
        self._made: ops.ConvTranspose
        # Bad arguments are refused here and not at the first call.
        self.operator(self.kernel_size).windows(self.kernel_size)
        self.make_parameters(bias)

    def operator(
        self, kernel: tuple[int, ...], output_padding: tuple[int, ...] | None = None
    ) -> ops.ConvTranspose:
        """Return the operator; it is kept until an attribute changes."""
        extra = self.output_padding if output_padding is None else output_padding
        key = (kernel, self.stride, self.padding, extra, self.groups, self.dilation)
        if self._key != key:
            self._made = conv_transpose_operator(*key)
            self._key = key
        return self._made

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Return the transposed convolution of ``input`` [N, C, *I], or of one image [C, *I].

        Args:
            input: The input.
            output_size: The spatial sizes of the output, or its whole shape, where a stride leaves
                several possible.

        Raises:
            ArgumentError: If the output cannot have this size.
        """
        weight = self.weight
        kernel = weight.shape[2:]
        extra = None
        if output_size is not None:
            extra = self._output_padding(input, kernel, output_size)
        return on_batch(self.operator(kernel, extra), input, weight, self.bias)

    def _output_padding(
        self, input: Tensor, kernel: tuple[int, ...], wanted: Sequence[int]
    ) -> tuple[int, ...]:
        """Return the cells that ``wanted`` has beyond the smallest possible size."""
        others = max(0, input.ndim - self.rank)
        sizes = wanted[others:] if len(wanted) == others + self.rank else wanted
        if len(sizes) != self.rank:
            raise ArgumentError(
                f"ConvTranspose{self.rank}D: for {input.ndim}D input, output_size must have "
                f"{self.rank} or {others + self.rank} elements (got {len(wanted)})"
            )
        inputs = input.shape[others:]
        windows = self.operator(kernel, (0,) * self.rank).windows(kernel)
        smallest = [
            (size - 1) * window.stride - sum(window.padding) + window.extent
            for size, window in zip(inputs, windows, strict=True)
        ]
        largest = [size + step - 1 for size, step in zip(smallest, self.stride, strict=True)]
        if any(
            not low <= size <= high
            for low, size, high in zip(smallest, sizes, largest, strict=True)
        ):
            raise ArgumentError(
                f"requested an output size of {sizes}, but valid sizes range from {smallest} to "
                f"{largest} (for an input of {list(inputs)})",
                hint="the stride and the kernel decide these sizes; other ones need other "
                "attributes.",
            )
        return tuple(size - low for size, low in zip(sizes, smallest, strict=True))

    def show_padding(self) -> str:
        """Return the argument to show, unless it is 0."""
        return f", padding={self.padding}" if any(self.padding) else ""


@final
class ConvTranspose1d(ConvTransposeNd):
    """Transposed convolution along one axis: each input adds a scaled kernel to the output.

    The input gradient of ``Conv1d`` with the same arguments: it turns the size of that layer's
    output into the size of its input.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps.
        stride: The distance between the kernels that neighbouring inputs add.
        padding: Cells that are taken away from both sides of the output.
        output_padding: Cells that are added to its end, below the stride or the dilation.
        groups: In how many groups the channels are split.
        bias: Whether to add a number to each output channel.
        dilation: The distance between taps.
        padding_mode: ``'zeros'``, as in torch.

    Shapes:
        [N, C, W] -> [N, K, Q], Q = (W - 1) stride - 2 padding + dilation (kernel - 1) + 1 +
        output_padding; [C, W] -> [K, Q]

    Raises:
        ArgumentError: If an argument is out of range, or the groups do not divide the channels.

    Example:
        >>> import convolens as cl
        >>> layer = ConvTranspose1d(4, 2, 3, stride=2)
        >>> layer(cl.zeros(1, 4, 5)).shape, layer(cl.zeros(1, 4, 5), output_size=(12,)).shape
        ((1, 2, 11), (1, 2, 12))

    Source: Dumoulin and Visin, "A guide to convolution arithmetic", 2016, chapter 4.
    """

    rank: ClassVar[int] = 1


@final
class ConvTranspose2d(ConvTransposeNd):
    """Transposed convolution along two axes: each input adds a scaled kernel to the output.

    The input gradient of ``Conv2d`` with the same arguments: it turns the size of that layer's
    output into the size of its input.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps, one number or (R, S).
        stride: The distance between the kernels that neighbouring inputs add.
        padding: Cells that are taken away from both sides of the output.
        output_padding: Cells that are added to its ends, below the stride or the dilation.
        groups: In how many groups the channels are split.
        bias: Whether to add a number to each output channel.
        dilation: The distance between taps.
        padding_mode: ``'zeros'``, as in torch.

    Shapes:
        [N, C, H, W] -> [N, K, P, Q], sizes as in ``ConvTranspose1d``; [C, H, W] -> [K, P, Q]

    Raises:
        ArgumentError: If an argument is out of range, or the groups do not divide the channels.

    Example:
        >>> import convolens as cl
        >>> ConvTranspose2d(64, 32, 2, stride=2)(cl.zeros(1, 64, 7, 7)).shape
        (1, 32, 14, 14)

    Source: Dumoulin and Visin, "A guide to convolution arithmetic", 2016, chapter 4.
    """

    rank: ClassVar[int] = 2


@final
class ConvTranspose3d(ConvTransposeNd):
    """Transposed convolution along three axes: each input adds a scaled kernel to the output.

    The input gradient of ``Conv3d`` with the same arguments: it turns the size of that layer's
    output into the size of its input.

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps, one number or (T, R, S).
        stride: The distance between the kernels that neighbouring inputs add.
        padding: Cells that are taken away from both sides of the output.
        output_padding: Cells that are added to its ends, below the stride or the dilation.
        groups: In how many groups the channels are split.
        bias: Whether to add a number to each output channel.
        dilation: The distance between taps.
        padding_mode: ``'zeros'``, as in torch.

    Shapes:
        [N, C, D, H, W] -> [N, K, O, P, Q], sizes as in ``ConvTranspose1d``;
        [C, D, H, W] -> [K, O, P, Q]

    Raises:
        ArgumentError: If an argument is out of range, or the groups do not divide the channels.

    Example:
        >>> import convolens as cl
        >>> ConvTranspose3d(2, 1, 2, stride=2)(cl.zeros(1, 2, 3, 3, 3)).shape
        (1, 1, 6, 6, 6)

    Source: Dumoulin and Visin, "A guide to convolution arithmetic", 2016, chapter 4.
    """

    rank: ClassVar[int] = 3
