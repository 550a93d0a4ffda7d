"""Assignment to a part of a tensor, as calls: for those who record, and those who look on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convolens.ops import IndexSelect, Where
from convolens.spec import FLOATS
from convolens.tensor.apply import apply
from convolens.tensor.base import TensorBase
from convolens.tensor.grad_mode import is_grad_enabled
from convolens.tensor.in_place import InPlace
from convolens.tensor.indexing import is_basic, view_of
from convolens.tensor.observe import changes

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Assignment(InPlace):
    """``x[index] = value`` while calls are recorded or changes watched. A part of ``Tensor``.

    Example:
        >>> import convolens as cl
        >>> x = cl.ones(3, requires_grad=True)
        >>> y = x * 2
        >>> y[0] = 5.0
        >>> y.sum().backward()
        >>> y.tolist(), x.grad.tolist()
        ([5.0, 2.0, 2.0], [0.0, 2.0, 2.0])
    """

    __slots__ = ()

    def _fill_from(self, place: Any, value: Any) -> None:
        given = isinstance(value, TensorBase) and value.recorded
        recorded = is_grad_enabled() and (self.recorded or given)
        watched = bool(changes) and self.dtype in FLOATS
        if not (recorded or watched):
            super()._fill_from(place, value)
            return
        old = self._old(value, changed=view_of(self.array, place) if is_basic(place) else None)
        numbers = np.arange(self.array.size).reshape(self.shape)
        places = self.leaf(numbers)[place].array
        taken = np.zeros(self.array.size, np.bool_)
        taken[places.reshape(-1)] = True
        if given or (watched and isinstance(value, TensorBase)):
            new = self._placed(value, places)
        else:
            new = self.leaf(np.zeros(self.shape, self.dtype))
            super(Assignment, new)._fill_from(place, value)
        mask = self.leaf(taken.reshape(self.shape))
        self._become("assignment", apply(Where(), mask, new, old) if places.size else old)

    def copy_(self, source: Any) -> Tensor:
        """Overwrite the elements with those of ``source``; return the tensor."""
        self._fill_from(..., source)
        return self  # type: ignore[return-value]

    def fill_(self, value: Any) -> Tensor:
        """Overwrite the elements with one number; return the tensor."""
        self._fill_from(..., value)
        return self  # type: ignore[return-value]

    def zero_(self) -> Tensor:
        """Overwrite the elements with zero; return the tensor."""
        return self.fill_(0)

    def _placed(self, value: Tensor, places: Any) -> Tensor:
        """Return a tensor of this shape with a value's numbers at the places it is given to."""
        value = value.to(self.dtype)
        while value.ndim > places.ndim and value.shape[0] == 1:
            value = value.squeeze(0)
        source = np.zeros(self.array.size, np.int64)
        source[places.reshape(-1)] = np.arange(places.size)  # of several for one place, the last
        numbers = value.expand(places.shape).reshape(-1)
        if not places.size:
            return numbers
        return apply(IndexSelect(0), numbers, self.leaf(source)).reshape(self.shape)
