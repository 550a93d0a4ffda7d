"""Power-average pooling layers."""

from __future__ import annotations

from typing import ClassVar, final

from convolens.nn.functional._arguments import Ints
from convolens.nn.functional.lp_pool import lp_pool
from convolens.nn.module import Module
from convolens.tensor import Tensor


class _LPPoolNd(Module):
    rank: ClassVar[int]

    def __init__(
        self,
        norm_type: float,
        kernel_size: Ints,
        stride: Ints | None = None,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        """Return the pooled ``input`` [N, C, *I], or one pooled image [C, *I]."""
        arguments = (self.norm_type, self.kernel_size, self.stride, self.ceil_mode)
        return lp_pool(self.rank, input, *arguments)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


@final
class LPPool1d(_LPPoolNd):
    """The p-norm of each window along one axis: (sum of x^p)^(1/p).

    Args:
        norm_type: p, not zero; infinity gives the largest absolute value.
        kernel_size: The window's size.
        stride: The step between windows; the window's size if not given.
        ceil_mode: Keep a last window that ends beyond the input.

    Shapes:
        [N, C, W] -> [N, C, Q]
    """

    rank: ClassVar[int] = 1


@final
class LPPool2d(_LPPoolNd):
    """The p-norm of each window along two axes: (sum of x^p)^(1/p).

    With p = 1 it adds, with p towards infinity it takes the maximum. A sum below zero, from an odd
    power, is NaN. Where a sum is 0 the gradient is 0.

    Args:
        norm_type: p, not zero; infinity gives the largest absolute value.
        kernel_size: The window's size, one number or one an axis.
        stride: The step between windows; the window's size if not given.
        ceil_mode: Keep a last window that ends beyond the input.

    Shapes:
        [N, C, H, W] -> [N, C, P, Q]

    Example:
        >>> import convolens as cl
        >>> LPPool2d(2, 2)(cl.tensor([[[[3.0, 0.0], [0.0, 4.0]]]])).item()
        5.0
    """

    rank: ClassVar[int] = 2


@final
class LPPool3d(_LPPoolNd):
    """The p-norm of each window along three axes: (sum of x^p)^(1/p).

    Args:
        norm_type: p, not zero; infinity gives the largest absolute value.
        kernel_size: The window's size, one number or one an axis.
        stride: The step between windows; the window's size if not given.
        ceil_mode: Keep a last window that ends beyond the input.

    Shapes:
        [N, C, D, H, W] -> [N, C, O, P, Q]
    """

    rank: ClassVar[int] = 3
