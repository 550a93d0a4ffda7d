"""Exchanges between channels and pixels as functions."""

from __future__ import annotations

from operator import index

from convolens import ops
from convolens.errors import DTypeError
from convolens.tensor import Tensor, apply


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Return input [*N, C f^2, H, W] as an image [*N, C, H f, W f] for the factor f.

    Raises:
        ShapeError: If f^2 does not divide the channels, or there are fewer than 3 axes.
        ArgumentError: If the factor is below 1.

    Example:
        >>> import convolens as cl
        >>> pixel_shuffle(cl.arange(4).reshape(4, 1, 1), 2).tolist()
        [[[0, 1], [2, 3]]]
    """
    return apply(ops.PixelShuffle(_whole("upscale_factor", upscale_factor)), input)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Return input [*N, C, H f, W f] as an image [*N, C f^2, H, W] for the factor f.

    Raises:
        ShapeError: If f does not divide the height or the width, or there are fewer than 3 axes.
        ArgumentError: If the factor is below 1.

    Example:
        >>> import convolens as cl
        >>> pixel_unshuffle(cl.arange(4).reshape(1, 2, 2), 2).tolist()
        [[[0]], [[1]], [[2]], [[3]]]
    """
    return apply(ops.PixelUnshuffle(_whole("downscale_factor", downscale_factor)), input)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Return input [N, C, *I] with the channels of ``groups`` groups dealt out in turn.

    Raises:
        ShapeError: If the groups do not divide the channels, or there are fewer than 3 axes.
        ArgumentError: If there is no group.

    Example:
        >>> import convolens as cl
        >>> channel_shuffle(cl.arange(6).reshape(1, 6, 1), 2).flatten().tolist()
        [0, 3, 1, 4, 2, 5]
    """
    return apply(ops.ChannelShuffle(_whole("groups", groups)), input)


def _whole(name: str, value: int) -> int:
    try:
        return index(value)
    except TypeError:
        raise DTypeError(f"{name} is {value!r}, but must be a whole number.") from None
