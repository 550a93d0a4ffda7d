"""Passes: each makes of a graph one that computes the same bits with less work."""

from __future__ import annotations

from collections.abc import Callable

from convolens.planner.graph import Graph
from convolens.planner.passes.drop import drop
from convolens.planner.passes.fold import fold
from convolens.planner.passes.join import join

#: In the order in which they run.
PASSES: tuple[Callable[[Graph], Graph], ...] = (fold, join, drop)

__all__ = ["PASSES", "drop", "fold", "join"]
