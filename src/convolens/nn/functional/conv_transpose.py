"""Transposed convolutions as functions."""

from __future__ import annotations

from collections.abc import Sequence

from convolens import ops
from convolens.errors import ArgumentTypeError
from convolens.nn.functional._arguments import Ints, each_axis, kept
from convolens.nn.functional.conv import on_batch, require_weight
from convolens.tensor import Tensor


@kept
def conv_transpose_operator(
    kernel: Sequence[int],
    stride: Ints,
    padding: Ints,
    output_padding: Ints,
    groups: int,
    dilation: Ints,
) -> ops.ConvTranspose:
    """Return the transposed convolution operator for torch's arguments.

    Raises:
        ArgumentError: If an argument is out of range.
        ArgumentTypeError: If the padding is a name.
    """
    if isinstance(padding, str):
        raise ArgumentTypeError(
            f"padding is {padding!r}, but a transposed convolution takes whole numbers.",
            hint="write how many cells to take away on both sides of an axis.",
        )
    rank = len(kernel)
    return ops.ConvTranspose(
        each_axis("stride", stride, rank),
        tuple((cells, cells) for cells in each_axis("padding", padding, rank)),
        each_axis("dilation", dilation, rank),
        groups,
        each_axis("output_padding", output_padding, rank),
    )


def _transpose(
    rank: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Ints,
    padding: Ints,
    output_padding: Ints,
    groups: int,
    dilation: Ints,
) -> Tensor:
    require_weight("conv_transpose", rank, weight)
    op = conv_transpose_operator(
        weight.shape[2:], stride, padding, output_padding, groups, dilation
    )
    return on_batch(op, input, weight, bias)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Tensor:
    """Return the transposed convolution of input [N, C, W] with weight [C, K/groups, S].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.
    """
    return _transpose(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Tensor:
    """Return the transposed convolution of input [N, C, H, W] with weight [C, K/groups, R, S].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.

    Example:
        >>> import convolens as cl
        >>> conv_transpose2d(cl.tensor([[[[1.0, 2.0]]]]), cl.ones(1, 1, 1, 3)).tolist()
        [[[[1.0, 3.0, 3.0, 2.0]]]]
    """
    return _transpose(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Tensor:
    """Return the transposed convolution of [N, C, D, H, W] with weight [C, K/groups, T, R, S].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.
    """
    return _transpose(3, input, weight, bias, stride, padding, output_padding, groups, dilation)
