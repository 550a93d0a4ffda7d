"""Convolution layers."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, SupportsIndex, cast, final, get_args

from convolens import ops
from convolens.errors import ArgumentError
from convolens.nn.conv_base import ConvBase, PaddingMode
from convolens.nn.functional._arguments import Ints, Padding, each_axis
from convolens.nn.functional.conv import conv_operator, on_batch
from convolens.nn.functional.padding import pad
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.ops._padding_taps import Mode
from convolens.ops._taps import Pair
from convolens.tensor import Tensor


class ConvNd(ConvBase):
    """A convolution of any rank. Abstract: ``Conv1d``, ``Conv2d`` and ``Conv3d`` say which."""

    transposed: ClassVar[bool] = False

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
        padding_mode: PaddingMode = "zeros",
    ) -> None:
        if padding_mode not in get_args(PaddingMode):
            raise ArgumentError(
                f"padding_mode is {padding_mode!r}, but must be one of "
                f"{', '.join(map(repr, get_args(PaddingMode)))}.",
            )
        super().__init__(
            in_channels, out_channels, kernel_size, stride, dilation, 0, groups, padding_mode
        )
        self.padding = self._each_axis(padding)
        self._key: object = None
        self._made: tuple[ops.Conv, tuple[Pair, ...]]
        self._rectified: ops.ConvRelu
        #: The last call with a normalisation behind it, and its operator, None if it has none.
        self.joined: tuple[object, ops.ConvNormalize | None] = (None, None)
        # Bad arguments are refused here and not at the first call.
        self.operator(self.kernel_size, (1,) * self.rank)[0].windows(self.kernel_size)
        self.make_parameters(bias)

    def _each_axis(self, padding: Padding) -> tuple[int | Pair, ...] | str:
        if isinstance(padding, SupportsIndex):
            return each_axis("padding", padding, self.rank)
        return tuple(padding) if isinstance(padding, list) else padding  # type: ignore[return-value]

    def operator(
        self, kernel: tuple[int, ...], sizes: tuple[int, ...] | None = None
    ) -> tuple[ops.Conv, tuple[Pair, ...]]:
        """Return the operator, and the cells to put around the input before it.

        Both are kept until an attribute changes; with ``padding='same_tf'``, until ``sizes`` do.
        """
        key = (kernel, self.stride, self.padding, self.dilation, self.groups, sizes)
        mode = self.padding_mode
        if self._key != (key, mode):
            op = conv_operator(*key)
            border: tuple[Pair, ...] = ()
            if mode != "zeros":
                border, op = op.padding, replace(op, padding=((0, 0),) * self.rank)
            self._made = op, border
            self._rectified = ops.ConvRelu(**shared(op, ConvGeometry))
            self._key = key, mode
        return self._made

    def forward(self, input: Tensor) -> Tensor:
        """Return the convolution of ``input`` [N, C, *I], or of one image [C, *I]."""
        weight = self.weight
        op, image = self.prepared(input, weight)
        return on_batch(op, image, weight, self.bias)

    def forward_relu(self, input: Tensor) -> Tensor:
        """Return ``forward(input).relu()``, that of a batch in one pass."""
        weight = self.weight
        op, image = self.prepared(input, weight)
        if input.ndim == self.rank + 1:
            # Its convolution is a view of a batch of one; what relu returns is none.
            return on_batch(op, image, weight, self.bias).relu()
        return on_batch(self._rectified, image, weight, self.bias)

    def prepared(self, input: Tensor, weight: Tensor) -> tuple[ops.Conv, Tensor]:
        """Return the operator, and the image with the cells around it that are not zeros."""
        sizes = input.shape[-self.rank :] if self.padding == "same_tf" else None
        op, border = self.operator(weight.shape[2:], sizes)
        if not border:
            return op, input
        cells = [count for pair in reversed(border) for count in pair]
        return op, pad(input, cells, cast(Mode, self.padding_mode))

    def show_padding(self) -> str:
        """Return the argument to show, unless it is 0."""
        return "" if self.padding == (0,) * self.rank else f", padding={self.padding}"


@final
class Conv1d(ConvNd):
    """Convolution along one axis: y[n,k] = bias[k] + sum over c of weight[k,c] * x[n,c].

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps.
        stride: The step between outputs.
        padding: Cells on both sides, or a name: see below.
        dilation: The distance between taps.
        groups: In how many groups the channels are split.
        bias: Whether to add a number to each output channel.
        padding_mode: What the cells of the padding hold: ``'zeros'``, or the input's own values,
            ``'reflect'`` mirrored at its border, ``'replicate'`` the border itself, ``'circular'``
            from its other end.

    Names of paddings: ``'valid'`` is none, ``'same'`` gives as many outputs as inputs at stride 1.
    Beyond torch, ``'full'`` counts every overlap of kernel and input. With a stride, ``'same_tf'``
    and ``'same_fixed'`` both give ceil(W / stride) outputs: the first pads as TensorFlow does, by
    as little as that needs; the second as at stride 1, whatever the size of the input.

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
class Conv2d(ConvNd):
    """Convolution along two axes: y[n,k] = bias[k] + sum over c of weight[k,c] * x[n,c].

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps, one number or (R, S).
        stride: The step between outputs, one number or one an axis.
        padding: Cells on both sides, one number or one an axis, or a name as in ``Conv1d``.
        dilation: The distance between taps, one number or one an axis.
        groups: In how many groups the channels are split.
        bias: Whether to add a number to each output channel.
        padding_mode: What the cells of the padding hold: ``'zeros'``, or the input's own values,
            ``'reflect'`` mirrored at its border, ``'replicate'`` the border itself, ``'circular'``
            from its other end.

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
class Conv3d(ConvNd):
    """Convolution along three axes: y[n,k] = bias[k] + sum over c of weight[k,c] * x[n,c].

    Args:
        in_channels: C, the channels of the input.
        out_channels: K, the channels of the output.
        kernel_size: The taps, one number or (T, R, S).
        stride: The step between outputs, one number or one an axis.
        padding: Cells on both sides, one number or one an axis, or a name as in ``Conv1d``.
        dilation: The distance between taps, one number or one an axis.
        groups: In how many groups the channels are split.
        bias: Whether to add a number to each output channel.
        padding_mode: What the cells of the padding hold: ``'zeros'``, or the input's own values,
            ``'reflect'`` mirrored at its border, ``'replicate'`` the border itself, ``'circular'``
            from its other end.

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
