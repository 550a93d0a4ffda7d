"""The view by windows: each output with the cells under its window, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import final

import numpy as np

from convolens.lens.animate.formulas import list_of, size_formula, sum_of
from convolens.lens.animate.geometry import Geometry
from convolens.lens.animate.numbers import Numbers, decimals
from convolens.lens.animate.scene import (
    Filled,
    Frame,
    Link,
    Mark,
    Plane,
    Shown,
    Stage,
)
from convolens.lens.language import Words
from convolens.lens.notation import LayerSpec
from convolens.lens.report.numbers import fixed
from convolens.ops import Array

#: The columns of the picture.
_INPUT, _KERNEL, _PRODUCT, _PARTIAL, _OUTPUT = range(5)


def input_planes(geometry: Geometry, image: Array | None, places: int, say: Words) -> list[Plane]:
    """Return a plane for each channel of the input, with what lies around and between its cells.

    Without numbers, but with a padding mode, cells show their own number, so that the copies in
    the padding tell what they are copies of.
    """
    spec = geometry.spec
    drawn = None if image is None else geometry.values(image)
    if drawn is None and spec.padding_mode != "zeros":
        names = np.array(geometry.sources, np.float64)
        drawn = np.repeat(np.where(names < 0, np.nan, names)[None], spec.channels, axis=0)
    return [
        Plane(
            f"x{c}",
            "input",
            say("input") if spec.channels == 1 else say("input.channel", c=c),
            _INPUT,
            c,
            geometry.rows,
            geometry.columns,
            geometry.kinds,
            geometry.sources,
            None if drawn is None else drawn[c],
            places,
        )
        for c in range(spec.channels)
    ]


def output_planes(
    geometry: Geometry, channels: Sequence[int], places: int, say: Words, column: int = _OUTPUT
) -> list[Plane]:
    """Return an empty plane for each channel of the output that is drawn."""
    rows, columns = geometry.outputs
    several = geometry.spec.out_channels > 1
    return [
        Plane(
            f"y{k}",
            "output",
            say("output.channel", k=k) if several else say("output"),
            column,
            row,
            rows,
            columns,
            ("output",) * (rows * columns),
            decimals=places,
        )
        for row, k in enumerate(channels)
    ]


def window_stage(
    spec: LayerSpec,
    step: int,
    numbers: Numbers | None,
    channels: Sequence[int],
    say: Words,
    title: str = "",
) -> Stage:
    """Return the stage that shows one step of a layer window by window.

    Args:
        spec: The step.
        step: Which it is.
        numbers: The numbers, or None.
        channels: The output channels to draw.
        say: The texts.
        title: The stage's title.
    """
    maker = _Maker(spec, step, numbers, say)
    return Stage(
        "window",
        title,
        size_formula(spec, say),
        (*maker.planes(channels),),
        tuple(maker.frames(channels)),
        step,
    )


@final
class _Maker:
    """Makes the planes and the frames of one step."""

    def __init__(self, spec: LayerSpec, step: int, numbers: Numbers | None, say: Words) -> None:
        self.spec, self.say = spec, say
        self.geometry = Geometry(spec)
        self.each = len(self.geometry.readers(0))
        self.numeric = numbers is not None
        self.image = self.weight = self.bias = self.output = None
        self.places = dict.fromkeys("xwpy", 0)
        if numbers is None:
            return
        self.image, self.output = numbers.image(step), numbers.outputs[step]
        self.drawn = self.geometry.values(self.image)
        self.places["x"] = decimals(self.image)
        self.places["y"] = decimals(self.output)
        if not spec.pools:
            self.weight = numbers.weights[step]
            self.bias = numbers.bias if spec.bias else None
            self.places["w"] = decimals(self.weight)
            largest = np.array([np.abs(self.image).max() * np.abs(self.weight).max()])
            whole = not (self.places["x"] or self.places["w"])
            self.places["p"] = 0 if whole else max(1, decimals(largest + 0.01))
            self.places["y"] = 0 if whole else max(self.places["p"], decimals(self.output))

    @property
    def shows_kernel(self) -> bool:
        """Whether kernels are drawn: with numbers, or where there are several channels."""
        several = max(self.spec.channels, self.spec.out_channels) > 1
        return not self.spec.pools and (self.numeric or several)

    def planes(self, channels: Sequence[int]) -> Iterator[Plane]:
        """Return the planes, inputs first."""
        yield from input_planes(self.geometry, self.image, self.places["x"], self.say)
        rows, columns = self.geometry.kernel
        for c in range(self.spec.channels if self.shows_kernel else 0):
            size = (rows, columns, ("kernel",) * (rows * columns))
            yield Plane(
                f"w{c}", "kernel", "", _KERNEL, c, *size, decimals=self.places["w"],
                on_demand=True, sign="×",
            )  # fmt: skip
            if self.numeric:
                size = (rows, columns, ("product",) * (rows * columns))
                yield Plane(
                    f"m{c}", "product", "", _PRODUCT, c, *size, decimals=self.places["p"],
                    on_demand=True, sign="=",
                )  # fmt: skip
            if self.each > 1:
                yield Plane(
                    f"s{c}", "partial", "", _PARTIAL, c, 1, 1, ("partial",),
                    decimals=self.places["y"], on_demand=True, sign="→",
                )  # fmt: skip
        yield from output_planes(self.geometry, channels, self.places["y"], self.say)

    def frames(self, channels: Sequence[int]) -> Iterator[Frame]:
        """Return a frame for each output."""
        rows, columns = self.geometry.outputs
        for k in channels:
            for p in range(rows):
                for q in range(columns):
                    yield self.frame(k, p, q)

    def frame(self, k: int, p: int, q: int) -> Frame:
        """Return the frame of one output."""
        cells, cell = self.geometry.window(p, q), p * self.geometry.outputs[1] + q
        marks = [Mark(f"x{c}", cells, "window") for c in self.geometry.readers(k)]
        marks.append(Mark(f"y{k}", (cell,), "current"))
        value = None if self.output is None else (float(self.output[k].reshape(-1)[cell]),)
        if self.spec.kind == "max_pool" and value:
            winner = self.winner(k, cells)
            marks += [] if winner is None else [Mark(f"x{k}", (winner,), "winner")]
        shown, sums = self.arithmetic(k, cells)
        caption = self.caption(k, p, q, cells, sums)
        return Frame(
            caption,
            tuple(marks),
            tuple(self.links(k, cells, cell)),
            tuple(shown),
            (Filled(f"y{k}", (cell,), value),),
            (k, p, q),
        )

    def winner(self, k: int, cells: Sequence[int]) -> int | None:
        """Return the cell with the largest number: the first of equal ones, or the last NaN."""
        best = None
        for cell in cells:
            if self.geometry.sources[cell] < 0:
                continue
            value = self.drawn[k, cell]
            if best is None or value > self.drawn[k, best] or np.isnan(value):
                best = cell
        return best

    def arithmetic(self, k: int, cells: Sequence[int]) -> tuple[list[Shown], list[float]]:
        """Return the kernels, products and sums that a frame shows, and the sums."""
        shown, sums = [], []
        for c in self.geometry.readers(k) if self.shows_kernel else ():
            several = max(self.spec.channels, self.spec.out_channels) > 1
            rotated = self.spec.kind == "conv_transpose"
            title = self.say("kernel.rotated" if rotated else "kernel")
            if several:
                title = self.say("kernel.channel", k=k, c=c)
            if self.weight is None:
                shown.append(Shown(f"w{c}", title))
            else:
                weights = self.geometry.weights(self.weight, k, c)
                products = self.drawn[c, list(cells)].astype(np.float64) * weights
                sums.append(float(products.sum()))
                shown.append(Shown(f"w{c}", title, weights))
                name = "product" if several else "products"
                shown.append(Shown(f"m{c}", self.say(name), products))
            if self.each > 1:
                total = np.array([sums[-1]]) if sums else None
                shown.append(Shown(f"s{c}", self.say("partial"), total))
        return shown, sums

    def links(self, k: int, cells: tuple[int, ...], cell: int) -> Iterator[Link]:
        """Return the beams of a frame: from its last planes to the output."""
        for c in self.geometry.readers(k):
            source, places = f"x{c}", cells
            if self.each > 1:
                source, places = f"s{c}", (0,)
            elif self.shows_kernel:
                source = f"m{c}" if self.numeric else f"w{c}"
                places = tuple(range(len(cells)))
            yield Link(source, places, f"y{k}", (cell,))

    def caption(self, k: int, p: int, q: int, cells: Sequence[int], sums: Sequence[float]) -> str:
        """Return what a frame does, in one line."""
        at = self.geometry.at(k, p, q)
        if self.output is None:
            return self.plain_caption(at, cells)
        places = self.places["y"]
        value = fixed(float(self.output[k, p, q] if self.spec.rank == 2 else self.output[k, q]),
                      places)  # fmt: skip
        if self.spec.pools:
            return self.pool_caption(at, k, cells, value)
        terms: Sequence[float] = sums
        if self.each == 1:
            (c,) = self.geometry.readers(k)
            terms = self.drawn[c, list(cells)].astype(np.float64) * self.geometry.weights(
                self.weight,
                k,
                c,  # type: ignore[arg-type]
            )
        text = sum_of(terms, self.places["p"] if self.each == 1 else places)
        if text is None:
            count = self.each * len(cells)
            return self.say("sum.many", at=at, count=count, value=value)
        if self.bias is not None:
            text += " + " + self.say("bias", value=fixed(float(self.bias[k]), places))
        if self.each == 1:
            return self.say("sum", at=at, terms=text, value=value)
        return self.say("sum.partials", at=at, terms=text, value=value, channels=self.each)

    def plain_caption(self, at: str, cells: Sequence[int]) -> str:
        """Return how many cells of which kind a window covers."""
        kinds = [self.geometry.kinds[cell] for cell in cells]
        real = sum(self.geometry.sources[cell] >= 0 for cell in cells)
        if self.spec.kind == "max_pool":
            return self.say("max.reads", at=at, count=real)
        if self.spec.kind == "avg_pool":
            return self.say("mean.reads", at=at, count=self.divisor(cells))
        if real == 0:
            return self.say("reads.nothing", at=at)
        key = "reads" if self.each == 1 else "reads.channels"
        text = self.say(key, at=at, count=real, channels=self.each)
        if self.spec.padding_mode != "zeros":
            copies = kinds.count("pad")
            return text + (self.say("reads.copies", copies=copies) if copies else "")
        if real == len(cells):
            return text
        if self.spec.kind == "conv_transpose":
            return text + self.say("reads.zeros", zeros=len(cells) - real)
        return text + self.say("reads.padding", padding=len(cells) - real)

    def divisor(self, cells: Sequence[int]) -> int:
        """Return by how many cells an average is divided."""
        counted = ("input", "pad") if self.spec.count_include_pad else ("input",)
        return sum(self.geometry.kinds[cell] in counted for cell in cells)

    def pool_caption(self, at: str, k: int, cells: Sequence[int], value: str) -> str:
        """Return what a pooling makes of its numbers."""
        real = [cell for cell in cells if self.geometry.sources[cell] >= 0]
        numbers = self.drawn[k, real]
        if self.spec.kind == "max_pool":
            terms = list_of(numbers, self.places["x"])
            if terms is None:
                return self.say("max.many", at=at, count=len(real), value=value)
            return self.say("max", at=at, terms=terms, value=value)
        terms, divisor = sum_of(numbers, self.places["x"]), self.divisor(cells)
        if terms is None:
            return self.say("mean.many", at=at, count=divisor, value=value)
        return self.say("mean", at=at, terms=terms, divisor=divisor, value=value)
