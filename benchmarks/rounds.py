"""Statistics of times that were taken in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import final


@final
@dataclass(frozen=True)
class Spread:
    """The median of some numbers, and the smallest and largest of them."""

    median: float
    low: float
    high: float

    def text(self, digits: int = 2) -> str:
        return f"{self.median:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    """Return median and range.

    Example:
        >>> spread([3.0, 1.0, 2.0])
        Spread(median=2.0, low=1.0, high=3.0)
    """
    return Spread(median(values), min(values), max(values))


def ratio(peer: Sequence[float], own: Sequence[float]) -> Spread:
    """Return how many times as long the peer takes: round by round, so that clocks cancel.

    Example:
        >>> ratio([4.0, 8.0, 6.0], [2.0, 4.0, 2.0])
        Spread(median=2.0, low=2.0, high=3.0)
    """
    return spread([theirs / ours for theirs, ours in zip(peer, own, strict=True)])
