"""Max and average pooling layers."""

from __future__ import annotations

from typing import Any, ClassVar, final

from convolens import ops
from convolens.nn.functional._arguments import Ints
from convolens.nn.functional.pooling import (
    avg_pool_operator,
    largest_with,
    max_pool_operator,
    pool_with,
)
from convolens.nn.module import Module
from convolens.tensor import Tensor


class _Pool(Module):
    """A pooling: an operator that is made once, and nothing to learn."""

    operator: ops.MaxPool | ops.AvgPool

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        op = self.operator
        padding = tuple(before for before, _ in op.padding)
        text = f"kernel_size={op.kernel}, stride={op.stride}, padding={padding}"
        if any(d != 1 for d in op.dilation):
            text += f", dilation={op.dilation}"
        return text + f", ceil_mode={op.ceil_mode}"


class _MaxPoolNd(_Pool):
    rank: ClassVar[int]
    operator: ops.MaxPool

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        dilation: Ints = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.return_indices = return_indices
        self.operator = max_pool_operator(
            self.rank, kernel_size, stride, padding, dilation, ceil_mode
        )

    def forward(self, input: Tensor) -> Any:
        """Return the pooled ``input`` [N, C, *I], or one pooled image [C, *I].

        With ``return_indices`` return the places of the largest elements too.
        """
        return largest_with(self.operator, input, self.return_indices)


class _AvgPoolNd(_Pool):
    rank: ClassVar[int]
    operator: ops.AvgPool

    def forward(self, input: Tensor) -> Tensor:
        """Return the pooled ``input`` [N, C, *I], or one pooled image [C, *I]."""
        return pool_with(self.operator, input)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        divisor = self.operator.divisor_override
        text = super().extra_repr()
        return text if divisor is None else f"{text}, divisor_override={divisor}"


class _AvgPoolWithDivisor(_AvgPoolNd):
    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        arguments = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        self.operator = avg_pool_operator(self.rank, *arguments)


@final
class MaxPool1d(_MaxPoolNd):
    """The largest element of each window along one axis.

    Args:
        kernel_size: The window's size.
        stride: The step between windows; the window's size if not given.
        padding: Cells on both sides that never win, at most half the window.
        dilation: The distance between taps.
        return_indices: Return the places of the largest elements too, for ``MaxUnpool1d``.
        ceil_mode: Keep a last window that ends beyond the padded input.

    Shapes:
        [N, C, W] -> [N, C, Q]

    Raises:
        ArgumentError: If an argument is out of range.
    """

    rank: ClassVar[int] = 1


@final
class MaxPool2d(_MaxPoolNd):
    """The largest element of each window along two axes.

    Args:
        kernel_size: The window's size, one number or one an axis.
        stride: The step between windows; the window's size if not given.
        padding: Cells on both sides that never win, at most half the window.
        dilation: The distance between taps.
        return_indices: Return the places of the largest elements too, for ``MaxUnpool2d``.
        ceil_mode: Keep a last window that ends beyond the padded input.

    Shapes:
        [N, C, H, W] -> [N, C, P, Q]

    Raises:
        ArgumentError: If an argument is out of range.

    Example:
        >>> import convolens as cl
        >>> MaxPool2d(2)(cl.zeros(10, 30, 24, 24)).shape
        (10, 30, 12, 12)
    """

    rank: ClassVar[int] = 2


@final
class MaxPool3d(_MaxPoolNd):
    """The largest element of each window along three axes.

    Args:
        kernel_size: The window's size, one number or one an axis.
        stride: The step between windows; the window's size if not given.
        padding: Cells on both sides that never win, at most half the window.
        dilation: The distance between taps.
        return_indices: Return the places of the largest elements too, for ``MaxUnpool3d``.
        ceil_mode: Keep a last window that ends beyond the padded input.

    Shapes:
        [N, C, D, H, W] -> [N, C, O, P, Q]

    Raises:
        ArgumentError: If an argument is out of range.
    """

    rank: ClassVar[int] = 3


@final
class AvgPool1d(_AvgPoolNd):
    """The mean of each window along one axis.

    Args:
        kernel_size: The window's size.
        stride: The step between windows; the window's size if not given.
        padding: Zeros on both sides, at most half the window.
        ceil_mode: Keep a last window that ends beyond the padded input.
        count_include_pad: Whether padding counts in the divisor.

    Shapes:
        [N, C, W] -> [N, C, Q]

    Raises:
        ArgumentError: If an argument is out of range.
    """

    rank: ClassVar[int] = 1

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        arguments = (kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.operator = avg_pool_operator(self.rank, *arguments)


@final
class AvgPool2d(_AvgPoolWithDivisor):
    """The mean of each window along two axes.

    Args:
        kernel_size: The window's size, one number or one an axis.
        stride: The step between windows; the window's size if not given.
        padding: Zeros on both sides, at most half the window.
        ceil_mode: Keep a last window that ends beyond the padded input.
        count_include_pad: Whether padding counts in the divisor.
        divisor_override: What the sums are divided by; not zero. 1 makes the means sums.

    Shapes:
        [N, C, H, W] -> [N, C, P, Q]

    Raises:
        ArgumentError: If an argument is out of range.

    Example:
        >>> import convolens as cl
        >>> AvgPool2d(2)(cl.ones(1, 1, 4, 4)).tolist()
        [[[[1.0, 1.0], [1.0, 1.0]]]]
    """

    rank: ClassVar[int] = 2


@final
class AvgPool3d(_AvgPoolWithDivisor):
    """The mean of each window along three axes.

    Args:
        kernel_size: The window's size, one number or one an axis.
        stride: The step between windows; the window's size if not given.
        padding: Zeros on both sides, at most half the window.
        ceil_mode: Keep a last window that ends beyond the padded input.
        count_include_pad: Whether padding counts in the divisor.
        divisor_override: What the sums are divided by; not zero. 1 makes the means sums.

    Shapes:
        [N, C, D, H, W] -> [N, C, O, P, Q]

    Raises:
        ArgumentError: If an argument is out of range.
    """

    rank: ClassVar[int] = 3
