"""Where values are kept while a plan runs: places that are used again once nobody reads them."""

from __future__ import annotations

from convolens.planner.graph import Graph
from convolens.planner.structure import leaves


def places(graph: Graph) -> dict[int, int]:
    """Return the place of each value: inputs first, then constants, then what is computed.

    A result takes the place of a value that is read for the last time, whose memory is free then.
    """
    fixed = [*range(graph.inputs), *graph.constants]
    place = {value: number for number, value in enumerate(fixed)}
    last = {value: number for number, step in enumerate(graph.steps) for value in step.args}
    kept = {*fixed, *leaves(graph.outputs, int)}
    free: list[int] = []
    count = len(fixed)
    for number, step in enumerate(graph.steps):
        free += [place[v] for v in {*step.args} - kept if last[v] == number]
        if not free:
            free.append(count)
            count += 1
        place[step.output] = free.pop()
    return place
