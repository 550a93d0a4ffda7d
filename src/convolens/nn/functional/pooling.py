"""Max and average pooling as functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convolens import ops
from convolens.nn.functional._arguments import Ints, each_axis, kept
from convolens.ops._max_windows import MaxWindows
from convolens.ops._pool_geometry import PoolWindows
from convolens.tensor import Tensor, apply


def window(name: str, value: Ints, rank: int) -> tuple[int, ...]:
    """Return one number an axis; a sequence of one number stands for all axes, as in torch.

    Raises:
        ArgumentError: If there are not as many numbers as axes.
    """
    if isinstance(value, Sequence) and len(value) == 1:
        value = value[0]
    return each_axis(name, value, rank)


def steps(stride: Ints | None, kernel: tuple[int, ...]) -> tuple[int, ...]:
    """Return the strides; those that are not given are the sizes of the window.

    Raises:
        ArgumentError: If there are not as many numbers as axes.
    """
    if stride is None or (isinstance(stride, Sequence) and len(stride) == 0):
        return kernel
    return window("stride", stride, len(kernel))


@kept
def max_pool_operator(
    rank: int,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
) -> ops.MaxPool:
    """Return the max pooling operator for torch's arguments.

    Raises:
        ArgumentError: If an argument is out of range.
    """
    kernel = window("kernel_size", kernel_size, rank)
    return ops.MaxPool(
        kernel,
        steps(stride, kernel),
        tuple((p, p) for p in window("padding", padding, rank)),
        window("dilation", dilation, rank),
        ceil_mode,
    )


@kept
def avg_pool_operator(
    rank: int,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> ops.AvgPool:
    """Return the average pooling operator for torch's arguments.

    Raises:
        ArgumentError: If an argument is out of range.
    """
    kernel = window("kernel_size", kernel_size, rank)
    if divisor_override is not None:
        (divisor_override,) = each_axis("divisor_override", divisor_override, 1)
    return ops.AvgPool(
        kernel,
        steps(stride, kernel),
        tuple((p, p) for p in window("padding", padding, rank)),
        (1,) * rank,
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


def pool_with(op: PoolWindows, input: Tensor) -> Tensor:
    """Call a pooling on a batch [N, C, *I] or on one image [C, *I]."""
    if input.ndim == op.rank + 1:
        return apply(op, input.unsqueeze(0)).squeeze(0)
    return apply(op, input)


def largest_with(op: MaxWindows, input: Tensor, return_indices: bool) -> Any:
    """Call a max pooling, and return the places of the largest numbers too if they are wanted."""
    largest = pool_with(op, input)
    return (largest, pool_with(op.locating(), input)) if return_indices else largest


def max_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window of [N, C, W]; the stride is the kernel size.

    With ``return_indices`` return (largest elements, their places along the axis).

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.
    """
    op = max_pool_operator(1, kernel_size, stride, padding, dilation, ceil_mode)
    return largest_with(op, input, return_indices)


def max_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window of [N, C, H, W]; the stride is the kernel size.

    With ``return_indices`` return (largest elements, their places: row times width plus column).

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.

    Example:
        >>> import convolens as cl
        >>> x = cl.arange(16).float().reshape(1, 1, 4, 4)
        >>> max_pool2d(x, 2).tolist()
        [[[[5.0, 7.0], [13.0, 15.0]]]]
        >>> max_pool2d(x, 2, return_indices=True)[1].tolist()
        [[[[5, 7], [13, 15]]]]
    """
    op = max_pool_operator(2, kernel_size, stride, padding, dilation, ceil_mode)
    return largest_with(op, input, return_indices)


def max_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window of [N, C, D, H, W]; the stride is the kernel size.

    With ``return_indices`` return (largest elements, their places among the pixels of an image).

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.
    """
    op = max_pool_operator(3, kernel_size, stride, padding, dilation, ceil_mode)
    return largest_with(op, input, return_indices)


def avg_pool1d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of [N, C, W]; the stride is the kernel size.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.
    """
    op = avg_pool_operator(1, kernel_size, stride, padding, ceil_mode, count_include_pad)
    return pool_with(op, input)


def avg_pool2d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window of [N, C, H, W]; the stride is the kernel size.

    ``divisor_override`` is what sums are divided by, if given; 1 makes the means sums.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.

    Example:
        >>> import convolens as cl
        >>> x = cl.arange(16).float().reshape(1, 1, 4, 4)
        >>> avg_pool2d(x, 2).tolist()
        [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    arguments = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return pool_with(avg_pool_operator(2, *arguments), input)


def avg_pool3d(
    input: Tensor,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window of [N, C, D, H, W]; the stride is the kernel size.

    ``divisor_override`` is what sums are divided by, if given; 1 makes the means sums.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.
    """
    arguments = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return pool_with(avg_pool_operator(3, *arguments), input)
