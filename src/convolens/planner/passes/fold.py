"""Calls that read constants alone are computed once."""

from __future__ import annotations

from dataclasses import replace

from convolens.backends.choose import choose
from convolens.backends.layout import dense
from convolens.planner.graph import Graph, Step


def fold(graph: Graph) -> Graph:
    """Return the graph with what is the same in each run among its constants."""
    constants = dict(graph.constants)
    steps: list[Step] = []
    for step in graph.steps:
        if all(value in constants for value in step.args):
            run = choose(step.op, graph.specs_of(step)).run
            constants[step.output] = run(*(dense(constants[value]) for value in step.args))
        else:
            steps.append(step)
    return replace(graph, constants=constants, steps=tuple(steps))
