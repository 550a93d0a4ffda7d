"""How many threads the kernels use."""

from __future__ import annotations

import numpy as np

from convolens import _native
from convolens.errors import ArgumentError, DTypeError


def set_num_threads(count: int) -> None:
    """Set the number of threads that kernels run on. Results do not depend on it, bit for bit.

    Raises:
        DTypeError: If ``count`` is no whole number.
        ArgumentError: If it is not from 1 to 1024.

    Example:
        >>> set_num_threads(1)
        >>> get_num_threads()
        1
    """
    if not isinstance(count, int | np.integer) or isinstance(count, bool):
        raise DTypeError(
            f"the number of threads is {count!r}, but must be a whole number.",
            hint="set_num_threads(1) takes one.",
        )
    if not 1 <= count <= 1024:
        raise ArgumentError(
            f"the number of threads is {count}, but must be from 1 to 1024.",
            hint="the default is the number of cores that this process may use.",
        )
    _native.set_thread_count(int(count))


def get_num_threads() -> int:
    """Return the number of threads that kernels run on."""
    return _native.thread_count()
