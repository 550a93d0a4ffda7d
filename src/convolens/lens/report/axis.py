"""Axes of a chart: round ticks, and where a value lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class Axis:
    """A straight scale from values to positions.

    Attributes:
        low: The value at ``start``.
        high: The value at ``end``.
        start: A position; for a vertical axis its lower end.
        end: Another position.
        ticks: Round values from ``low`` to ``high``.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    @property
    def decimals(self) -> int:
        """How many decimals the ticks have."""
        step = self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else 1.0
        return max(0, -math.floor(math.log10(step) + 1e-9))

    def at(self, value: float) -> float:
        """Return the position of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def round_axis(low: float, high: float, start: float, end: float, most: int = 6) -> Axis:
    """Return an axis whose ends are ticks.

    Args:
        low: The smallest value.
        high: The largest value.
        start: The position of the smallest value.
        end: The position of the largest value.
        most: The number of ticks that may not be exceeded.

    Example:
        >>> round_axis(0, 2.3, 0, 100).ticks
        (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
    """
    magnitude = max(abs(low), abs(high))
    if high - low <= max(1e-6 * magnitude, 1e-200):  # too close for ticks between them
        margin = max(0.5, 1e-6 * magnitude)
        low, high = low - margin, high + margin
    step = round_step((high - low) / (most - 1))
    while math.ceil(high / step - 1e-9) - math.floor(low / step + 1e-9) > most - 1:
        step = round_step(step * 1.5)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(_round(n * step, step) for n in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], start, end, ticks)


def whole_axis(low: int, high: int, start: float, end: float, most: int = 8) -> Axis:
    """Return an axis from ``low`` to ``high`` with ticks at round whole numbers between.

    Example:
        >>> whole_axis(1, 20, 0, 100).ticks
        (5.0, 10.0, 15.0, 20.0)
    """
    step = round_step(max(1.0, (high - low) / (most - 1)))
    first = math.ceil(low / step)
    ticks = tuple(float(n * step) for n in range(first, math.floor(high / step) + 1))
    if low == high:
        return Axis(low - 0.5, high + 0.5, start, end, ticks)
    return Axis(low, high, start, end, ticks)


def round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least ``least``.

    Example:
        >>> round_step(0.3), round_step(11), round_step(5)
        (0.5, 20.0, 5.0)
    """
    power = 10.0 ** math.floor(math.log10(least))
    factor = next(f for f in (1, 2, 5, 10) if f == 10 or f * power >= least * (1 - 1e-9))
    return _round(factor * power, power)


def _round(value: float, step: float) -> float:
    """Return the decimal number that binary arithmetic missed, such as 0.3 for 3 * 0.1."""
    return round(value, max(0, 2 - math.floor(math.log10(step))))
