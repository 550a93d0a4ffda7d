"""Whether calls are recorded, in this thread; and the ways to switch it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ContextDecorator
from functools import wraps
from inspect import isgeneratorfunction
from threading import local
from typing import Any


class _Mode(local):
    recording = True


thread = _Mode()


def is_grad_enabled() -> bool:
    """Return whether calls on tensors that require gradients are recorded."""
    return thread.recording


class _Switch(ContextDecorator):
    """Records calls, or does not, inside a with block or a decorated function."""

    def __init__(self, recording: bool) -> None:
        self._recording = recording
        self._before: list[bool] = []  # a stack: with blocks of one switch may be nested

    def _recreate_cm(self) -> _Switch:
        """Return a switch of its own for each call of a decorated function."""
        return _Switch(self._recording)

    def __call__(self, function: Callable[..., Any]) -> Any:
        """Return a function decorated with the switch; a generator is, whenever it runs."""
        if not isgeneratorfunction(function):
            return super().__call__(function)

        @wraps(function)
        def generator(*args: Any, **options: Any) -> Generator[Any, Any, Any]:
            return (yield from _Switched(self._recreate_cm(), function(*args, **options)))

        return generator

    def __enter__(self) -> None:
        self._before.append(thread.recording)
        thread.recording = self._recording

    def __exit__(self, *_: object) -> None:
        thread.recording = self._before.pop()


class _Switched(Generator[Any, Any, Any]):
    """A generator that runs inside a switch, and those who call it outside."""

    def __init__(self, switch: _Switch, generator: Generator[Any, Any, Any]) -> None:
        self._switch = switch
        self._generator = generator

    def send(self, value: Any) -> Any:
        with self._switch:
            return self._generator.send(value)

    def throw(self, *error: Any) -> Any:
        with self._switch:
            return self._generator.throw(*error)

    def close(self) -> None:
        with self._switch:
            self._generator.close()


class no_grad(_Switch):  # noqa: N801  # torch's name
    """Do not record calls inside a with block or a decorated function.

    Example:
        >>> with no_grad():
        ...     is_grad_enabled()
        False
    """

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """Return the switch, or ``function`` decorated with it."""
        switch = super().__new__(cls)
        if function is None:
            return switch
        switch.__init__()  # type: ignore[misc]
        return switch(function)

    def __init__(self, function: None = None) -> None:
        super().__init__(recording=False)


class enable_grad(_Switch):  # noqa: N801  # torch's name
    """Record calls inside a with block or a decorated function, also within ``no_grad``."""

    def __init__(self) -> None:
        super().__init__(recording=True)


class inference_mode(_Switch):  # noqa: N801  # torch's name
    """The same as ``no_grad``, under the name that torch recommends for running a network.

    Args:
        mode: False records calls, as ``enable_grad`` does.
    """

    def __init__(self, mode: bool = True) -> None:
        super().__init__(recording=not mode)


class set_grad_enabled:  # noqa: N801  # torch's name
    """Record calls, or do not: from here on, or inside a with block.

    Args:
        mode: Whether to record.

    Example:
        >>> with set_grad_enabled(False):
        ...     is_grad_enabled()
        False
    """

    def __init__(self, mode: bool) -> None:
        self._recording = bool(mode)
        self._before, thread.recording = thread.recording, self._recording

    def __call__(self, function: Callable[..., Any]) -> Any:
        """Decorate a function; outside it, nothing is set."""
        thread.recording = self._before
        return _Switch(self._recording)(function)

    def __enter__(self) -> None:
        """Keep what was set when the object was made."""

    def __exit__(self, *_: object) -> None:
        thread.recording = self._before
