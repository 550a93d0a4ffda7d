"""Convolutions as functions."""

from __future__ import annotations

from collections.abc import Sequence

from convolens import ops
from convolens.errors import ShapeError
from convolens.nn.functional._arguments import Ints, Padding, each_axis
from convolens.ops._taps import resolve_padding
from convolens.tensor import Tensor, apply


def conv_operator(
    kernel: Sequence[int],
    stride: Ints,
    padding: Padding,
    dilation: Ints,
    groups: int,
) -> ops.Conv:
    """Return the convolution operator for torch's arguments.

    Raises:
        ArgumentError: If an argument is out of range.
    """
    rank = len(kernel)
    steps = each_axis("stride", stride, rank)
    spread = each_axis("dilation", dilation, rank)
    return ops.Conv(steps, resolve_padding(padding, kernel, steps, spread), spread, groups)


def convolve_with(op: ops.Conv, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Call a convolution on a batch [N, C, *I] or on one image [C, *I]."""
    single = input.ndim == op.rank + 1
    batch = input.unsqueeze(0) if single else input
    y = apply(op, batch, weight) if bias is None else apply(op, batch, weight, bias)
    return y.squeeze(0) if single else y


def _convolve(
    rank: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Ints,
    padding: Padding,
    dilation: Ints,
    groups: int,
) -> Tensor:
    if weight.ndim != rank + 2:
        raise ShapeError(
            f"conv{rank}d: the weight has {weight.ndim} dimensions, but {rank + 2} are needed.",
            [("weight", weight.spec, "")],
        )
    op = conv_operator(weight.shape[2:], stride, padding, dilation, groups)
    return convolve_with(op, input, weight, bias)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Return the convolution of input [N, C, W] with weight [K, C/groups, S].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.
    """
    return _convolve(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Return the convolution of input [N, C, H, W] with weight [K, C/groups, R, S].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([[[[1.0, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]]]])
        >>> w = cl.tensor([[[[2.0, 0, 1], [0, 1, 2], [1, 0, 2]]]])
        >>> conv2d(x, w).tolist()
        [[[[15.0, 16.0], [6.0, 15.0]]]]
    """
    return _convolve(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Tensor:
    """Return the convolution of input [N, C, D, H, W] with weight [K, C/groups, T, R, S].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the shapes do not fit.
    """
    return _convolve(3, input, weight, bias, stride, padding, dilation, groups)
