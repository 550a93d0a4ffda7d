"""The two words for data that every file of this chapter shares: ``Array`` and ``as_float``."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


def as_float(x: Array) -> Array:
    """Return ``x`` unchanged if it holds floats, else its numbers as float64.

    Whole numbers have no minus infinity, and those without a sign wrap around below zero: both
    are fine in an image, and neither is in the arithmetic that follows.
    """
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
