"""The view by windows: each output with the cells under its window, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import final

import numpy as np

from convolens.lens.animate.captions import Captions
from convolens.lens.animate.formulas import size_formula
from convolens.lens.animate.geometry import Geometry
from convolens.lens.animate.numbers import Numbers, decimals
from convolens.lens.animate.planes import grid, input_planes, note, output_planes
from convolens.lens.animate.scene import Filled, Frame, Letter, Link, Mark, Plane, Shown, Stage
from convolens.lens.language import Words
from convolens.lens.notation import LayerSpec
from convolens.lens.report.numbers import largest
from convolens.ops import Array

#: The columns of the picture, after that of the input.
_KERNEL, _PRODUCT, _PARTIAL = 1, 2, 3


def window_stage(
    spec: LayerSpec,
    numbers: Numbers | None,
    channels: Sequence[int],
    say: Words,
    step: int = 0,
    title: str = "",
    letters: tuple[Letter, Letter] = ("x", "y"),
) -> Stage:
    """Return the stage that shows one step of a layer window by window.

    Args:
        spec: The step.
        numbers: The numbers of all steps, or None.
        channels: The output channels to draw.
        say: The texts.
        step: Which step it is.
        title: The stage's title.
        letters: What its input and its output are called.
    """
    maker = _Maker(spec, _Given(spec, numbers, step), say, letters)
    parts = (title, note(maker.geometry, maker.given.image, say))
    return Stage(
        "window",
        ". ".join(filter(None, parts)),
        size_formula(spec, say),
        tuple(maker.planes(channels)),
        tuple(maker.frames(channels)),
        spec,
        letters,
        step,
    )


@final
class _Given:
    """The numbers of one step, and with how many decimals they are written."""

    def __init__(self, spec: LayerSpec, numbers: Numbers | None, step: int) -> None:
        self.decimals = dict.fromkeys("xwpy", 0)
        self.image: Array | None = None
        if numbers is None:
            return
        self.image = numbers.image(step)
        self.drawn = Geometry(spec).values(self.image).astype(np.float64)
        self.output = numbers.outputs[step].reshape(spec.out_channels, -1)
        self.decimals |= {"x": decimals(self.image), "y": decimals(self.output)}
        if spec.pools:
            return
        self.weight = numbers.weights[step]
        self.bias = numbers.bias if spec.bias else None
        self.decimals["w"] = decimals(self.weight)
        top = largest(self.drawn) * largest(self.weight)
        least = 1 if self.decimals["x"] or self.decimals["w"] else 0
        self.decimals["p"] = decimals(np.array([top]), least=least)
        self.decimals["y"] = decimals(self.output, least=least)


@final
class _Maker:
    """Makes the planes and the frames of one step."""

    def __init__(
        self, spec: LayerSpec, given: _Given, say: Words, letters: tuple[Letter, Letter]
    ) -> None:
        self.spec, self.given, self.say, self.letters = spec, given, say, letters
        self.geometry = Geometry(spec)
        self.captions = Captions(self.geometry, say, given.decimals)
        #: How many channels an output reads.
        self.each = len(self.geometry.readers(0))
        self.numeric = given.image is not None
        self.several = max(spec.channels, spec.out_channels) > 1
        self.shows_kernel = not spec.pools and (self.numeric or self.several)

    def planes(self, channels: Sequence[int]) -> Iterator[Plane]:
        """Return the planes, inputs first."""
        places, size = self.given.decimals, self.geometry.kernel
        first, last = self.letters
        yield from input_planes(self.geometry, self.given.image, places["x"], self.say, first)
        for c in range(self.spec.channels if self.shows_kernel else 0):
            yield grid(
                f"w{c}", "kernel", (_KERNEL, c), size,
                decimals=places["w"], on_demand=True, sign="×",
            )  # fmt: skip
            if self.numeric:
                yield grid(
                    f"m{c}", "product", (_PRODUCT, c), size,
                    decimals=places["p"], on_demand=True, sign="=",
                )  # fmt: skip
            if self.each > 1:
                yield grid(
                    f"s{c}", "partial", (_PARTIAL, c), (1, 1),
                    decimals=places["y"], on_demand=True, sign="→",
                )  # fmt: skip
        yield from output_planes(self.geometry, channels, places["y"], self.say, last)

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
        value = (float(self.given.output[k, cell]),) if self.numeric else None
        winner = self.winner(k, cells)
        marks += [] if winner is None else [Mark(f"x{k}", (winner,), "winner")]
        shown, sums = self.arithmetic(k, cells)
        at = self.geometry.at(self.letters[1], k, p, q)
        return Frame(
            self.caption(at, k, cells, cell, sums),
            tuple(marks),
            tuple(self.links(k, cells, cell)),
            tuple(shown),
            (Filled(f"y{k}", (cell,), value),),
            (k, p, q),
        )

    def winner(self, k: int, cells: Sequence[int]) -> int | None:
        """Return the cell that a maximum takes: the first of equal ones, or the last NaN."""
        if self.spec.kind != "max_pool" or not self.numeric:
            return None
        best = None
        for cell in cells:
            value = self.given.drawn[k, cell]
            if self.geometry.sources[cell] >= 0 and (
                best is None or value > self.given.drawn[k, best] or np.isnan(value)
            ):
                best = cell
        return best

    def arithmetic(self, k: int, cells: Sequence[int]) -> tuple[list[Shown], list[float]]:
        """Return the kernels, products and sums that a frame shows, and the sums."""
        shown: list[Shown] = []
        sums: list[float] = []
        rotated = self.spec.kind == "conv_transpose"
        for c in self.geometry.readers(k) if self.shows_kernel else ():
            title = self.say("kernel.rotated" if rotated else "kernel")
            if self.several:
                title = self.say("kernel.channel", k=k, c=c)
            if not self.numeric:
                shown.append(Shown(f"w{c}", title))
            else:
                weights, products = self.products(k, c, cells)
                sums.append(float(products.sum()))
                name = self.say("product" if self.several else "products")
                shown += [Shown(f"w{c}", title, weights), Shown(f"m{c}", name, products)]
            if self.each > 1:
                total = np.array([sums[-1]]) if sums else None
                shown.append(Shown(f"s{c}", self.say("partial"), total))
        return shown, sums

    def products(self, k: int, c: int, cells: Sequence[int]) -> tuple[Array, Array]:
        """Return a kernel, place by place, and its products with the cells under it."""
        weights = self.geometry.weights(self.given.weight, k, c)
        return weights, self.given.drawn[c, list(cells)] * weights

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

    def caption(
        self, at: str, k: int, cells: Sequence[int], cell: int, sums: Sequence[float]
    ) -> str:
        """Return what a frame does, in one line."""
        if not self.numeric:
            return self.captions.reads(at, cells, self.each)
        value = float(self.given.output[k, cell])
        if self.spec.pools:
            real = [cell for cell in cells if self.geometry.sources[cell] >= 0]
            numbers = self.given.drawn[k, real].tolist()
            return self.captions.pools(at, numbers, self.geometry.divisor(cells), value)
        terms = sums
        if self.each == 1:
            terms = self.products(k, self.geometry.readers(k)[0], cells)[1].tolist()
        bias = None if self.given.bias is None else float(self.given.bias[k])
        return self.captions.sums(at, terms, bias, value, self.each)
