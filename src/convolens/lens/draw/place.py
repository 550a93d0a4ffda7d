"""How large each block of a drawing is, and at which point it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import final

from convolens.lens.draw.arrange import Arrangement
from convolens.lens.draw.graph import JOINS, Node

_TALL, _WIDEST, _THINNEST, _SLANT = 150.0, 90.0, 5.0, 0.32
_BAR, _JOIN, _GAP, _LANE_GAP, _ARC = 10.0, 22.0, 40.0, 62.0, 18.0
LEFT, TOP = 26.0, 78.0


@final
@dataclass(frozen=True)
class Box:
    """A block: its front is ``width`` by ``height``, and it goes back by ``slant``.

    Attributes:
        x: Its left edge.
        y: The middle of its front, from the top.
        width: By its channels.
        height: By its rows.
        slant: How far it goes to the right and up, by its columns.
    """

    x: float
    y: float
    width: float
    height: float
    slant: float

    @property
    def top(self) -> float:
        """Its highest point."""
        return self.y - self.height / 2 - self.slant

    @property
    def bottom(self) -> float:
        """Its lowest point."""
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width + self.slant

    @property
    def middle(self) -> float:
        """The middle between left and right."""
        return (self.x + self.right) / 2


@final
@dataclass(frozen=True)
class Layout:
    """The blocks of a drawing and its size."""

    boxes: tuple[Box, ...]
    width: float
    height: float
    #: How many units an arc rises above the blocks for each step of its height.
    arc: float = _ARC


def place(nodes: Sequence[Node], found: Arrangement) -> Layout:
    """Return where the blocks stand."""
    sizes = _sizes(nodes)
    columns = max(found.column) + 1
    wide = [0.0] * columns
    for node, (width, _, slant) in zip(nodes, sizes, strict=True):
        at = found.column[node.number]
        wide[at] = max(wide[at], width + slant)
    lefts, x = [], LEFT
    for extent in wide:
        lefts.append(x)
        x += extent + _GAP
    middles, bottom = _middles(nodes, found, sizes)
    boxes = []
    for node, (width, height, slant) in zip(nodes, sizes, strict=True):
        at = found.column[node.number]
        left = lefts[at] + (wide[at] - width - slant) / 2
        boxes.append(Box(left, middles[found.lane[node.number]], width, height, slant))
    return Layout(tuple(boxes), x - _GAP + LEFT, bottom)


def _sizes(nodes: Sequence[Node]) -> list[tuple[float, float, float]]:
    """Return the width, height and slant of each block."""
    maps = [node.shape for node in nodes if len(node.shape) > 1]
    rows = max((shape[-2] if len(shape) > 2 else shape[-1] for shape in maps), default=1)
    channels = max((shape[0] for shape in maps), default=1)
    vectors = max((node.shape[0] for node in nodes if len(node.shape) == 1), default=1)
    found = []
    for node in nodes:
        shape = node.shape
        if node.kind in JOINS:
            found.append((_JOIN, _JOIN, 0.0))
        elif len(shape) > 1:
            high, across = (shape[-2], shape[-1]) if len(shape) > 2 else (shape[-1], 0)
            width = max(_THINNEST, _WIDEST * sqrt(shape[0] / max(channels, 256)))
            width = _THINNEST if node.kind == "activation" else width
            slant = _SLANT * _TALL * across / rows
            found.append((width, max(2.0, _TALL * high / rows), slant))
        else:
            count = shape[0] if shape else 1
            found.append((_BAR, max(4.0, _TALL * sqrt(count / max(vectors, 1))), 0.0))
    return found


def _middles(
    nodes: Sequence[Node], found: Arrangement, sizes: Sequence[tuple[float, float, float]]
) -> tuple[dict[int, float], float]:
    """Return the middle of each lane, and where the lowest one ends."""
    middles, y = {}, TOP
    for lane in sorted(set(found.lane)):
        mine = [n for n in range(len(nodes)) if found.lane[n] == lane]
        up = max(sizes[n][1] / 2 + sizes[n][2] for n in mine)
        down = max(sizes[n][1] / 2 for n in mine)
        arcs = max((h for (a, _), h in found.arcs.items() if found.lane[a] == lane), default=0)
        y += arcs * _ARC + up
        middles[lane] = y
        y += down + _LANE_GAP
    return middles, y
