"""The gradient by differences: slow, independent of back-propagation, hence its judge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arrays import Array


def numerical_gradient(f: Callable[[Array], float], x: Array) -> Array:
    """Measure the slope of ``f`` along each entry of ``x``, by moving it up and down a little.

    grad[i] = (f(x + h*e_i) - f(x - h*e_i)) / 2h,   h = eps^(1/3) * max(1, abs(x[i]))

    Two errors compete: the curvature of ``f`` adds one that grows as h*h, rounding one that
    grows as eps/h. Their sum is least near h = eps^(1/3), where both are about eps^(2/3):
    4e-11 in float64, 2e-5 in float32.

    Args:
        f: A function of ``x`` that returns one number.
        x: Where to measure, any shape, of a float dtype. Its entries are moved in place one at a
            time, so that ``f`` may also hold ``x`` from elsewhere, as a layer holds its weights;
            each is put back, even if ``f`` fails.

    Returns:
        The gradient, of the shape and dtype of ``x``.

    Raises:
        ValueError: If ``x`` does not hold floats.

    Example:
        >>> numerical_gradient(lambda x: (x**2).sum(), np.array([3.0, 4.0])).round(8)
        array([6., 8.])
    """
    x = np.asarray(x)
    # Corrected: in an array of whole numbers the listing stores 3 + 1e-4 as 3 and 3 - 1e-4 as 2.
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(
            f"numerical_gradient: x holds {x.dtype}, where a small step rounds to no step.\n"
            "Hint: pass x.astype(float)."
        )
    # Corrected: the listing's fixed h = 1e-4 is too small for float32, where it drowns in rounding.
    relative_step = float(np.finfo(x.dtype).eps) ** (1 / 3)

    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        here = x[index]
        h = relative_step * max(1.0, abs(float(here)))
        try:
            x[index] = here + h
            above, f_above = float(x[index]), f(x)
            x[index] = here - h
            below, f_below = float(x[index]), f(x)
        finally:
            x[index] = here
        # here + h was rounded when it was stored: divide by the distance really gone.
        grad[index] = (f_above - f_below) / (above - below)
    return grad
