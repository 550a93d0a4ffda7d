"""Poolings to a given size as functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convolens import ops
from convolens.errors import ArgumentError
from convolens.nn.functional._arguments import Ints, each_axis
from convolens.nn.functional.pooling import largest_with, pool_with
from convolens.tensor import Tensor

#: One number, or one an axis; None leaves the size of an axis as it is.
Sizes = int | Sequence[int | None]


def adaptive_avg_pool1d(input: Tensor, output_size: Ints) -> Tensor:
    """Return the means of ``output_size`` shares of [N, C, W].

    Raises:
        ArgumentError: If the size is negative.
        ShapeError: If the input has no pixels.
    """
    outputs = each_axis("output_size", output_size, 1)
    return pool_with(ops.AdaptiveAvgPool(outputs), input)


def adaptive_avg_pool2d(input: Tensor, output_size: Sizes) -> Tensor:
    """Return the means of shares of [N, C, H, W], as many along each axis as ``output_size`` says.

    Output p is the mean of the inputs from floor(p I / P) to ceil((p + 1) I / P) - 1 along an axis.
    1 is global average pooling; None stands for the input's own size.

    Raises:
        ArgumentError: If a size is negative.
        ShapeError: If the input has no pixels.

    Example:
        >>> import convolens as cl
        >>> adaptive_avg_pool2d(cl.arange(6).float().reshape(1, 1, 2, 3), 1).item()
        2.5
        >>> adaptive_avg_pool2d(cl.zeros(8, 512, 7, 5), (3, None)).shape
        (8, 512, 3, 5)
    """
    return pool_with(ops.AdaptiveAvgPool(outputs_for(input, output_size, 2)), input)


def adaptive_avg_pool3d(input: Tensor, output_size: Sizes) -> Tensor:
    """Return the means of shares of [N, C, D, H, W], as many along each axis as said.

    Raises:
        ArgumentError: If a size is negative.
        ShapeError: If the input has no pixels.
    """
    return pool_with(ops.AdaptiveAvgPool(outputs_for(input, output_size, 3)), input)


def adaptive_max_pool1d(input: Tensor, output_size: Ints, return_indices: bool = False) -> Any:
    """Return the largest elements of ``output_size`` shares of [N, C, W], and where they are.

    Raises:
        ArgumentError: If the size is negative.
        ShapeError: If the input has no channels or pixels.
    """
    outputs = each_axis("output_size", output_size, 1)
    return largest_with(ops.AdaptiveMaxPool(outputs), input, return_indices)


def adaptive_max_pool2d(input: Tensor, output_size: Sizes, return_indices: bool = False) -> Any:
    """Return the largest elements of shares of [N, C, H, W], as many along each axis as said.

    With ``return_indices`` return (largest elements, their places: row times width plus column).

    Raises:
        ArgumentError: If a size is negative.
        ShapeError: If the input has no channels or pixels.

    Example:
        >>> import convolens as cl
        >>> adaptive_max_pool2d(cl.arange(6).float().reshape(1, 1, 2, 3), (1, 2)).tolist()
        [[[[4.0, 5.0]]]]
    """
    op = ops.AdaptiveMaxPool(outputs_for(input, output_size, 2))
    return largest_with(op, input, return_indices)


def adaptive_max_pool3d(input: Tensor, output_size: Sizes, return_indices: bool = False) -> Any:
    """Return the largest elements of shares of [N, C, D, H, W], as many along each axis as said.

    Raises:
        ArgumentError: If a size is negative.
        ShapeError: If the input has no channels or pixels.
    """
    op = ops.AdaptiveMaxPool(outputs_for(input, output_size, 3))
    return largest_with(op, input, return_indices)


def outputs_for(input: Tensor, output_size: Sizes, rank: int) -> tuple[int, ...]:
    """Return the number of outputs along each axis, with the input's own size for None.

    Raises:
        ArgumentError: If there are not as many numbers as axes.
    """
    if isinstance(output_size, str) or not isinstance(output_size, Sequence):
        return each_axis("output_size", output_size, rank)
    if len(output_size) != rank or input.ndim < rank:
        raise ArgumentError(
            f"output_size is {output_size!r}, but must be one whole number, or {rank} of them.",
            [("input", input.spec, "")],
            f"write output_size={(1,) * rank}, or None for a size that stays.",
        )
    own = input.shape[input.ndim - rank :]
    wanted = [n if size is None else size for size, n in zip(output_size, own, strict=True)]
    return each_axis("output_size", wanted, rank)
