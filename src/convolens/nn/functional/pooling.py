"""Poolings as functions."""

from __future__ import annotations

from convolens import ops
from convolens.nn.functional._arguments import Ints, each_axis
from convolens.tensor import Tensor, apply


def max_pool_operator(
    rank: int,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> ops.MaxPool:
    """Return the max pooling operator for torch's arguments."""
    kernel = each_axis("kernel_size", kernel_size, rank)
    return ops.MaxPool(
        kernel,
        kernel if stride is None else each_axis("stride", stride, rank),
        tuple((p, p) for p in each_axis("padding", padding, rank)),
        each_axis("dilation", dilation, rank),
        ceil_mode,
    )


def avg_pool_operator(
    rank: int,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> ops.AvgPool:
    """Return the average pooling operator for torch's arguments."""
    kernel = each_axis("kernel_size", kernel_size, rank)
    return ops.AvgPool(
        kernel,
        kernel if stride is None else each_axis("stride", stride, rank),
        tuple((p, p) for p in each_axis("padding", padding, rank)),
        (1,) * rank,
        ceil_mode,
        count_include_pad,
    )


def pool_with(op: ops.MaxPool | ops.AvgPool, input: Tensor) -> Tensor:
    """Call a pooling on a batch [N, C, *I] or on one image [C, *I]."""
    if input.ndim == op.rank + 1:
        return apply(op, input.unsqueeze(0)).squeeze(0)
    return apply(op, input)


def max_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the largest element of each window of [N, C, W]; the stride is the kernel size."""
    return pool_with(max_pool_operator(1, kernel_size, stride, padding, dilation, ceil_mode), input)


def max_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the largest element of each window of [N, C, H, W]; the stride is the kernel size.

    Example:
        >>> import convolens as cl
        >>> max_pool2d(cl.arange(16).float().reshape(1, 1, 4, 4), 2).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    return pool_with(max_pool_operator(2, kernel_size, stride, padding, dilation, ceil_mode), input)


def max_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the largest element of each window of input [N, C, D, H, W]."""
    return pool_with(max_pool_operator(3, kernel_size, stride, padding, dilation, ceil_mode), input)


def avg_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of [N, C, W]; the stride is the kernel size."""
    op = avg_pool_operator(1, kernel_size, stride, padding, ceil_mode, count_include_pad)
    return pool_with(op, input)


def avg_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of [N, C, H, W]; the stride is the kernel size."""
    op = avg_pool_operator(2, kernel_size, stride, padding, ceil_mode, count_include_pad)
    return pool_with(op, input)


def avg_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of input [N, C, D, H, W]; the stride is the kernel size."""
    op = avg_pool_operator(3, kernel_size, stride, padding, ceil_mode, count_include_pad)
    return pool_with(op, input)
