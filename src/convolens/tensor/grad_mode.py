"""Whether calls are recorded, in this thread; and the ways to switch it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ContextDecorator
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

    def __enter__(self) -> None:
        self._before.append(thread.recording)
        thread.recording = self._recording

    def __exit__(self, *_: object) -> None:
        thread.recording = self._before.pop()


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
        self._before, thread.recording = thread.recording, bool(mode)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a function; outside it, nothing is set."""
        recording, thread.recording = thread.recording, self._before
        return _Switch(recording)(function)

    def __enter__(self) -> None:
        """Keep what was set when the object was made."""

    def __exit__(self, *_: object) -> None:
        thread.recording = self._before
