"""Calls whose results nobody reads are left out."""

from __future__ import annotations

from dataclasses import replace

from convolens.planner.graph import Graph, Step
from convolens.planner.structure import leaves


def drop(graph: Graph) -> Graph:
    """Return the graph without calls and constants that no output needs."""
    read = set(leaves(graph.outputs, int))
    steps: list[Step] = []
    for step in reversed(graph.steps):
        if step.output in read:
            steps.append(step)
            read.update(step.args)
    constants = {value: array for value, array in graph.constants.items() if value in read}
    return replace(graph, constants=constants, steps=tuple(reversed(steps)))
