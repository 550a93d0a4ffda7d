"""A list of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import index
from typing import Any, Self

from convolens.errors import DTypeError, IndexRangeError
from convolens.nn.module import Module
from convolens.nn.parameter import Parameter
from convolens.tensor import Tensor


def as_parameter(value: Any) -> Any:
    """Return a tensor as a parameter, and anything else as it is."""
    is_plain = isinstance(value, Tensor) and not isinstance(value, Parameter)
    return Parameter(value) if is_plain else value


class ParameterList(Module):
    """Parameters in a list, which belong to whoever owns the list. It is not called itself.

    Args:
        values: Parameters; tensors become parameters, and other values are kept as they are.

    Example:
        >>> import convolens as cl
        >>> weights = ParameterList([cl.zeros(2, 2), cl.ones(3)])
        >>> [(name, p.shape) for name, p in weights.named_parameters()]
        [('0', (2, 2)), ('1', (3,))]
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def forward(self, *inputs: Any) -> Any:
        """Refuse: parameters compute nothing.

        Raises:
            RuntimeError: Always.
        """
        raise RuntimeError(f"{type(self).__name__} should not be called.")

    def _name(self, place: int) -> str:
        number = index(place)
        if not -self._size <= number < self._size:
            raise IndexRangeError(f"index {place} for {self._size} parameters.")
        return str(number % self._size)

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return ParameterList(list(self)[place])
        return getattr(self, self._name(place))

    def __setitem__(self, place: int, value: Any) -> None:
        setattr(self, self._name(place), as_parameter(value))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(self._size))

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def append(self, value: Any) -> Self:
        """Add a value at the end; return the list."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add values at the end; return the list.

        Raises:
            DTypeError: If they cannot be counted off, or are one tensor.
        """
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise DTypeError(f"a {type(values).__name__} is no list of parameters.")
        for value in list(values):
            self.append(value)
        return self

    def extra_repr(self) -> str:
        """Return one line a parameter."""
        return "\n".join(f"({place}): {described(value)}" for place, value in enumerate(self))


def described(value: Any) -> str:
    """Return what a value is, in one line."""
    if isinstance(value, Tensor):
        return f"{type(value).__name__} {value.spec}"
    return f"Object of type: {type(value).__name__}"
