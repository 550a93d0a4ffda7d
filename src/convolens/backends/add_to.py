"""Adds one array to another, in its place."""

from __future__ import annotations

import numpy as np

from convolens import _native
from convolens.backends.layout import are_dense
from convolens.ops import Array
from convolens.spec import float32


def add_to(total: Array, part: Array) -> None:
    """Add ``part`` to ``total``, an array of its shape and type, in any order and even the same.

    Example:
        >>> total = np.ones(2, np.float32)
        >>> add_to(total, total)
        >>> total.tolist()
        [2.0, 2.0]
    """
    is_apart = total is part or not np.may_share_memory(total, part)
    if is_apart and total.dtype == float32 and are_dense([total, part]):
        _native.add(total, part, total)
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            np.add(total, part, out=total)
