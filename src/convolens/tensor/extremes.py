"""The largest and the smallest numbers of a tensor, and where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from convolens import ops
from convolens.errors import ArgumentError, IndexRangeError
from convolens.spec import FLOATS, bool_
from convolens.tensor.apply import apply
from convolens.tensor.axes import Axes, one_axis, several_axes
from convolens.tensor.base import TensorBase

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


class Picked(NamedTuple):
    """Numbers of a tensor, and their indices along the axis that they were picked from."""

    values: Tensor
    indices: Tensor


class Extremes(TensorBase):
    """The largest and smallest numbers. Abstract: a part of ``Tensor``."""

    __slots__ = ()

    def max(self, dim: int | Tensor | None = None, keepdim: bool = False) -> Any:
        """Return the largest element; along ``dim`` the largest ones and their indices.

        With a tensor in the place of ``dim``, return the larger of two elements: see ``maximum``.
        A NaN is larger than any number. Of equal ones the first is taken along ``dim``; without it
        all that are equal share the gradient evenly.

        Raises:
            ArgumentError: If there is no element.
            IndexRangeError: If there is no such axis, or it has no elements.

        Example:
            >>> import convolens as cl
            >>> x = cl.tensor([[1.0, 5.0], [7.0, 0.0]])
            >>> x.max().item(), x.max(dim=1).indices.tolist()
            (7.0, [1, 0])
        """
        return self._extreme("max", ops.AMax, ops.ArgMax, dim, keepdim)

    def min(self, dim: int | Tensor | None = None, keepdim: bool = False) -> Any:
        """Return the smallest element; along ``dim`` the smallest ones and their indices.

        A NaN is smaller than any number here. See ``max``.
        """
        return self._extreme("min", ops.AMin, ops.ArgMin, dim, keepdim)

    def _extreme(
        self,
        name: str,
        whole: type[ops.AMax | ops.AMin],
        place: type[ops.ArgMax | ops.ArgMin],
        dim: Any,
        keepdim: bool,
    ) -> Tensor | Picked:
        if isinstance(dim, TensorBase):
            return getattr(self, f"{name}imum")(dim)  # type: ignore[no-any-return]
        if dim is None:
            return self._over(name, whole, None, keepdim=False)
        axis = one_axis(name, dim, self.ndim)
        if self.ndim == 0:
            return Picked(self.reshape(()), self.leaf(np.asarray(0, np.int64)))  # type: ignore[attr-defined]
        numbers = self.to(np.uint8) if self.dtype == bool_ else self  # type: ignore[attr-defined]
        indices = apply(place(axis, True), numbers)
        values = apply(ops.Gather(axis), self, indices)
        if keepdim:
            return Picked(values, indices)
        return Picked(values.squeeze(axis), indices.squeeze(axis))

    def amax(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the largest element over ``dim``, or over all axes.

        All that are equal to it share the gradient evenly.

        Raises:
            IndexRangeError: If there is no such axis, or no element along it.
            ArgumentError: If the tensor has no elements and ``dim`` is not given.
        """
        return self._over("amax", ops.AMax, dim, keepdim)

    def amin(self, dim: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the smallest element over ``dim``, or over all axes. See ``amax``."""
        return self._over("amin", ops.AMin, dim, keepdim)

    def aminmax(self, *, dim: int | None = None, keepdim: bool = False) -> tuple[Tensor, Tensor]:
        """Return the smallest and the largest element, along ``dim`` or of all."""
        return self.amin(dim, keepdim), self.amax(dim, keepdim)

    def _over(
        self, name: str, operator: type[ops.AMax | ops.AMin], dim: Axes, keepdim: bool
    ) -> Tensor:
        axes = several_axes(name, dim, self.ndim)
        if dim is None or dim == ():
            self._refuse_nothing(name)
        if self.dtype in FLOATS:
            return apply(operator(axes, keepdim), self)
        operator(axes, keepdim).infer(self.spec._replace(dtype=FLOATS[0]))
        function = np.max if operator is ops.AMax else np.min
        return self.leaf(np.asarray(function(self.array, axis=axes, keepdims=keepdim)))

    def _refuse_nothing(self, name: str) -> None:
        if self.spec.size == 0:
            raise ArgumentError(
                f"{name} of a tensor without elements.",
                [("tensor", self.spec, "")],
                "leave empty batches out, or name an axis that has elements.",
            )

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Return the index of the largest element, along ``dim`` or of all in index order.

        Of equal ones the first is taken; a NaN is larger than any number.

        Raises:
            IndexRangeError: If there is no element.
            DTypeError: If the elements are truth values.
        """
        return self._place("argmax", ops.ArgMax, dim, keepdim)

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Return the index of the smallest element. See ``argmax``."""
        return self._place("argmin", ops.ArgMin, dim, keepdim)

    def _place(
        self, name: str, operator: type[ops.ArgMax | ops.ArgMin], dim: int | None, keepdim: bool
    ) -> Tensor:
        if dim is None and self.spec.size == 0:
            raise IndexRangeError(f"{name} of an empty tensor, {self.spec}.")
        axis = one_axis(name, dim, self.ndim) if dim is not None else None
        source: Tensor = self.detach()
        if dim is None or self.ndim == 0:
            found = apply(operator(0), source.reshape(-1))
            shape = (1,) * self.ndim if keepdim else ()
            return found.reshape(shape) if shape else found
        return apply(operator(axis, keepdim), source)  # type: ignore[arg-type]
