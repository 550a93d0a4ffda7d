"""Layers that pad images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, final

from convolens.nn import functional
from convolens.nn.functional._arguments import each_axis
from convolens.nn.module import Module
from convolens.ops._padding_taps import Mode
from convolens.tensor import Tensor

Cells = int | Sequence[int]


class _Pad(Module):
    """A padding: the cells before and after each axis, the last axis first."""

    rank: ClassVar[int]
    mode: ClassVar[Mode]

    def __init__(self, padding: Cells) -> None:
        super().__init__()
        self.padding = each_axis("padding", padding, 2 * self.rank)

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` with cells around it."""
        return functional.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return str(self.padding)


class _ConstantPad(_Pad):
    mode: ClassVar[Mode] = "constant"

    def __init__(self, padding: Cells, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input`` with constant cells around it."""
        return functional.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        """Return the arguments to show."""
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_Pad):
    mode: ClassVar[Mode] = "constant"


class _ReflectionPad(_Pad):
    mode: ClassVar[Mode] = "reflect"


class _ReplicationPad(_Pad):
    mode: ClassVar[Mode] = "replicate"


class _CircularPad(_Pad):
    mode: ClassVar[Mode] = "circular"


@final
class ConstantPad1d(_ConstantPad):
    """Cells of one value around one axis.

    Args:
        padding: (left, right), or one number for all; negative numbers crop.
        value: What the cells hold.

    Shapes:
        [N, C, W] -> [N, C, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 2 numbers.

    Example:
        >>> import convolens as cl
        >>> ConstantPad1d(1, 5.0)(cl.zeros(1, 2)).tolist()
        [[5.0, 0.0, 0.0, 5.0]]
    """

    rank: ClassVar[int] = 1


@final
class ConstantPad2d(_ConstantPad):
    """Cells of one value around two axes.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers crop.
        value: What the cells hold.

    Shapes:
        [N, C, H, W] -> [N, C, H + top + bottom, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 4 numbers.
    """

    rank: ClassVar[int] = 2


@final
class ConstantPad3d(_ConstantPad):
    """Cells of one value around three axes.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative
            numbers crop.
        value: What the cells hold.

    Shapes:
        [N, C, D, H, W] -> [N, C, D + front + back, H + top + bottom, W + left + right];
        without N too

    Raises:
        ArgumentError: If there are not 6 numbers.
    """

    rank: ClassVar[int] = 3


@final
class ZeroPad1d(_ZeroPad):
    """Zeros around one axis.

    Args:
        padding: (left, right), or one number for all; negative numbers crop.

    Shapes:
        [N, C, W] -> [N, C, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 2 numbers.
    """

    rank: ClassVar[int] = 1


@final
class ZeroPad2d(_ZeroPad):
    """Zeros around two axes.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers crop.

    Shapes:
        [N, C, H, W] -> [N, C, H + top + bottom, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 4 numbers.

    Example:
        >>> import convolens as cl
        >>> ZeroPad2d((1, 1, 0, 2))(cl.ones(1, 3, 4, 5)).shape
        (1, 3, 6, 7)
    """

    rank: ClassVar[int] = 2


@final
class ZeroPad3d(_ZeroPad):
    """Zeros around three axes.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative
            numbers crop.

    Shapes:
        [N, C, D, H, W] -> [N, C, D + front + back, H + top + bottom, W + left + right];
        without N too

    Raises:
        ArgumentError: If there are not 6 numbers.
    """

    rank: ClassVar[int] = 3


@final
class ReflectionPad1d(_ReflectionPad):
    """The cells inside, mirrored at the edge cells, around one axis.

    Args:
        padding: (left, right), or one number for all; negative numbers crop; smaller than
            the axis.

    Shapes:
        [N, C, W] -> [N, C, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 2 numbers.

    Example:
        >>> import convolens as cl
        >>> ReflectionPad1d(2)(cl.tensor([[0.0, 1.0, 2.0]])).tolist()
        [[2.0, 1.0, 0.0, 1.0, 2.0, 1.0, 0.0]]
    """

    rank: ClassVar[int] = 1


@final
class ReflectionPad2d(_ReflectionPad):
    """The cells inside, mirrored at the edge cells, around two axes.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers crop;
            smaller than the axis.

    Shapes:
        [N, C, H, W] -> [N, C, H + top + bottom, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 4 numbers.
    """

    rank: ClassVar[int] = 2


@final
class ReflectionPad3d(_ReflectionPad):
    """The cells inside, mirrored at the edge cells, around three axes.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative
            numbers crop; smaller than the axis.

    Shapes:
        [N, C, D, H, W] -> [N, C, D + front + back, H + top + bottom, W + left + right];
        without N too

    Raises:
        ArgumentError: If there are not 6 numbers.
    """

    rank: ClassVar[int] = 3


@final
class ReplicationPad1d(_ReplicationPad):
    """The edge cells, repeated, around one axis.

    Args:
        padding: (left, right), or one number for all; negative numbers crop.

    Shapes:
        [N, C, W] -> [N, C, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 2 numbers.

    Example:
        >>> import convolens as cl
        >>> ReplicationPad1d(1)(cl.tensor([[0.0, 1.0, 2.0]])).tolist()
        [[0.0, 0.0, 1.0, 2.0, 2.0]]
    """

    rank: ClassVar[int] = 1


@final
class ReplicationPad2d(_ReplicationPad):
    """The edge cells, repeated, around two axes.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers crop.

    Shapes:
        [N, C, H, W] -> [N, C, H + top + bottom, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 4 numbers.
    """

    rank: ClassVar[int] = 2


@final
class ReplicationPad3d(_ReplicationPad):
    """The edge cells, repeated, around three axes.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative
            numbers crop.

    Shapes:
        [N, C, D, H, W] -> [N, C, D + front + back, H + top + bottom, W + left + right];
        without N too

    Raises:
        ArgumentError: If there are not 6 numbers.
    """

    rank: ClassVar[int] = 3


@final
class CircularPad1d(_CircularPad):
    """The cells of the other side around one axis.

    Args:
        padding: (left, right), or one number for all; negative numbers crop; at most as
            long as the axis.

    Shapes:
        [N, C, W] -> [N, C, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 2 numbers.

    Example:
        >>> import convolens as cl
        >>> CircularPad1d(1)(cl.tensor([[0.0, 1.0, 2.0]])).tolist()
        [[2.0, 0.0, 1.0, 2.0, 0.0]]
    """

    rank: ClassVar[int] = 1


@final
class CircularPad2d(_CircularPad):
    """The cells of the other side around two axes.

    Args:
        padding: (left, right, top, bottom), or one number for all; negative numbers crop;
            at most as long as the axis.

    Shapes:
        [N, C, H, W] -> [N, C, H + top + bottom, W + left + right]; without N too

    Raises:
        ArgumentError: If there are not 4 numbers.
    """

    rank: ClassVar[int] = 2


@final
class CircularPad3d(_CircularPad):
    """The cells of the other side around three axes.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all; negative
            numbers crop; at most as long as the axis.

    Shapes:
        [N, C, D, H, W] -> [N, C, D + front + back, H + top + bottom, W + left + right];
        without N too

    Raises:
        ArgumentError: If there are not 6 numbers.
    """

    rank: ClassVar[int] = 3
