"""Runs: neighbouring places of a list with the same value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def runs_of(values: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (first place, last place, value) of each run.

    Example:
        >>> runs_of([1, 2, 2, 2, 1])
        [(0, 0, 1), (1, 3, 2), (4, 4, 1)]
    """
    array = np.asarray(values)
    if not array.size:
        return []
    starts = np.flatnonzero(np.concatenate([[True], array[1:] != array[:-1]]))
    ends = np.append(starts[1:], array.size) - 1
    return [(int(a), int(b), int(array[a])) for a, b in zip(starts, ends, strict=True)]
