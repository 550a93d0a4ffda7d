"""A parameter whose shape is not known yet: that of a lazy layer before its first call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.nn.parameter import Parameter
from convolens.spec import DType, float32
from convolens.tensor import Tensor, zeros
from convolens.tensor.record import Version


@final
class UninitializedParameter(Parameter):
    """A parameter without shape and numbers. Once they are known it becomes a ``Parameter``.

    It stays the same object, so whoever holds it has the parameter then.

    Args:
        requires_grad: Whether the parameter's gradient will be wanted.
        dtype: Its float type.

    Example:
        >>> weight = UninitializedParameter()
        >>> weight.materialize((2, 3))
        >>> type(weight).__name__, weight.shape
        ('Parameter', (2, 3))
    """

    __slots__ = ()

    def __init__(self, requires_grad: bool = True, dtype: DType = float32) -> None:
        self.array = np.empty(0, dtype)
        self.version = Version()
        self.node = None
        self.recorded = requires_grad
        self.grad = None

    @property
    def spec(self) -> NoReturn:  # type: ignore[override]
        """The shape and type, which are not known yet.

        Raises:
            ArgumentError: Always.
        """
        _refuse()

    @property
    def dtype(self) -> DType:
        """The float type that the parameter will have."""
        return self.array.dtype

    def retype(self, dtype: DType) -> None:
        """Have another float type later."""
        self.array = np.empty(0, dtype)

    def detach(self) -> Tensor:
        """Return the parameter itself: it has nothing to share."""
        return self

    def _writable(self, value: Any) -> NoReturn:
        _refuse()

    def materialize(self, shape: Sequence[int]) -> None:
        """Become a ``Parameter`` of zeros."""
        data = zeros(*shape, dtype=self.array.dtype)
        self.__class__ = Parameter  # type: ignore[assignment]
        self.array, self.spec = data.array, data.spec  # type: ignore[misc, assignment]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return UninitializedParameter, (self.requires_grad, self.array.dtype)

    def __repr__(self) -> str:
        return "<UninitializedParameter>"


def _refuse() -> NoReturn:
    raise ArgumentError(
        "Can't access the shape of an uninitialized parameter or buffer.",
        hint="call the lazy layer once: its first input says the shape. A state that holds "
        "such a parameter can only be loaded into a layer that has none yet.",
    )
