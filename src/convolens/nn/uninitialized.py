"""Tensors whose shapes are not known yet: those of a lazy layer before its first call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn, final

import numpy as np

from convolens.errors import ArgumentError
from convolens.nn.parameter import Parameter
from convolens.spec import DType, float32
from convolens.tensor import Tensor, zeros
from convolens.tensor.record import Version


class Uninitialized(Tensor):
    """A tensor without shape and numbers. Abstract. Once they are known its class changes.

    It stays the same object, so whoever holds it has the tensor then.

    Args:
        requires_grad: Whether its gradient will be wanted.
        dtype: Its float type.
    """

    __slots__ = ()

    #: What it is then.
    cls_to_become: ClassVar[type[Tensor]]

    def __init__(self, requires_grad: bool, dtype: DType) -> None:
        self.array = np.empty(0, dtype)
        self.version = Version()
        self.node = None
        self.recorded = requires_grad
        self._grad = None

    @property
    def spec(self) -> NoReturn:  # type: ignore[override]
        """The shape and type, which are not known yet.

        Raises:
            ArgumentError: Always.
        """
        _refuse()

    @property
    def dtype(self) -> DType:
        """The float type that the tensor will have."""
        return self.array.dtype

    def retype(self, dtype: DType) -> None:
        """Have another float type later."""
        self.array = np.empty(0, dtype)

    def detach(self) -> Tensor:
        """Return the tensor itself: it has nothing to share."""
        return self

    def _writable(self) -> NoReturn:
        _refuse()

    def materialize(self, shape: Sequence[int]) -> None:
        """Become a tensor of zeros."""
        data = zeros(*shape, dtype=self.array.dtype)
        self.__class__ = self.cls_to_become  # type: ignore[assignment]
        self.array, self.spec = data.array, data.spec  # type: ignore[misc, assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@final
class UninitializedParameter(Uninitialized, Parameter):
    """A parameter without shape and numbers. Once they are known it becomes a ``Parameter``.

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

    cls_to_become: ClassVar[type[Tensor]] = Parameter

    def __init__(self, requires_grad: bool = True, dtype: DType = float32) -> None:
        super().__init__(requires_grad, dtype)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return UninitializedParameter, (self.requires_grad, self.array.dtype)


@final
class UninitializedBuffer(Uninitialized):
    """A buffer without shape and numbers. Once they are known it becomes a ``Tensor``.

    Args:
        dtype: Its float type.

    Example:
        >>> mean = UninitializedBuffer()
        >>> mean.materialize((3,))
        >>> mean
        tensor([0., 0., 0.])
    """

    __slots__ = ()

    cls_to_become: ClassVar[type[Tensor]] = Tensor

    def __init__(self, dtype: DType = float32) -> None:
        super().__init__(False, dtype)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return UninitializedBuffer, (self.array.dtype,)


def _refuse() -> NoReturn:
    raise ArgumentError(
        "Can't access the shape of an uninitialized parameter or buffer.",
        hint="call the lazy layer once: its first input says the shape. A state that holds "
        "such a parameter can only be loaded into a layer that has none yet.",
    )
