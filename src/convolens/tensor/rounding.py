"""Elements rounded to whole numbers, and divisions to whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convolens import ops
from convolens.errors import DTypeError
from convolens.spec import FLOATS, bool_
from convolens.tensor.apply import apply
from convolens.tensor.arithmetic import binary
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.named import call

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Rounding(TensorBase):
    """Whole numbers from others. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def round(self) -> Tensor:
        """Return the whole number nearest to each element, the even one of two.

        Raises:
            DTypeError: If the elements are truth values.

        Example:
            >>> import convolens as cl
            >>> cl.tensor([0.5, 1.5, -1.7]).round().tolist()
            [0.0, 2.0, -2.0]
        """
        return self._rounded("nearest")

    def floor(self) -> Tensor:
        """Return the largest whole number that is not above each element; see ``round``."""
        return self._rounded("floor")

    def ceil(self) -> Tensor:
        """Return the smallest whole number that is not below each element; see ``round``."""
        return self._rounded("ceil")

    def trunc(self) -> Tensor:
        """Return each element without its fraction; see ``round``."""
        return self._rounded("trunc")

    def _rounded(self, way: str) -> Tensor:
        if self.dtype in FLOATS:
            return apply(ops.Round(way), self)
        if self.dtype == bool_:
            raise DTypeError("truth values cannot be rounded.", hint="convert them: x.long().")
        return self.clone()  # type: ignore[attr-defined, no-any-return]

    def floor_divide(self, other: Tensor | Number) -> Tensor:
        """Return the quotient rounded down.

        Raises:
            ShapeError: If the shapes do not broadcast.
            DTypeError: If ``other`` is neither a tensor nor a number, or both are truth values.
            ArgumentError: If whole numbers are divided by 0.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([-7, 7])
            >>> (x // 2).tolist(), (x % 2).tolist()
            ([-4, 3], [1, 1])
        """
        return call("floor_divide", ops.FloorDivide(), self, other)

    def remainder(self, other: Tensor | Number) -> Tensor:
        """Return what remains of a division rounded down: it has the sign of ``other``."""
        return call("remainder", ops.Remainder(), self, other)

    def __floordiv__(self, other: Tensor | Number) -> Tensor:
        return binary(ops.FloorDivide(), self, other)

    def __rfloordiv__(self, other: Number) -> Tensor:
        return binary(ops.FloorDivide(), other, self)

    def __mod__(self, other: Tensor | Number) -> Tensor:
        return binary(ops.Remainder(), self, other)

    def __rmod__(self, other: Number) -> Tensor:
        return binary(ops.Remainder(), other, self)
