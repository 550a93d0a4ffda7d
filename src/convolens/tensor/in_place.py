"""Arithmetic in place: the tensor keeps its memory, and its version counts the change.

While calls are recorded, a change of a tensor that a recorded call made is recorded too. What the
record still needs of the old values must not change under it, so a backward pass that finds a newer
version refuses, as in torch; and a recorded change is refused of memory that other tensors share,
views or what they are views of, since they would be left with a record that is not of their
numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from convolens.errors import DTypeError, GradientError, ShapeError
from convolens.ops import Array
from convolens.tensor.base import Number, TensorBase
from convolens.tensor.grad_mode import is_grad_enabled
from convolens.tensor.observe import changes
from convolens.tensor.promote import category
from convolens.tensor.record import Version

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class InPlace(TensorBase):
    """Arithmetic in place. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def add_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """Add ``alpha`` times ``other``; return the tensor.

        Raises:
            ShapeError: If the result has another shape.
            DTypeError: If the result's type does not fit the tensor's.
            GradientError: If a leaf that requires a gradient is to be changed, or a tensor whose
                memory other tensors share, views or what it is a view of, while calls are recorded.

        Example:
            >>> import convolens as cl
            >>> x = cl.ones(3)
            >>> x.add_(2) is x, x
            (True, tensor([3., 3., 3.]))
        """
        return self._become("add_", self._old(other) + _times(other, alpha))

    def sub_(self, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
        """Subtract ``alpha`` times ``other``; return the tensor. See ``add_``."""
        return self._become("sub_", self._old(other) - _times(other, alpha))

    def mul_(self, other: Tensor | Number) -> Tensor:
        """Multiply by ``other``; return the tensor. See ``add_``."""
        return self._become("mul_", self._old(other, needed=True) * other)

    def div_(self, other: Tensor | Number) -> Tensor:
        """Divide by ``other``; return the tensor. See ``add_``."""
        return self._become("div_", self._old(other, needed=True) / other)

    def __iadd__(self, other: Tensor | Number) -> Tensor:
        return self.add_(other)

    def __isub__(self, other: Tensor | Number) -> Tensor:
        return self.sub_(other)

    def __imul__(self, other: Tensor | Number) -> Tensor:
        return self.mul_(other)

    def __itruediv__(self, other: Tensor | Number) -> Tensor:
        return self.div_(other)

    def _old(
        self, other: Tensor | Number, needed: bool = False, changed: Array | None = None
    ) -> Tensor:
        """Return the tensor as it is before the change, for the record.

        ``needed`` says whether the gradient of ``other`` uses its numbers, ``changed`` what part of
        its array is about to change, if not all.
        """
        recorded = is_grad_enabled() and (self.recorded or getattr(other, "recorded", False))
        if recorded and self.recorded and self.node is None:
            raise GradientError(
                "a leaf Variable that requires grad is being used in an in-place operation.",
                [("tensor", self.spec, "")],
                "do it inside no_grad(), or compute a new tensor: x = x + y.",
            )
        memory = self.array if changed is None else changed
        if recorded and self.version.others_in(memory, self):  # type: ignore[arg-type]
            raise GradientError(
                "the memory is shared by other tensors (views, or what they are views of), which a "
                "change in place would leave without a record of their new numbers.",
                [("tensor", self.spec, "")],
                "compute a new tensor: x = x + y. A part is changed by out[i] = y, while nobody "
                "has a view of it.",
            )
        copied = recorded and needed and getattr(other, "recorded", False)
        array = np.array(self.array, order="K") if copied else self.array
        return self.made(array, self.spec, Version(), self.node)

    def _become(self, name: str, result: Tensor) -> Tensor:
        """Take the numbers and the record of a result.

        Raises:
            ShapeError: If it has another shape.
            DTypeError: If its type is of a higher category, such as float for int64.
            ArgumentError: If the memory is read-only.
        """
        if result.shape != self.shape:
            raise ShapeError(
                f"{name}: the result has shape {list(result.shape)}, but the tensor "
                f"{list(self.shape)}.",
                hint="in place the shape stays: the other operand must broadcast to it.",
            )
        if category(result.dtype) > category(self.dtype):
            raise DTypeError(
                f"{name}: the result is {result.dtype.name}, which {self.dtype.name} cannot hold.",
                hint=f"convert the tensor first: x = x.to({result.dtype.name}).",
            )
        result = result.to(self.dtype)
        self._require_writable()
        self.version.recall()
        for notice in changes:
            notice(self.array, result.array)
        np.copyto(self.array, result.array)
        self.version.bump()
        if result.node is not None:
            if self.node is not None and self.node.retained is self:
                self.node.retained, result.node.retained = None, self
            self.node, self.recorded = result.node, True
        return self  # type: ignore[return-value]


def in_place(
    name: str, input: Tensor, compute: Callable[[Tensor], Tensor], needed: bool = True
) -> Tensor:
    """Return ``input`` after it has taken what ``compute`` makes of it.

    ``needed`` says whether the gradient uses its numbers as they are before.

    Raises:
        GradientError: As ``add_``.

    Example:
        >>> import convolens as cl
        >>> x = cl.tensor([-2.0, 3.0])
        >>> in_place("relu_", x, cl.relu) is x, x
        (True, tensor([0., 3.]))
    """
    return input._become(name, compute(input._old(input, needed)))


def _times(other: Tensor | Number, alpha: Number) -> Tensor | Number:
    return other if alpha == 1 else other * alpha
