"""Numbers as people read them: aligned, with a real minus sign, NaN and infinity named."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from convolens.ops import Array

#: Stands for a power of ten, such as 1.23e-7, in place of a number of decimals.
POWER = -1

_MINUS = "−"


def fixed(value: float, decimals: int) -> str:
    """Return a number with so many decimals; the page's script has the same function.

    Example:
        >>> fixed(-0.12345, 3), fixed(-0.0001, 3), fixed(float("-inf"), 3), fixed(1234567, POWER)
        ('−0.123', '0.000', '−∞', '1.23e6')
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{_MINUS}∞"
    size = abs(value)
    if size == 0 and decimals == POWER:
        return "0"
    text = _power(size) if decimals == POWER else f"{size:.{decimals}f}"
    # What rounds to zero has no sign.
    return _MINUS + text if value < 0 and text.strip("0.") else text


def _power(size: float) -> str:
    digits, exponent = f"{size:.2e}".split("e")
    return f"{digits}e{int(exponent)}".replace("e-", f"e{_MINUS}")


def decimals_for(largest: float, digits: int = 4) -> int:
    """Return how many decimals show numbers up to ``largest`` with so many digits in all.

    Example:
        >>> decimals_for(0.25), decimals_for(31.5), decimals_for(4e-9) == POWER
        (4, 2, True)
    """
    if largest == 0 or not math.isfinite(largest):
        return digits - 1
    before = math.floor(math.log10(largest)) + 1
    if before > digits + 3 or before < -2:
        return POWER
    return max(0, digits - max(before, 0))


def largest(*arrays: Array | None) -> float:
    """Return the largest finite magnitude in the arrays, 0.0 if there is none.

    Example:
        >>> largest(np.array([1.0, -3.0, np.nan]), None)
        3.0
    """
    result = 0.0
    for array in arrays:
        if array is None:
            continue
        finite: NDArray[np.bool_] = np.isfinite(array)
        if finite.any():
            result = max(result, float(np.abs(array[finite]).max()))
    return result


def span(array: Array, decimals: int) -> tuple[str, str]:
    """Return the smallest and the largest finite number, or two dashes if there is none."""
    finite = array[np.isfinite(array)]
    if not finite.size:
        return "–", "–"
    return fixed(float(finite.min()), decimals), fixed(float(finite.max()), decimals)


def percent(share: float) -> str:
    r"""Return a share as per cent with one decimal, unbreakable.

    Example:
        >>> percent(0.98125)
        '98.1\xa0%'
    """
    return f"{fixed(100 * share, 1)}\u00a0%" if math.isfinite(share) else "–"


def count(number: int) -> str:
    """Return a whole number with its thousands apart.

    Example:
        >>> count(433890)
        '433,890'
    """
    return f"{number:,}"
