"""A dictionary of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import Any

from convolens.errors import DTypeError
from convolens.nn.module import Module
from convolens.nn.parameter_list import as_parameter, described


class ParameterDict(Module):
    """Parameters by name, which belong to whoever owns the dictionary. It is not called itself.

    Args:
        parameters: A mapping of names to parameters, or pairs of them; tensors become parameters,
            and other values are kept as they are.

    Example:
        >>> import convolens as cl
        >>> scales = ParameterDict({"left": cl.zeros(2), "right": cl.ones(3)})
        >>> scales["right"].requires_grad, list(scales.state_dict())
        (True, ['left', 'right'])
    """

    def __init__(
        self, parameters: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None
    ) -> None:
        super().__init__()
        self._names: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def forward(self, *inputs: Any) -> Any:
        """Refuse: parameters compute nothing.

        Raises:
            RuntimeError: Always.
        """
        raise RuntimeError(f"{type(self).__name__} should not be called.")

    def __getitem__(self, key: str) -> Any:
        if key not in self._names:
            raise AttributeError(f"{type(self).__name__} has no parameter {key!r}")
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in self._names:
            self._require_new("parameter", key, self._parameters)
        setattr(self, key, as_parameter(value))
        self._names[key] = None

    def __delitem__(self, key: str) -> None:
        del self._names[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._names)

    def __contains__(self, key: object) -> bool:
        return key in self._names

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._names.keys()

    def items(self) -> list[tuple[str, Any]]:
        """Return names and parameters."""
        return [(key, self[key]) for key in self._names]

    def values(self) -> list[Any]:
        """Return the parameters."""
        return [self[key] for key in self._names]

    def get(self, key: str, default: Any = None) -> Any:
        """Return the parameter of a name, or ``default`` if there is none."""
        return self[key] if key in self._names else default

    def update(self, parameters: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Add parameters by name; what has the same name is replaced.

        Raises:
            DTypeError: If these are no pairs of names and parameters.
        """
        if isinstance(parameters, Mapping | ParameterDict):
            pairs: Any = parameters.items()
        elif isinstance(parameters, Iterable):
            pairs = parameters
        else:
            raise DTypeError(f"a {type(parameters).__name__} holds no names and parameters.")
        for pair in list(pairs):
            try:
                key, value = pair
            except TypeError:
                raise DTypeError(f"{pair!r} is no pair of a name and a parameter.") from None
            self[key] = value

    def pop(self, key: str) -> Any:
        """Take a parameter out and return it."""
        value = self[key]
        del self[key]
        return value

    def clear(self) -> None:
        """Take all parameters out."""
        for key in list(self._names):
            del self[key]

    def extra_repr(self) -> str:
        """Return one line a parameter."""
        return "\n".join(f"({key}): {described(value)}" for key, value in self.items())
