"""Max unpooling layers: numbers go back to where max pooling found them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, final

from convolens.nn import functional
from convolens.nn.functional._arguments import Ints
from convolens.nn.functional.pooling import steps, window
from convolens.nn.module import Module
from convolens.tensor import Tensor


class _MaxUnpoolNd(Module):
    rank: ClassVar[int]
    function: ClassVar[Callable[..., Tensor]]

    def __init__(self, kernel_size: Ints, stride: Ints | None = None, padding: Ints = 0) -> None:
        super().__init__()
        self.kernel_size = window("kernel_size", kernel_size, self.rank)
        self.stride = steps(stride, self.kernel_size)
        self.padding = window("padding", padding, self.rank)

    def forward(
        self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None
    ) -> Tensor:
        """Return zeros with the numbers of ``input`` at their ``indices``."""
        arguments = (self.kernel_size, self.stride, self.padding, output_size)
        return type(self).function(input, indices, *arguments)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


@final
class MaxUnpool1d(_MaxUnpoolNd):
    """Zeros with the numbers of a pooled axis where they were before.

    Args:
        kernel_size: The window's size.
        stride: The step between windows; the window's size if not given.
        padding: The cells on both sides.

    Shapes:
        [N, C, Q], indices [N, C, Q] -> [N, C, W]
    """

    rank: ClassVar[int] = 1
    function = staticmethod(functional.max_unpool1d)


@final
class MaxUnpool2d(_MaxUnpoolNd):
    """Zeros with the numbers of a pooled image where they were before.

    Where several windows found one pixel, their numbers are the same, and it is written once more.

    Args:
        kernel_size: The window's size, one number or one an axis.
        stride: The step between windows; the window's size if not given.
        padding: The cells on both sides.

    Shapes:
        [N, C, P, Q], indices [N, C, P, Q] -> [N, C, H, W]

    Example:
        >>> import convolens as cl
        >>> pool, unpool = cl.nn.MaxPool2d(2, return_indices=True), MaxUnpool2d(2)
        >>> unpool(*pool(cl.arange(4).float().reshape(1, 1, 2, 2))).tolist()
        [[[[0.0, 0.0], [0.0, 3.0]]]]

    Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2013, section
    2.1.
    """

    rank: ClassVar[int] = 2
    function = staticmethod(functional.max_unpool2d)


@final
class MaxUnpool3d(_MaxUnpoolNd):
    """Zeros with the numbers of a pooled volume where they were before.

    Args:
        kernel_size: The window's size, one number or one an axis.
        stride: The step between windows; the window's size if not given.
        padding: The cells on both sides.

    Shapes:
        [N, C, O, P, Q], indices [N, C, O, P, Q] -> [N, C, D, H, W]
    """

    rank: ClassVar[int] = 3
    function = staticmethod(functional.max_unpool3d)
