"""The view as a product of matrices: windows become rows, then rows times weights give outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import final

from convolens.lens.animate.formulas import size_formula
from convolens.lens.animate.geometry import Geometry
from convolens.lens.animate.numbers import Numbers, decimals
from convolens.lens.animate.planes import grid, input_planes, note, output_planes
from convolens.lens.animate.scene import ALONE, Filled, Frame, Link, Mark, Plane, Stage
from convolens.lens.language import Words
from convolens.lens.notation import LayerSpec
from convolens.lens.report.numbers import fixed


def im2col_stage(
    spec: LayerSpec, numbers: Numbers | None, channels: Sequence[int], say: Words
) -> Stage:
    """Return the stage that shows a convolution as a product of two matrices.

    Args:
        spec: The layer, a convolution of one group.
        numbers: The numbers, or None.
        channels: The output channels to draw.
        say: The texts.

    Source: Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for
    Document Processing", 2006.
    """
    maker = _Maker(spec, numbers, channels, say)
    return Stage(
        "im2col",
        note(maker.geometry, None if numbers is None else numbers.x, say),
        size_formula(spec, say),
        tuple(maker.planes()),
        tuple(maker.frames()),
        spec,
    )


@final
class _Maker:
    """Makes the planes and the frames."""

    def __init__(
        self, spec: LayerSpec, numbers: Numbers | None, channels: Sequence[int], say: Words
    ) -> None:
        self.spec, self.channels, self.say, self.numbers = spec, channels, say, numbers
        self.geometry = Geometry(spec)
        self.rows = self.geometry.outputs[0] * self.geometry.outputs[1]
        self.taps = self.geometry.kernel[0] * self.geometry.kernel[1]
        self.terms = self.taps * spec.channels
        self.places = dict.fromkeys("xwy", 0)
        self.drawn = self.output = None
        if numbers is not None:
            self.drawn = self.geometry.values(numbers.x)
            self.output = numbers.outputs[0].reshape(spec.out_channels, -1)
            self.places = {
                "x": decimals(numbers.x),
                "w": decimals(numbers.weights[0]),
                "y": decimals(self.output),
            }

    def planes(self) -> Iterator[Plane]:
        """Return the planes, inputs first."""
        image = None if self.numbers is None else self.numbers.x
        places, say, count = self.places, self.say, len(self.channels)
        yield from input_planes(self.geometry, image, places["x"], say)
        rows, terms = self.rows, self.terms
        yield grid(
            "rows", "matrix", (1, ALONE), (rows, terms), title=say("matrix"), decimals=places["x"]
        )
        weights = None
        if self.numbers is not None:
            flat = self.numbers.weights[0].reshape(self.spec.out_channels, -1)
            weights = flat[list(self.channels)].T.reshape(-1)
        yield grid(
            "weights", "weights", (2, ALONE), (terms, count), title=say("weights"),
            values=weights, decimals=places["w"], sign="×",
        )  # fmt: skip
        yield grid(
            "result", "result", (3, ALONE), (rows, count), kind="output", title=say("result"),
            decimals=places["y"], sign="=",
        )  # fmt: skip
        yield from output_planes(self.geometry, self.channels, places["y"], say)

    def frames(self) -> Iterator[Frame]:
        """Return a frame for each row of the matrix, then one for each entry of the product."""
        for row in range(self.rows):
            yield self.row(row)
        for column, k in enumerate(self.channels):
            for row in range(self.rows):
                yield self.entry(row, column, k)

    def row(self, row: int) -> Frame:
        """Return the frame in which a window becomes a row."""
        p, q = divmod(row, self.geometry.outputs[1])
        cells = self.geometry.window(p, q)
        marks, links, values = [], [], []
        for c in range(self.spec.channels):
            first = row * self.terms + c * self.taps
            part = tuple(range(first, first + self.taps))
            marks.append(Mark(f"x{c}", cells, "window"))
            links.append(Link(f"x{c}", cells, "rows", part))
            if self.drawn is not None:
                values += self.drawn[c, list(cells)].tolist()
        whole = tuple(range(row * self.terms, (row + 1) * self.terms))
        marks.append(Mark("rows", whole, "current"))
        filled = Filled("rows", whole, tuple(values) if self.drawn is not None else None)
        at = f"[{p}, {q}]" if self.spec.rank == 2 else f"[{q}]"
        caption = self.say("row", at=at, row=row)
        return Frame(caption, tuple(marks), tuple(links), (), (filled,), None)

    def entry(self, row: int, column: int, k: int) -> Frame:
        """Return the frame in which a row times a column becomes an output."""
        count = len(self.channels)
        p, q = divmod(row, self.geometry.outputs[1])
        at, cell = self.geometry.at("y", k, p, q), row * count + column
        caption, value = self.say("entry", at=at, row=row, k=column), None
        if self.output is not None:
            value = (float(self.output[k, row]),)
            shown = fixed(value[0], self.places["y"])
            caption = self.say("entry.numbers", at=at, row=row, k=column, value=shown)
        marks = (
            Mark("rows", tuple(range(row * self.terms, (row + 1) * self.terms)), "window"),
            Mark("weights", tuple(range(column, self.terms * count, count)), "window"),
            Mark("result", (cell,), "current"),
            Mark(f"y{k}", (row,), "current"),
        )
        links = (Link("result", (cell,), f"y{k}", (row,)),)
        filled = (Filled("result", (cell,), value), Filled(f"y{k}", (row,), value))
        return Frame(caption, marks, links, (), filled, (k, p, q))
