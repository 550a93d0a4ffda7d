"""How far the engine's sums may be from the exact ones: rounding error, derived and not tuned."""

from __future__ import annotations

import numpy as np

from convolens.ops import Array
from convolens.spec import DType


def sum_tolerance(terms: int, magnitude: Array, dtype: DType) -> Array:
    """Return the largest rounding error of a sum, whatever the order in which it is added up.

    Each of the n terms is rounded at most n times (once as a product, n - 1 times in sums), by
    half of epsilon each time, which gives n u / (1 - n u) times the sum of the terms' magnitudes.
    The sum that it is compared with is one of doubles, whose u is added. Results below the smallest
    normal number may lose all their digits: as much again for each term.

    Args:
        terms: n, how many products and biases are added.
        magnitude: The sum of the terms' magnitudes.
        dtype: The float type that the engine computed in.

    Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1.

    Example:
        >>> print(f"{sum_tolerance(10, np.float64(2.0), np.dtype('float32')):.3g}")
        1.19e-06
    """
    limits = np.finfo(np.float32 if dtype == np.float32 else np.float64)
    unit = float(limits.eps) / 2 + float(np.finfo(np.float64).eps) / 2
    bound: Array = terms * unit / (1 - terms * unit) * magnitude + terms * float(limits.tiny)
    return bound
