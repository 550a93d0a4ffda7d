"""How many threads the kernels use: as many as there are cores, CONVOLENS_NUM_THREADS, or set."""

from __future__ import annotations

import os

import numpy as np

from convolens import _native
from convolens.errors import ArgumentError, DTypeError

_LARGEST = 1024
_DEFAULT = "the default is the number of cores that this process may use."
_refused: ArgumentError | None = None


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
    if not 1 <= count <= _LARGEST:
        raise ArgumentError(
            f"the number of threads is {count}, but must be from 1 to {_LARGEST}.", hint=_DEFAULT
        )
    global _refused
    _refused = None
    _native.set_thread_count(int(count))


def get_num_threads() -> int:
    """Return the number of threads that kernels run on.

    Raises:
        ArgumentError: If CONVOLENS_NUM_THREADS is no whole number from 1 to 1024, and
            ``set_num_threads`` has not been called. So does the first call of an operator; the
            package can be imported all the same, so that a program can say so in its own way.
    """
    if _refused is not None:
        raise _refused
    return _native.thread_count()


def _take_from_environment() -> None:
    text = os.environ.get("CONVOLENS_NUM_THREADS")
    if not text:
        return
    try:
        set_num_threads(int(text))
    except ValueError:  # of int, and our own
        global _refused
        _refused = ArgumentError(
            f"CONVOLENS_NUM_THREADS is {text}, but must be a whole number from 1 to {_LARGEST}.",
            hint=f"unset the variable: {_DEFAULT}",
        )


_take_from_environment()
