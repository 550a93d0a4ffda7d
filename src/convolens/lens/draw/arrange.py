"""Where each block of a drawing stands: columns by depth, lanes for branches, levels for a U."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from convolens.lens.draw.graph import Node


@final
@dataclass(frozen=True)
class Arrangement:
    """Where blocks and edges stand, in columns, lanes and heights of arcs.

    Attributes:
        column: The column of each node.
        lane: The lane of each node; 0 is that of the longest way. In a U the lane is the level.
        arcs: For each edge that passes over other blocks, (from, to), how high its arc is.
        is_u: Whether the network is drawn as a U: it makes maps smaller and then larger again.
    """

    column: tuple[int, ...]
    lane: tuple[int, ...]
    arcs: dict[tuple[int, int], int]
    is_u: bool


def arrange(nodes: Sequence[Node]) -> Arrangement:
    """Return where the nodes stand.

    Example:
        A block with a shortcut around two convolutions:

        >>> a = Node(0, "image", "", "", (1, 8, 8))
        >>> b, c = (Node(n, "conv", "", "", (1, 8, 8), inputs=[n - 1]) for n in (1, 2))
        >>> arrange([a, b, c, Node(3, "add", "", "", (1, 8, 8), inputs=[2, 0])]).arcs
        {(0, 3): 1}
    """
    column = _columns(nodes)
    main = _main_way(nodes, column)
    if _grows_again([nodes[number] for number in main]):
        levels = _levels(nodes, column)
        # A level has no lanes: where two branches run side by side there is no U.
        if len(set(zip(column, levels, strict=True))) == len(nodes):
            return Arrangement(column, levels, _arcs(nodes, column, levels), True)
    lane = _lanes(nodes, column, main)
    return Arrangement(column, lane, _arcs(nodes, column, lane), False)


def _columns(nodes: Sequence[Node]) -> tuple[int, ...]:
    """Return the length of the longest way from the image to each node."""
    found: list[int] = []
    for node in nodes:
        found.append(1 + max((found[source] for source in node.inputs), default=-1))
    return tuple(found)


def _main_way(nodes: Sequence[Node], column: Sequence[int]) -> list[int]:
    """Return the longest way from the image to the last node."""
    way = [len(nodes) - 1]
    while nodes[way[-1]].inputs:
        way.append(max(nodes[way[-1]].inputs, key=lambda source: column[source]))
    return way[::-1]


def _grows_again(way: Sequence[Node]) -> bool:
    sizes = [math.prod(node.shape[1:]) for node in way if len(node.shape) > 1]
    lowest = sizes.index(min(sizes)) if sizes else 0
    joined = any(node.kind in ("concat", "add") for node in way)
    return joined and bool(sizes) and max(sizes[lowest:]) >= 4 * sizes[lowest]


def _levels(nodes: Sequence[Node], column: Sequence[int]) -> tuple[int, ...]:
    """Return how often the maps were halved on the way to each node, less how often doubled."""
    found: list[int] = []
    for node in nodes:
        if not node.inputs:
            found.append(0)
            continue
        before = nodes[max(node.inputs, key=lambda source: column[source])]
        level = found[before.number]
        if len(node.shape) > 1 and len(before.shape) > 1:
            level += round(math.log2(before.shape[-1] / node.shape[-1]))
        found.append(level)
    return tuple(found)


def _lanes(nodes: Sequence[Node], column: Sequence[int], main: Sequence[int]) -> tuple[int, ...]:
    """Put the longest way into lane 0, and other branches where no other one is."""
    placed, branches = set(main), []
    for node in reversed(nodes):
        if node.number not in placed:
            branches.append(_branch(nodes, column, node.number, placed))
            placed.update(branches[-1])
    lane = dict.fromkeys(main, 0)
    taken: dict[int, list[tuple[int, int]]] = {}
    for branch in sorted(branches, key=min):
        begin, end = column[branch[-1]], column[branch[0]]
        free = 1
        while any(begin <= last and first <= end for first, last in taken.get(free, [])):
            free += 1
        taken.setdefault(free, []).append((begin, end))
        lane.update(dict.fromkeys(branch, free))
    return tuple(lane[node.number] for node in nodes)


def _branch(nodes: Sequence[Node], column: Sequence[int], last: int, placed: set[int]) -> list[int]:
    """Return the nodes of a branch, from its last one back to where it leaves what is placed."""
    found = [last]
    while True:
        sources = [source for source in nodes[found[-1]].inputs if source not in placed]
        if not sources:
            return found
        found.append(max(sources, key=lambda source: column[source]))


def _arcs(
    nodes: Sequence[Node], column: Sequence[int], lane: Sequence[int]
) -> dict[tuple[int, int], int]:
    """Give each edge within a lane that passes over blocks an arc that crosses no other one."""
    edges = [(source, node.number) for node in nodes for source in node.inputs]
    over = [
        (a, b)
        for a, b in edges
        if lane[a] == lane[b]
        and any(lane[n] == lane[a] and column[a] < column[n] < column[b] for n in range(len(nodes)))
    ]
    found: dict[tuple[int, int], int] = {}
    for a, b in sorted(over, key=lambda edge: (column[edge[1]] - column[edge[0]], edge)):
        height = 1
        while any(
            found[other] == height
            and lane[other[0]] == lane[a]
            and column[other[0]] < column[b]
            and column[a] < column[other[1]]
            for other in found
        ):
            height += 1
        found[a, b] = height
    return found
