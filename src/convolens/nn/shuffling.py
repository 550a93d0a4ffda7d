"""Layers that exchange channels and pixels."""

from __future__ import annotations

from typing import final

from convolens.nn import functional
from convolens.nn.module import Module
from convolens.tensor import Tensor


@final
class PixelShuffle(Module):
    """Channels laid out as pixels of an image ``upscale_factor`` times as wide and as high.

    Args:
        upscale_factor: f, the factor.

    Shapes:
        [*N, C f^2, H, W] -> [*N, C, H f, W f]

    Raises:
        ShapeError: When it is called, if f^2 does not divide the channels.

    Example:
        >>> import convolens as cl
        >>> PixelShuffle(3)(cl.zeros(1, 9, 4, 4)).shape
        (1, 1, 12, 12)
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` [*N, C f^2, H, W] with more pixels and fewer channels."""
        return functional.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"upscale_factor={self.upscale_factor}"


@final
class PixelUnshuffle(Module):
    """Squares of pixels laid out as channels: the inverse of ``PixelShuffle``.

    Args:
        downscale_factor: f, the factor.

    Shapes:
        [*N, C, H f, W f] -> [*N, C f^2, H, W]

    Raises:
        ShapeError: When it is called, if f does not divide the height or the width.

    Example:
        >>> import convolens as cl
        >>> PixelUnshuffle(3)(cl.zeros(1, 1, 12, 12)).shape
        (1, 9, 4, 4)
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` [*N, C, H f, W f] with fewer pixels and more channels."""
        return functional.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"downscale_factor={self.downscale_factor}"


@final
class ChannelShuffle(Module):
    """The channels of several groups dealt out in turn, so that groups that follow mix them.

    Args:
        groups: In how many groups the channels are.

    Shapes:
        [N, C, *I] -> [N, C, *I]

    Raises:
        ShapeError: When it is called, if the groups do not divide the channels.

    Example:
        >>> import convolens as cl
        >>> ChannelShuffle(2)(cl.arange(4).reshape(1, 4, 1, 1)).flatten().tolist()
        [0, 2, 1, 3]
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` [N, C, *I] with its channels in another order."""
        return functional.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"groups={self.groups}"
