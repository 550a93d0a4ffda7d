"""Layers that take images apart into patches, and put them together again."""

from __future__ import annotations

from typing import final

from convolens.nn import functional
from convolens.nn.functional._arguments import Ints
from convolens.nn.module import Module
from convolens.tensor import Tensor


@final
class Unfold(Module):
    """The patches of images as columns (im2col).

    Args:
        kernel_size: The size of a patch, one number or (R, S).
        dilation: The distance between a patch's taps.
        padding: Zeros on both sides of the image.
        stride: The step between patches.

    Shapes:
        [N, C, H, W] -> [N, C R S, P Q]; [C, H, W] -> [C R S, P Q]

    Raises:
        ArgumentError: When it is called, if an argument is out of range.

    Example:
        >>> import convolens as cl
        >>> Unfold(3, padding=1)(cl.zeros(10, 4, 6, 5)).shape
        (10, 36, 30)
    """

    def __init__(
        self, kernel_size: Ints, dilation: Ints = 1, padding: Ints = 0, stride: Ints = 1
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Return the patches of ``input`` [N, C, H, W], or of one image [C, H, W]."""
        return functional.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
            f"stride={self.stride}"
        )


@final
class Fold(Module):
    """Images in which patches are added up (col2im).

    Args:
        output_size: The size of the images, one number or (H, W).
        kernel_size: The size of a patch, one number or (R, S).
        dilation: The distance between a patch's taps.
        padding: Zeros on both sides of the images that the patches were taken from.
        stride: The step between patches.

    Shapes:
        [N, C R S, P Q] -> [N, C, H, W]; [C R S, P Q] -> [C, H, W]

    Raises:
        ArgumentError: When it is called, if an argument is out of range.

    Example:
        >>> import convolens as cl
        >>> Fold((6, 5), 3, padding=1)(cl.zeros(10, 36, 30)).shape
        (10, 4, 6, 5)
    """

    def __init__(
        self,
        output_size: Ints,
        kernel_size: Ints,
        dilation: Ints = 1,
        padding: Ints = 0,
        stride: Ints = 1,
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Return the images that the patches of ``input`` add up to."""
        return functional.fold(
            input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride
        )

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, "
            f"dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
        )
