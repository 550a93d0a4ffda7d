"""The scene: what an animation shows, as data. Nothing here knows how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, final

from convolens.lens.notation import LayerSpec
from convolens.ops import Array

#: How a layer is shown: by its windows, by what each input adds, or as a product of matrices.
View = Literal["window", "scatter", "im2col"]
#: Which part of the arithmetic a plane is. Those of "output" are stacked beside the others.
Part = Literal["input", "kernel", "product", "partial", "matrix", "weights", "result", "output"]
#: x is the input, y the output, z what is between the two steps of a separable convolution.
Letter = Literal["x", "y", "z"]
#: What a mark says about cells.
Role = Literal["window", "current", "winner"]


#: The row of a plane that has a column to itself.
ALONE = -1


@final
@dataclass(frozen=True, eq=False)
class Plane:
    """A grid of cells.

    Attributes:
        name: Its name, one of its kind in a stage.
        part: Which part of the arithmetic it is.
        title: What stands above it.
        column: Its place from left to right.
        row: Its place from top to bottom: planes of one row belong together; ALONE for the only
            one of its column.
        rows: Its height in cells.
        columns: Its width in cells.
        kinds: What each cell is, row by row.
        sources: For the input: which cell of the image each shows, row by row, or -1.
        values: The numbers in the cells, NaN where there is none; None for a plane without any.
        decimals: With how many decimals numbers are written.
        on_demand: Whether it is drawn only in frames that show it.
        sign: What stands left of it, such as a multiplication sign.
    """

    name: str
    part: Part
    title: str
    column: int
    row: int
    rows: int
    columns: int
    kinds: tuple[str, ...]
    sources: tuple[int, ...] = ()
    values: Array | None = None
    decimals: int = 0
    on_demand: bool = False
    sign: str = ""


@final
@dataclass(frozen=True)
class Mark:
    """Cells of a plane that a frame points at, in the order of the kernel's places."""

    plane: str
    cells: tuple[int, ...]
    role: Role


@final
@dataclass(frozen=True)
class Link:
    """A beam from cells of one plane to cells of another."""

    source: str
    source_cells: tuple[int, ...]
    target: str
    target_cells: tuple[int, ...]


@final
@dataclass(frozen=True, eq=False)
class Shown:
    """A plane that only this frame shows, with its numbers in this frame."""

    plane: str
    title: str = ""
    values: Array | None = None


@final
@dataclass(frozen=True, eq=False)
class Filled:
    """Cells that have been computed: they stay so, and keep their numbers, until the stage ends."""

    plane: str
    cells: tuple[int, ...]
    values: tuple[float, ...] | None = None


@final
@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a stage.

    Attributes:
        caption: What happens, in one line.
        marks: The cells that it points at.
        links: The beams between them.
        shown: The planes that only it shows.
        filled: What it computes.
        target: The output (k, p, q) or the input (c, i, j) that it is about.
    """

    caption: str
    marks: tuple[Mark, ...] = ()
    links: tuple[Link, ...] = ()
    shown: tuple[Shown, ...] = ()
    filled: tuple[Filled, ...] = ()
    target: tuple[int, int, int] | None = None


@final
@dataclass(frozen=True, eq=False)
class Stage:
    """A layer at work, from its empty output to the whole of it.

    Attributes:
        view: How it is shown.
        title: What it is.
        formula: How its sizes follow.
        planes: The grids.
        frames: What happens, one after the other.
        spec: The layer, or the step of a separable convolution.
        letters: What its input and its output are called.
        number: Which step it is.
    """

    view: View
    title: str
    formula: str
    planes: tuple[Plane, ...]
    frames: tuple[Frame, ...]
    spec: LayerSpec
    letters: tuple[Letter, Letter] = ("x", "y")
    number: int = 0
    _by_name: dict[str, Plane] = field(default_factory=dict, repr=False)

    def plane(self, name: str) -> Plane:
        """Return a plane by its name."""
        if not self._by_name:
            self._by_name.update((plane.name, plane) for plane in self.planes)
        return self._by_name[name]


@final
@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that an animation shows.

    Attributes:
        title: The layer as text.
        stages: Its steps; one, but for a separable convolution.
        lang: The language of its texts.
    """

    title: str
    stages: tuple[Stage, ...]
    lang: str

    def __len__(self) -> int:
        return sum(len(stage.frames) for stage in self.stages)
