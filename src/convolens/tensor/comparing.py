"""Comparisons, tests of single elements, and truth values combined. None of them is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convolens.errors import ArgumentError, DTypeError
from convolens.ops._elementwise import broadcast
from convolens.spec import FLOATS, bool_
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.promote import result_type

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Comparing(TensorBase):
    """Comparisons and truth values. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def eq(self, other: Tensor | Number) -> Tensor:
        """Return whether elements are equal: ``self == other``."""
        return _truth(self == other)

    def ne(self, other: Tensor | Number) -> Tensor:
        """Return whether elements differ: ``self != other``."""
        return _truth(self != other)

    def lt(self, other: Tensor | Number) -> Tensor:
        """Return whether elements are smaller: ``self < other``."""
        return _truth(self.__lt__(other))  # type: ignore[operator]

    def le(self, other: Tensor | Number) -> Tensor:
        """Return whether elements are not larger: ``self <= other``."""
        return _truth(self.__le__(other))  # type: ignore[operator]

    def gt(self, other: Tensor | Number) -> Tensor:
        """Return whether elements are larger: ``self > other``."""
        return _truth(self.__gt__(other))  # type: ignore[operator]

    def ge(self, other: Tensor | Number) -> Tensor:
        """Return whether elements are not smaller: ``self >= other``."""
        return _truth(self.__ge__(other))  # type: ignore[operator]

    def __contains__(self, element: object) -> bool:
        found = self == element
        if not isinstance(found, TensorBase):
            raise DTypeError(
                f"whether a {type(element).__name__} is in a tensor cannot be said.",
                hint="ask for a number or a tensor.",
            )
        return bool(found.array.any())

    def equal(self, other: Tensor) -> bool:
        """Return whether both have one shape and the same elements."""
        _require_tensor("equal", other)
        return self.shape == other.shape and bool(np.array_equal(self.array, other.array))

    def isclose(
        self, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
    ) -> Tensor:
        """Return whether |self - other| <= atol + rtol |other|, element by element.

        Infinities are close to themselves; a NaN is close to a NaN if ``equal_nan``.

        Raises:
            DTypeError: If the types differ.
            ShapeError: If the shapes do not broadcast.
            ArgumentError: If ``rtol`` or ``atol`` is negative.
        """
        _require_tensor("isclose", other)
        if not (rtol >= 0 and atol >= 0):
            raise ArgumentError(
                f"isclose: rtol is {rtol} and atol {atol}, but neither may be negative."
            )
        if self.dtype != other.dtype:
            raise DTypeError(
                f"isclose: the types differ: {self.dtype.name} and {other.dtype.name}.",
                [("self", self.spec, ""), ("other", other.spec, "")],
                "convert one of them with .to(dtype).",
            )
        broadcast("isclose", self=self.spec, other=other.spec)
        close = np.isclose(self.array, other.array, rtol, atol, equal_nan)
        return self.leaf(np.asarray(close))

    def allclose(
        self, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
    ) -> bool:
        """Return whether all elements are close; see ``isclose``.

        Example:
            >>> import convolens as cl
            >>> cl.ones(3).allclose(cl.ones(3) + 1e-6)
            True
        """
        return bool(self.isclose(other, rtol, atol, equal_nan).array.all())

    def isnan(self) -> Tensor:
        """Return whether elements are not a number."""
        return self._test(np.isnan, False)

    def isinf(self) -> Tensor:
        """Return whether elements are infinite."""
        return self._test(np.isinf, False)

    def isfinite(self) -> Tensor:
        """Return whether elements are finite numbers."""
        return self._test(np.isfinite, True)

    def _test(self, test: np.ufunc, of_whole_numbers: bool) -> Tensor:
        if self.dtype in FLOATS:
            return self.leaf(np.asarray(test(self.array)))
        return self.leaf(np.full(self.shape, of_whole_numbers))

    # Truth values.

    def logical_not(self) -> Tensor:
        """Return whether elements are 0."""
        return self.leaf(np.asarray(np.logical_not(self.array)))

    def logical_and(self, other: Tensor) -> Tensor:
        """Return whether both elements are not 0."""
        return self._logical(np.logical_and, other)

    def logical_or(self, other: Tensor) -> Tensor:
        """Return whether one element or both are not 0."""
        return self._logical(np.logical_or, other)

    def logical_xor(self, other: Tensor) -> Tensor:
        """Return whether one element is 0 and the other is not."""
        return self._logical(np.logical_xor, other)

    def _logical(self, function: np.ufunc, other: Tensor) -> Tensor:
        _require_tensor(function.__name__, other)
        broadcast(function.__name__, self=self.spec, other=other.spec)
        return self.leaf(np.asarray(function(self.array, other.array)))

    def __and__(self, other: Tensor | int) -> Tensor:
        return self._bitwise(np.bitwise_and, other)

    def __or__(self, other: Tensor | int) -> Tensor:
        return self._bitwise(np.bitwise_or, other)

    def __xor__(self, other: Tensor | int) -> Tensor:
        return self._bitwise(np.bitwise_xor, other)

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    def __invert__(self) -> Tensor:
        _require_bits("~", self)
        return self.leaf(np.asarray(np.invert(self.array)))

    def _bitwise(self, function: np.ufunc, other: Any) -> Tensor:
        if isinstance(other, bool | int):
            # As in torch, a number is of the tensor's type, but among truths it is int64.
            is_number = self.dtype == bool_ and not isinstance(other, bool)
            try:
                bits = np.asarray(other, np.int64)
            except OverflowError:
                raise ArgumentError(f"{function.__name__}: {other} does not fit int64.") from None
            other = self.leaf(bits if is_number else bits.astype(self.dtype))
        if not isinstance(other, TensorBase):
            return NotImplemented  # type: ignore[no-any-return]
        for tensor in (self, other):
            _require_bits(function.__name__, tensor)
        broadcast(function.__name__, self=self.spec, other=other.spec)
        common = result_type([self, other])
        return self.leaf(
            np.asarray(function(self.array.astype(common), other.array.astype(common)))
        )


def _truth(result: Any) -> Tensor:
    if result is NotImplemented or isinstance(result, bool):
        raise DTypeError("a tensor can be compared with tensors and numbers.")
    return result  # type: ignore[no-any-return]


def _require_tensor(name: str, other: object) -> None:
    if not isinstance(other, TensorBase):
        raise DTypeError(
            f"{name}: a tensor is needed, not {type(other).__name__}.",
            hint="make one: convolens.tensor(...).",
        )


def _require_bits(name: str, tensor: TensorBase) -> None:
    if tensor.dtype in FLOATS:
        raise DTypeError(
            f"{name}: {tensor.dtype.name} has no bits to combine.",
            [("tensor", tensor.spec, "")],
            "compare first: (x > 0) & (y > 0).",
        )
