"""Observers: functions that are told of every operator call, for those who look and count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from convolens.ops import Op

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor

Observer = Callable[[Op, "tuple[Tensor, ...]", "Tensor"], object]

observers: list[Observer] = []


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
