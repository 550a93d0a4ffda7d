"""Patches of images as functions."""

from __future__ import annotations

from convolens import ops
from convolens.errors import ShapeError
from convolens.nn.functional._arguments import Ints, each_axis
from convolens.ops._taps import Pair
from convolens.tensor import Tensor, apply

_RANK = 2
_Geometry = tuple[tuple[int, ...], tuple[int, ...], tuple[Pair, ...], tuple[int, ...]]


def _geometry(kernel_size: Ints, dilation: Ints, padding: Ints, stride: Ints) -> _Geometry:
    """Return kernel, stride, padding and dilation, one entry an axis."""
    return (
        each_axis("kernel_size", kernel_size, _RANK),
        each_axis("stride", stride, _RANK),
        tuple((cells, cells) for cells in each_axis("padding", padding, _RANK)),
        each_axis("dilation", dilation, _RANK),
    )


def unfold(
    input: Tensor, kernel_size: Ints, dilation: Ints = 1, padding: Ints = 0, stride: Ints = 1
) -> Tensor:
    """Return the patches of input [N, C, H, W] as columns: [N, C R S, P Q].

    Args:
        input: The images, or one image [C, H, W].
        kernel_size: (R, S), the size of a patch.
        dilation: The distance between a patch's taps.
        padding: Zeros on both sides of the image.
        stride: The step between patches.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If input is not images, or a patch does not fit in.

    Example:
        >>> import convolens as cl
        >>> unfold(cl.arange(9).float().reshape(1, 1, 3, 3), 2)[0, :, 0].tolist()
        [0.0, 1.0, 3.0, 4.0]
    """
    op = ops.Unfold(*_geometry(kernel_size, dilation, padding, stride))
    if input.ndim == _RANK + 1:
        return apply(op, input.unsqueeze(0)).squeeze(0)
    return apply(op, input)


def fold(
    input: Tensor,
    output_size: Ints,
    kernel_size: Ints,
    dilation: Ints = 1,
    padding: Ints = 0,
    stride: Ints = 1,
) -> Tensor:
    """Return images [N, C, H, W] in which the patches of input [N, C R S, P Q] are added up.

    Args:
        input: The columns of patches, or those of one image [C R S, P Q].
        output_size: (H, W).
        kernel_size: (R, S), the size of a patch.
        dilation: The distance between a patch's taps.
        padding: Zeros on both sides of the image that the patches were taken from.
        stride: The step between patches.

    Raises:
        ArgumentError: If an argument is out of range.
        ShapeError: If the columns are not those of such patches.

    Example:
        >>> import convolens as cl
        >>> ones = unfold(cl.ones(1, 1, 3, 3), 2)
        >>> fold(ones, (3, 3), 2).tolist()  # how many patches each pixel is in
        [[[[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]]]
    """
    sizes = each_axis("output_size", output_size, _RANK)
    op = ops.Fold(*_geometry(kernel_size, dilation, padding, stride), sizes=sizes)
    if input.ndim not in (2, 3):
        raise ShapeError(
            f"fold: the input has {input.ndim} dimensions, but must have 3, or 2 for one image.",
            [("input", input.spec, "")],
        )
    if input.ndim == 2:
        return apply(op, input.unsqueeze(0)).squeeze(0)
    return apply(op, input)
