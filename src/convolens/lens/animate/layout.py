"""Where each plane of a stage stands, and how large its cells are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

from convolens.errors import ArgumentError
from convolens.lens.animate.legend import legend
from convolens.lens.animate.scene import ALONE, Plane, Scene, Stage
from convolens.lens.animate.words import words
from convolens.lens.fonts import font
from convolens.lens.report.numbers import fixed

WIDTH, HEIGHT = 1280, 720  # aimed at
_LARGEST_CELL, _SMALLEST_CELL = 60, 14
_WIDEST, _HIGHEST = 3000, 2400
_NUMBER = 13  # the smallest letters of numbers
TITLE, CAPTION, SMALL = 26, 24, 17
SWATCH, SPACING = 18, 26  # of the legend: a square, and the room between two entries
_MARGIN = 28
_HEAD = 96  # above the planes: title and formula
_FOOT = 124  # below: caption and legend
_LABEL = 30  # the title of a plane
_GAP = 2.2  # between columns, in cells
_LEAST_GAP = 58


@final
@dataclass(frozen=True)
class Layout:
    """The places of a stage's planes, in pixels.

    Attributes:
        width: Of the picture.
        height: Of the picture.
        cell: The width and height of a cell, its border included.
        number: The height of the letters of numbers in cells.
        corners: The upper left corner of each plane's cells, by its name.
    """

    width: int
    height: int
    cell: int
    number: int
    corners: Mapping[str, tuple[int, int]]

    def corner(self, plane: Plane, cell: int) -> tuple[int, int]:
        """Return the upper left corner of a cell."""
        left, top = self.corners[plane.name]
        row, column = divmod(cell, plane.columns)
        return left + column * self.cell, top + row * self.cell

    def box(self, plane: Plane, cells: Sequence[int]) -> tuple[int, int, int, int]:
        """Return left, top, width and height of the rectangle around cells."""
        rows = [cell // plane.columns for cell in cells]
        columns = [cell % plane.columns for cell in cells]
        left, top = self.corners[plane.name]
        return (
            left + min(columns) * self.cell,
            top + min(rows) * self.cell,
            (max(columns) - min(columns) + 1) * self.cell,
            (max(rows) - min(rows) + 1) * self.cell,
        )


@final
@dataclass(frozen=True)
class _Grid:
    """The sizes of columns and rows in cells, for planes side by side and those stacked apart."""

    columns: tuple[int, ...]  # the numbers of the columns that are used
    widths: tuple[int, ...]  # of these columns
    heights: tuple[int, ...]  # of the rows that columns share
    alone: int  # the height of the highest plane that has a column to itself
    stack: tuple[Plane, ...]  # the planes of the output
    across: int  # the stack stands in so many columns
    pixels: tuple[int, ...] = ()  # the widths of the columns and of one of the stack

    @property
    def down(self) -> int:
        """How many planes of the stack stand above each other."""
        return math.ceil(len(self.stack) / self.across)

    @property
    def rows(self) -> int:
        """The height of all in cells."""
        each = self.stack[0].rows if self.stack else 0
        return max(sum(self.heights), self.down * each, self.alone)

    @property
    def labels(self) -> int:
        """How many titles stand above each other."""
        return max(len(self.heights), self.down)


def layouts(scene: Scene) -> list[Layout]:
    """Return the layout of each stage; all have one size.

    Raises:
        ArgumentError: If the picture would be larger than a screen can show.
    """
    made = [_layout(stage, scene) for stage in scene.stages]
    width, height = max(a.width for a in made), max(a.height for a in made)
    return [_enlarged(layout, width, height) for layout in made]


def _enlarged(layout: Layout, width: int, height: int) -> Layout:
    right, down = (width - layout.width) // 2, (height - layout.height) // 2
    corners = {name: (x + right, y + down) for name, (x, y) in layout.corners.items()}
    return Layout(width, height, layout.cell, layout.number, corners)


def _layout(stage: Stage, scene: Scene) -> Layout:
    grid, say = _grid(stage), words(scene.lang)
    chars = _longest_number(stage)
    least = max(_SMALLEST_CELL, math.ceil(chars * _NUMBER * 0.56) + 5 if chars else 0)
    each = grid.stack[0].columns if grid.stack else 0
    units = sum(grid.widths) + grid.across * each
    gaps = len(grid.widths) + grid.across - 1
    room_across = WIDTH - 2 * _MARGIN
    room_down = HEIGHT - _HEAD - _FOOT - grid.labels * _LABEL
    cell = min(
        _LARGEST_CELL,
        int(room_across / (units + _GAP * gaps)),
        int(room_down / (grid.rows + 0.5 * (grid.labels - 1))),
    )
    cell = max(cell, least)
    gap = max(_LEAST_GAP, int(_GAP * cell))
    between = max(10, cell // 2)
    grid = _widened(grid, stage, cell)
    inner = sum(grid.pixels) + (grid.across - 1) * grid.pixels[-1] + gaps * gap
    texts = [(scene.title, TITLE), (subtitle(stage), SMALL)]
    texts += [(frame.caption, CAPTION) for frame in stage.frames]
    longest = max(length(text, size) for text, size in texts)
    entries = [text for _, text in legend(stage, say)]
    width = max(inner, longest, legend_width(entries), 520) + 2 * _MARGIN
    tall = grid.rows * cell + grid.labels * _LABEL + (grid.labels - 1) * between
    height = _HEAD + tall + _FOOT
    if width > _WIDEST or height > _HIGHEST:
        raise say.problem(
            ArgumentError,
            "limit.picture",
            layer=scene.title,
            width=f"{width:,}",
            height=f"{height:,}",
            most=f"{_WIDEST:,} x {_HIGHEST:,}",
        )
    corners = _places(stage, grid, cell, gap, between, (width - inner) // 2, tall)
    number = max(_NUMBER, min(26, int(cell * 0.56), int((cell - 8) / (0.56 * max(chars, 1)))))
    return Layout(width, height, cell, number, corners)


def _grid(stage: Stage) -> _Grid:
    side = [plane for plane in stage.planes if plane.part != "output"]
    stack = tuple(plane for plane in stage.planes if plane.part == "output")
    columns = tuple(sorted({plane.column for plane in side}))
    widths = tuple(max(p.columns for p in side if p.column == n) for n in columns)
    rows = sorted({plane.row for plane in side} - {ALONE})
    alone = max((plane.rows for plane in side if plane.row == ALONE), default=0)
    heights = tuple(max(p.rows for p in side if p.row == n) for n in rows)
    across = 1
    if stack:
        # As high as the rest, or as near to it as whole planes come.
        fit = max(1, max(sum(heights), alone) // (stack[0].rows + 1))
        across = math.ceil(len(stack) / max(fit, math.ceil(math.sqrt(len(stack)))))
    return _Grid(columns, widths, heights, alone, stack, across)


def _widened(grid: _Grid, stage: Stage, cell: int) -> _Grid:
    """Return the grid with the width of each column in pixels: its titles must fit, too."""
    titles: dict[str, int] = {plane.name: length(plane.title, SMALL) for plane in stage.planes}
    for frame in stage.frames:
        for shown in frame.shown:
            titles[shown.plane] = max(titles[shown.plane], length(shown.title, SMALL))

    def pixels(planes: Iterable[Plane]) -> int:
        return max(max(plane.columns * cell, titles[plane.name]) for plane in planes)

    side = [plane for plane in stage.planes if plane.part != "output"]
    widths = [pixels(p for p in side if p.column == column) for column in grid.columns]
    return replace(grid, pixels=(*widths, pixels(grid.stack)))


def subtitle(stage: Stage) -> str:
    """Return the line below the title: what the stage is, and how its sizes follow."""
    return "   |   ".join(text for text in (stage.title, stage.formula) if text)


def length(text: str, size: int) -> int:
    """Return how many pixels wide a text is."""
    return math.ceil(font(size).getlength(text))


def legend_width(texts: Sequence[str]) -> int:
    """Return how wide a legend of these entries is."""
    return sum(SWATCH + 8 + length(text, SMALL) for text in texts) + SPACING * (len(texts) - 1)


def _places(
    stage: Stage, grid: _Grid, cell: int, gap: int, between: int, left: int, tall: int
) -> dict[str, tuple[int, int]]:
    """Return the corner of each plane: rows are shared, each plane in the middle of its own."""
    corners = {}
    own = sum(grid.heights) * cell + len(grid.heights) * (_LABEL + between) - between
    tops, y = [], _HEAD + (tall - own) // 2
    for height in grid.heights:
        tops.append(y + _LABEL)
        y += _LABEL + height * cell + between
    lefts, x = {}, left
    for column, width in zip(grid.columns, grid.pixels, strict=False):
        lefts[column] = (x, width)
        x += width + gap
    for plane in stage.planes:
        if plane.part == "output":
            continue
        start, width = lefts[plane.column]
        top = _HEAD + (tall + _LABEL - plane.rows * cell) // 2
        if plane.row != ALONE:
            top = tops[plane.row] + (grid.heights[plane.row] - plane.rows) * cell // 2
        corners[plane.name] = (start + (width - plane.columns * cell) // 2, top)
    for place, plane in enumerate(grid.stack):
        step = _LABEL + plane.rows * cell + between
        first = _HEAD + (tall - (grid.down * step - between)) // 2 + _LABEL
        along, down = divmod(place, grid.down)
        start = x + along * (grid.pixels[-1] + gap) + (grid.pixels[-1] - plane.columns * cell) // 2
        corners[plane.name] = (start, first + down * step)
    return corners


def _longest_number(stage: Stage) -> int:
    """Return the letters of the longest number of a stage, 0 if it has none."""
    found = [0]
    for plane in stage.planes:
        if plane.values is not None:
            found += _lengths(plane.values.reshape(-1).tolist(), plane.decimals)
    for frame in stage.frames:
        for shown in frame.shown:
            if shown.values is not None:
                places = stage.plane(shown.plane).decimals
                found += _lengths(shown.values.reshape(-1).tolist(), places)
        for filled in frame.filled:
            if filled.values is not None:
                found += _lengths(filled.values, stage.plane(filled.plane).decimals)
    return max(found)


def _lengths(values: Sequence[float], decimals: int) -> list[int]:
    return [len(fixed(value, decimals)) for value in set(values)]
