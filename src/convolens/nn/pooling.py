"""Max and average pooling layers."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import Any, ClassVar, TypeVar, final

from convolens import ops
from convolens.nn.functional._arguments import Ints
from convolens.nn.functional.pooling import (
    avg_pool_operator,
    largest_with,
    max_pool_operator,
    pool_with,
    window,
)
from convolens.nn.module import Module
from convolens.tensor import Tensor

P = TypeVar("P", ops.MaxPool, ops.AvgPool)


class _Pool(Module):
    """A pooling: its arguments, the operator that follows from them, and nothing to learn."""

    rank: ClassVar[int]
    kernel_size: Ints
    stride: Ints
    padding: Ints
    ceil_mode: bool

    def _take(self, kernel_size: Ints, stride: Ints | None, padding: Ints, ceil_mode: bool) -> None:
        """Keep torch's attributes: a stride that is not given is the size of the window."""
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode

    def _made(self, make: Callable[..., P], *arguments: Any) -> P:
        """Return the operator for arguments; the last one, if they are the same objects as then."""
        last: tuple[tuple[Any, ...], P] | None = self.__dict__.get("_last")
        if last is not None and all(map(is_, last[0], arguments)):
            return last[1]
        operator = make(self.rank, *arguments)
        if not any(isinstance(argument, list) for argument in arguments):  # lists may change
            object.__setattr__(self, "_last", (arguments, operator))
        return operator


class _MaxPoolNd(_Pool):
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
        self._take(kernel_size, stride, padding, ceil_mode)
        self.dilation = dilation
        self.return_indices = return_indices
        self.operator  # noqa: B018 its arguments are checked

    @property
    def operator(self) -> ops.MaxPool:
        """The operator that the attributes ask for."""
        return self._made(
            max_pool_operator,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.ceil_mode,
        )

    def forward(self, input: Tensor) -> Any:
        """Return the pooled ``input`` [N, C, *I], or one pooled image [C, *I].

        With ``return_indices`` return the places of the largest elements too.
        """
        return largest_with(self.operator, input, self.return_indices)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class _AvgPoolNd(_Pool):
    count_include_pad: bool
    divisor_override: int | None = None

    @property
    def operator(self) -> ops.AvgPool:
        """The operator that the attributes ask for."""
        return self._made(
            avg_pool_operator,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def forward(self, input: Tensor) -> Tensor:
        """Return the pooled ``input`` [N, C, *I], or one pooled image [C, *I]."""
        return pool_with(self.operator, input)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


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
        self._take(kernel_size, stride, padding, ceil_mode)
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override
        self.operator  # noqa: B018 its arguments are checked


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
        kernel = window("kernel_size", kernel_size, 1)
        step = None if stride is None else window("stride", stride, 1)
        self._take(kernel, step, window("padding", padding, 1), ceil_mode)
        self.count_include_pad = count_include_pad
        self.operator  # noqa: B018 its arguments are checked


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
