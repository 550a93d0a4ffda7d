"""Observers: functions that are told of every operator call, for those who look and count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from convolens.ops import Array, Op

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor

Observer = Callable[[Op, "tuple[Tensor, ...]", "Tensor"], object]

observers: list[Observer] = []

Change = Callable[[Array, Array], object]

changes: list[Change] = []


@contextmanager
def observe(observer: Observer) -> Iterator[None]:
    """Call ``observer(op, inputs, output)`` after every operator call inside a with block.

    Example:
        >>> import convolens as cl
        >>> seen = []
        >>> with observe(lambda op, inputs, output: seen.append(op.name)):
        ...     y = cl.nn.functional.relu(cl.zeros(2)).sum()
        >>> seen
        ['relu', 'sum']
    """
    observers.append(observer)
    try:
        yield
    finally:
        observers.remove(observer)


@contextmanager
def observe_changes(observer: Change) -> Iterator[None]:
    """Call ``observer(target, source)`` before an array takes another's numbers in place.

    Unlike those who ``observe`` calls, it does not keep layers from running together.

    Example:
        >>> import convolens as cl
        >>> x = cl.zeros(2)
        >>> with observe_changes(lambda target, source: print(source)):
        ...     x += 1
        [1. 1.]
    """
    changes.append(observer)
    try:
        yield
    finally:
        changes.remove(observer)
