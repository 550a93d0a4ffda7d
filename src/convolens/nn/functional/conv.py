"""Convolutions as functions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from convolens import ops
from convolens.errors import ShapeError
from convolens.nn.functional._arguments import Ints, Padding, each_axis, kept
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._taps import resolve_padding
from convolens.tensor import Tensor, apply
from convolens.tensor.given import given


@kept
def conv_operator(
    kernel: Sequence[int],
    stride: Ints,
    padding: Padding,
    dilation: Ints,
    groups: int,
    sizes: Sequence[int] | None = None,
) -> ops.Conv:
    """Return the convolution operator for torch's arguments.

    Args:
        kernel: The taps, one number an axis.
        stride: The step between outputs.
        padding: Cells around the input, or a name.
        dilation: The distance between taps.
        groups: In how many groups the channels are split.
        sizes: The spatial sizes of the input; only ``padding='same_tf'`` depends on them.

    Raises:
        ArgumentError: If an argument is out of range.
    """
    rank = len(kernel)
    steps = each_axis("stride", stride, rank)
    spread = each_axis("dilation", dilation, rank)
    cells = resolve_padding(padding, kernel, steps, spread, sizes)
    return ops.Conv(steps, cells, spread, groups)


@lru_cache(maxsize=1024)
def _of_numbers(
    kernel: tuple[int, ...], stride: int, padding: int, dilation: int, groups: int
) -> ops.Conv:
    """Return the operator of whole numbers, which need not be looked at in each call."""
    return conv_operator(kernel, stride, padding, dilation, groups)


def on_batch(op: ConvGeometry, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Call a convolution on a batch [N, C, *I] or on one image [C, *I]."""
    try:
        single = input.ndim == op.rank + 1
    except AttributeError:
        single = given(op.name, input).ndim == op.rank + 1
    batch = input.unsqueeze(0) if single else input
    y = apply(op, batch, weight) if bias is None else apply(op, batch, weight, bias)
    return y.squeeze(0) if single else y


def require_weight(name: str, rank: int, weight: Tensor) -> None:
    """Refuse a weight of another rank than the function's.

    Raises:
        ShapeError: If it does not have ``rank`` axes beside two of channels.
    """
    if not isinstance(weight, Tensor):
        given(name, weight, "weight")
    if weight.ndim != rank + 2:
        raise ShapeError(
            f"{name}{rank}d: the weight has {weight.ndim} dimensions, but {rank + 2} are needed.",
            [("weight", weight.spec, "")],
        )


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
    require_weight("conv", rank, weight)
    kernel = weight.shape[2:]
    if type(stride) is type(padding) is type(dilation) is type(groups) is int:
        return on_batch(_of_numbers(kernel, stride, padding, dilation, groups), input, weight, bias)
    sizes = input.shape[-rank:] if isinstance(padding, str) else None
    op = conv_operator(kernel, stride, padding, dilation, groups, sizes)
    return on_batch(op, input, weight, bias)


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
