"""How many threads the kernels use."""

from __future__ import annotations

from convolens import _native
from convolens.errors import ArgumentError


def set_num_threads(count: int) -> None:
    """Set the number of threads that kernels run on. Results do not depend on it, bit for bit.

    Raises:
        ArgumentError: If ``count`` is not from 1 to 1024.

    Example:
        >>> set_num_threads(1)
        >>> get_num_threads()
        1
    """
    if not 1 <= count <= 1024:
        raise ArgumentError(
            f"the number of threads is {count}, but must be from 1 to 1024.",
            hint="the default is the number of cores that this process may use.",
        )
    _native.set_thread_count(count)


def get_num_threads() -> int:
    """Return the number of threads that kernels run on."""
    return _native.thread_count()
