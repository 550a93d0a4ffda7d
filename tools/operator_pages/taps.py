"""Which inputs each output of an operator reads along its last axis, for some of its samples."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from convolens.ops import ConvWeightGrad, Op, Sample
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._taps import OUTSIDE, Window
from convolens.ops._weighted_taps import Weighted
from convolens.spec import FLOATS, float64

#: A picture has at most so many panels, and a panel at most so many inputs and outputs.
PANELS = 3
LARGEST = 12


@dataclass(frozen=True)
class Cell:
    """Output ``row`` reads what lies at ``column`` by its tap number ``tap``.

    Columns from 0 are inputs; those before 0, and from the number of inputs on, are padding.
    """

    row: int
    column: int
    tap: int
    weight: float | None = None


@dataclass(frozen=True)
class Panel:
    """The taps of one sample along its last axis."""

    sample: Sample
    inputs: int
    outputs: int
    cells: tuple[Cell, ...]

    def reads(self) -> set[tuple[int, int]]:
        """Return the pairs (output, input) that are drawn, without padding."""
        return {(c.row, c.column) for c in self.cells if 0 <= c.column < self.inputs}

    def start(self) -> list[Cell]:
        """Return the first rows, which show stride, padding and dilation."""
        return [cell for cell in self.cells if cell.row < 3]


#: Attributes that do not show in the picture of an axis.
_HIDDEN = ("groups", "outputs", "sizes", "value", "count_include_pad", "divisor_override")


def panels(operator: type[Op]) -> tuple[Panel, ...]:
    """Return pictures of samples that differ most; none if the operator has no tap table."""
    drawn = [panel for panel in map(panel_of, operator.samples()) if panel]
    left = [panel for panel in drawn if max(panel.inputs, panel.outputs) <= LARGEST]
    chosen: list[Panel] = []
    seen: set[tuple[str, str]] = set()
    while left and len(chosen) < PANELS:
        best = max(left, key=lambda panel: len(_features(panel) - seen)) if chosen else left[0]
        chosen.append(best)
        seen |= _features(best)
        left = [panel for panel in left if panel.start() != best.start()]
    return tuple(chosen)


def _features(panel: Panel) -> set[tuple[str, str]]:
    """Return the attributes of a panel's operator, of those with one entry an axis the last."""
    op = panel.sample.op
    values = {field.name: getattr(op, field.name) for field in fields(op)}
    return {
        (name, str(value[-1] if isinstance(value, tuple) else value))
        for name, value in values.items()
        if name not in _HIDDEN
    }


def panel_of(sample: Sample) -> Panel | None:
    """Return the taps of a sample, or None if its operator has no tap table."""
    op: Any = sample.op
    if isinstance(op, ConvWeightGrad) or not (
        isinstance(op, ConvGeometry) or (hasattr(op, "tables") and len(sample.specs) == 1)
    ):
        return None
    if getattr(op, "max_val", None) is not None:
        return None  # what is cut off does not show what it was made of
    x, y = sample.specs[place_of(sample)], op.infer(*sample.specs)
    if 0 in x.shape or 0 in y.shape or y.dtype not in FLOATS:
        return None
    axes = op.rank if hasattr(op, "rank") else len(op.padding)
    if axes == 0 or (axes > 1 and "L]" in op.signature):  # unfolding joins the axes to one
        return None
    # An operator that is told the sizes of an image goes from the windows back to the image.
    backwards = any(field.name in ("sizes", "output_padding") for field in fields(op))
    image = (y if backwards else x).shape
    cells = _cells(op, sample, image[len(image) - axes :])
    if backwards:
        cells = [Cell(c.column, c.row, c.tap, c.weight) for c in cells]
        cells = [c for c in cells if 0 <= c.row < y.shape[-1] and c.column < x.shape[-1]]
    return Panel(sample, x.shape[-1], y.shape[-1], tuple(sorted(cells, key=_order)))


def measured(sample: Sample) -> set[tuple[int, int]]:
    """Return the pairs (output, input) along the last axis that the reference really reads.

    An input that is not a number makes every output that reads it not a number.
    """
    place = place_of(sample)
    arrays = sample.arrays(np.random.default_rng(0), float64)
    pairs = set()
    for column in range(arrays[place].shape[-1]):
        spoiled = [array.copy() for array in arrays]
        spoiled[place][..., column] = np.nan
        y = np.isnan(np.asarray(sample.op.reference(*spoiled)))
        rows = np.flatnonzero(y.any(axis=tuple(range(y.ndim - 1))))
        pairs |= {(int(row), column) for row in rows}
    return pairs


def place_of(sample: Sample) -> int:
    """Return the number of the input whose axis is drawn: the gradient, or else the first one."""
    inputs = sample.op.signature.split(" -> ")[0].split(", ")
    names = [part.split("[")[0] for part in inputs]
    return names.index("g") if "g" in names else 0


def _order(cell: Cell) -> tuple[int, int, int]:
    return cell.row, cell.tap, cell.column


def _cells(op: Any, sample: Sample, sizes: tuple[int, ...]) -> list[Cell]:
    """Return the taps along the last axis of an image of ``sizes``, seen from the windows."""
    if isinstance(op, ConvGeometry):
        weight = sample.specs[1 - place_of(sample)]
        return _sliding(op.windows(weight.shape[2:])[-1], sizes[-1])
    if hasattr(op, "windows"):
        return _sliding(op.windows()[-1], sizes[-1])
    table = op.tables(sizes)[-1]
    if isinstance(table, Weighted):
        return _weighted(table)
    # Where the cells of a padded axis read no input, they lie before or after it.
    before = op.padding[-1][0] if hasattr(op, "padding") else None
    return [
        Cell(row, int(column) if column >= 0 else row - before, tap)
        for (row, tap), column in np.ndenumerate(table)
        if column >= 0 or before is not None
    ]


def _weighted(table: Weighted) -> list[Cell]:
    """Return one cell for each input of a row, with what all taps that read it weigh together."""
    cells: dict[tuple[int, int], Cell] = {}
    for (row, tap), column in np.ndenumerate(table.taps):
        if column >= 0:
            first = cells.get((row, int(column)), Cell(row, int(column), tap, 0.0))
            weight = (first.weight or 0.0) + float(table.weights[row, tap])
            cells[row, int(column)] = Cell(row, int(column), first.tap, weight)
    return list(cells.values())


def _sliding(window: Window, size: int) -> list[Cell]:
    cells = []
    for (row, tap), column in np.ndenumerate(window.taps(size)):
        place = row * window.stride + tap * window.dilation - window.padding[0]
        if column != OUTSIDE:
            cells.append(Cell(row, place if column < 0 else int(column), tap))
    return cells
