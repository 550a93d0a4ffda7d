"""Power-average pooling as functions."""

from __future__ import annotations

from math import isinf
from typing import Any

from convolens import ops
from convolens.errors import ArgumentError, ArgumentTypeError
from convolens.nn.functional._arguments import Ints
from convolens.nn.functional.pooling import max_pool_operator, pool_with, steps, window
from convolens.tensor import Tensor


def lp_pool1d(
    input: Tensor,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return (sum of x^norm_type)^(1 / norm_type) over each window of [N, C, W].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.
    """
    return lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Tensor,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return (sum of x^norm_type)^(1 / norm_type) over each window of [N, C, H, W].

    Infinity gives the largest absolute value of each window.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.

    Example:
        >>> import convolens as cl
        >>> lp_pool2d(cl.tensor([[[[3.0, 0.0], [0.0, 4.0]]]]), 2, 2).item()
        5.0
    """
    return lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Tensor,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return (sum of x^norm_type)^(1 / norm_type) over each window of [N, C, D, H, W].

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.
    """
    return lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool(
    rank: int,
    input: Tensor,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None,
    ceil_mode: bool,
) -> Tensor:
    """Return the power averages of windows along ``rank`` axes.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If a window does not fit.
    """
    norm = _number(norm_type)
    if isinf(norm):
        largest = max_pool_operator(rank, kernel_size, stride, 0, 1, ceil_mode)
        magnitude = input.relu() + (-input).relu()
        return pool_with(largest, magnitude) if norm > 0 else -pool_with(largest, -magnitude)
    kernel = window("kernel_size", kernel_size, rank)
    none, ones = ((0, 0),) * rank, (1,) * rank
    op = ops.LPPool(kernel, steps(stride, kernel), none, ones, ceil_mode, norm)
    return pool_with(op, input)


def _number(norm_type: Any) -> float:
    kind: type[ArgumentError] = ArgumentTypeError
    try:
        if not isinstance(norm_type, str):
            return float(norm_type)
    except TypeError:
        pass
    except OverflowError:
        kind = ArgumentError
    raise kind(f"norm_type is {norm_type!r:.40}, but must be a number.", hint="2 is the usual one.")
