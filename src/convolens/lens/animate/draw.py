"""From a stage to shapes: what is always there, what comes and stays, and each frame's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import final

from convolens.lens.animate.layout import (
    CAPTION,
    SMALL,
    SPACING,
    SWATCH,
    TITLE,
    Layout,
    layouts,
    legend_width,
    subtitle,
)
from convolens.lens.animate.legend import legend, look
from convolens.lens.animate.scene import Frame, Plane, Scene, Stage
from convolens.lens.animate.shapes import Beam, Outline, Picture, Shape, Squares, Text
from convolens.lens.animate.words import words
from convolens.lens.report.numbers import fixed

#: Cells without a source: a window over them is drawn paler.
_EMPTY = ("pad", "zero", "strip", "outside")
_TITLE_Y, _FORMULA_Y = 34, 70


def draw(scene: Scene) -> tuple[list[Picture], tuple[int, int]]:
    """Return each stage as shapes, and the size of the picture.

    Raises:
        ArgumentError: If the picture would be larger than a screen can show.
    """
    places = layouts(scene)
    pictures = [
        _Artist(scene, stage, layout).picture()
        for stage, layout in zip(scene.stages, places, strict=True)
    ]
    return pictures, (places[0].width, places[0].height)


@final
class _Artist:
    """Draws one stage."""

    def __init__(self, scene: Scene, stage: Stage, layout: Layout) -> None:
        self.scene, self.stage, self.layout = scene, stage, layout
        self.say = words(scene.lang)
        #: The numbers that cells have so far.
        self.known: dict[tuple[str, int], float] = {}
        for plane in stage.planes:
            if plane.values is not None and not plane.on_demand:
                values = plane.values.reshape(-1).tolist()
                self.known |= {(plane.name, cell): v for cell, v in enumerate(values)}

    def picture(self) -> Picture:
        """Return the stage as shapes."""
        base = (*self.texts(), *self.planes(), *self.legend())
        stays, passes = [], []
        for frame in self.stage.frames:
            self.learn(frame)
            stays.append(tuple(self.stays(frame)))
            passes.append(tuple(self.passes(frame)))
        return Picture(base, tuple(stays), tuple(passes))

    def learn(self, frame: Frame) -> None:
        """Remember the numbers that a frame computes."""
        for filled in frame.filled:
            if filled.values is not None:
                for cell, value in zip(filled.cells, filled.values, strict=True):
                    self.known[filled.plane, cell] = value

    # What is always there

    def texts(self) -> Iterator[Shape]:
        """Return the titles."""
        middle = self.layout.width // 2
        yield Text(self.scene.title, middle, _TITLE_Y, TITLE)
        yield Text(subtitle(self.stage), middle, _FORMULA_Y, SMALL, "dim")

    def planes(self) -> Iterator[Shape]:
        """Return the planes that all frames show."""
        for plane in self.stage.planes:
            if not plane.on_demand:
                values = None if plane.values is None else plane.values.reshape(-1).tolist()
                yield from self.plane(plane, plane.title, values)
                yield from self.sign(plane)

    def plane(self, plane: Plane, title: str, values: Sequence[float] | None) -> Iterator[Shape]:
        """Return a plane with its title and its numbers."""
        by_kind = defaultdict(list)
        for cell in range(len(plane.kinds)):
            by_kind[look(plane, cell)].append(cell)
        for kind, cells in by_kind.items():
            yield self.squares(kind, plane, cells)
        if title:
            left, top, width, _ = self.layout.box(plane, range(len(plane.kinds)))
            yield Text(title, left + width // 2, top - 16, SMALL)
        yield from self.zeros(plane, range(len(plane.kinds)), values)
        if values is not None:
            yield from self.numbers(plane, range(len(plane.kinds)), values)

    def squares(self, paint: str, plane: Plane, cells: Iterable[int]) -> Squares:
        """Return cells of a plane, all painted alike."""
        corners = tuple(self.layout.corner(plane, cell) for cell in cells)
        return Squares(paint, corners, self.layout.cell)

    def numbers(
        self, plane: Plane, cells: Iterable[int], values: Iterable[float], paint: str = ""
    ) -> Iterator[Shape]:
        """Return numbers in cells."""
        half = self.layout.cell // 2
        for cell, value in zip(cells, values, strict=True):
            if self.is_empty(plane, cell):
                continue
            x, y = self.layout.corner(plane, cell)
            text = fixed(float(value), plane.decimals)
            ink = paint or look(plane, cell)
            yield Text(text, x + half, y + half, self.layout.number, ink)

    def zeros(
        self, plane: Plane, cells: Iterable[int], values: object, paint: str = "dim"
    ) -> Iterator[Shape]:
        """Return the zeros that stand between inputs, and with numbers around them too."""
        if plane.part != "input" or self.layout.cell < 18:
            return
        half, size = self.layout.cell // 2, max(11, min(18, self.layout.cell // 3))
        # A maximum takes nothing from the padding, and some averages do not count it.
        spec = self.stage.spec
        counted = not spec.pools or (spec.kind == "avg_pool" and spec.count_include_pad)
        around = ("pad", "strip") if values is not None and counted else ()
        for cell in cells:
            if look(plane, cell) in ("zero", *around):
                x, y = self.layout.corner(plane, cell)
                yield Text("0", x + half, y + half, size, paint)

    def legend(self) -> Iterator[Shape]:
        """Return a line that says what the looks of cells mean."""
        items = legend(self.stage, self.say)
        x = (self.layout.width - legend_width([text for _, text in items])) // 2
        y, size = self.layout.height - 30, SWATCH
        for kind, text in items:
            square = Squares("window" if kind == "winner" else kind, ((x, y - size // 2),), size)
            yield square
            if kind == "winner":
                yield Outline("outline-winner", x + 1, y - size // 2 + 1, size - 2, size - 2)
            yield Text(text, x + size + 8, y, SMALL, "dim", "start")
            x += legend_width([text]) + SPACING

    # What comes and stays

    def stays(self, frame: Frame) -> Iterator[Shape]:
        """Return the cells that a frame computes."""
        for filled in frame.filled:
            plane = self.stage.plane(filled.plane)
            cells = [cell for cell in filled.cells if plane.kinds[cell] != "crop"]
            if cells:
                yield self.squares("done", plane, cells)
            if filled.values is not None:
                values = [self.known[plane.name, cell] for cell in cells]
                yield from self.numbers(plane, cells, values, "done")

    # What passes

    def passes(self, frame: Frame) -> Iterator[Shape]:
        """Return what only one frame shows."""
        for shown in frame.shown:
            plane = self.stage.plane(shown.plane)
            values = None if shown.values is None else shown.values.reshape(-1).tolist()
            yield from self.plane(plane, shown.title, values)
            yield from self.sign(plane)
        for link in frame.links:
            yield self.beam(link.source, link.source_cells, link.target, link.target_cells)
        for mark in frame.marks:
            yield from self.mark(mark.plane, mark.cells, mark.role)
        middle = self.layout.width // 2
        yield Text(frame.caption, middle, self.layout.height - 76, CAPTION)

    def sign(self, plane: Plane) -> Iterator[Shape]:
        """Return the sign left of a plane."""
        if plane.sign:
            left, top, _, height = self.layout.box(plane, range(len(plane.kinds)))
            yield Text(plane.sign, left - 29, top + height // 2, TITLE)

    def mark(self, name: str, cells: tuple[int, ...], role: str) -> Iterator[Shape]:
        """Return cells that a frame points at, with their numbers again, and their outline."""
        plane = self.stage.plane(name)
        left, top, width, height = self.layout.box(plane, cells)
        if role == "winner":
            yield Outline("outline-winner", left + 4, top + 4, width - 8, height - 8)
            return
        pale = [cell for cell in cells if self.is_empty(plane, cell)]
        full = [cell for cell in cells if not self.is_empty(plane, cell)]
        for paint, chosen in (("window-empty", pale), (role, full)):
            if chosen:
                yield self.squares(paint, plane, chosen)
        yield from self.zeros(plane, pale, plane.values, "window-empty")
        numbered = [cell for cell in full if (name, cell) in self.known]
        values = [self.known[name, cell] for cell in numbered]
        yield from self.numbers(plane, numbered, values, role)
        yield Outline(f"outline-{role}", left, top, width, height)

    def is_empty(self, plane: Plane, cell: int) -> bool:
        """Return whether a cell shows no number of the input, or is cut off from the output."""
        kind = look(plane, cell)
        return kind == "crop" or (plane.part == "input" and kind in _EMPTY)

    def beam(
        self, source: str, source_cells: tuple[int, ...], target: str, target_cells: tuple[int, ...]
    ) -> Beam:
        """Return the beam from the right side of one rectangle to the left side of another."""
        x, y, width, height = self.layout.box(self.stage.plane(source), source_cells)
        u, v, _, tall = self.layout.box(self.stage.plane(target), target_cells)
        return Beam(((x + width, y), (u, v), (u, v + tall), (x + width, y + height)))
