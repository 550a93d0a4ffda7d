"""The view of a transposed convolution by inputs: each adds its number times the kernel.

The output is drawn with the cells that the padding cuts off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import final

import numpy as np

from convolens.lens.animate.formulas import size_formula
from convolens.lens.animate.geometry import Geometry
from convolens.lens.animate.numbers import Numbers, decimals
from convolens.lens.animate.planes import grid, title
from convolens.lens.animate.scene import Filled, Frame, Link, Mark, Plane, Shown, Stage
from convolens.lens.language import Words
from convolens.lens.notation import LayerSpec
from convolens.lens.report.numbers import fixed
from convolens.ops import Array
from convolens.ops._taps import Window


def scatter_stage(
    spec: LayerSpec, numbers: Numbers | None, channels: Sequence[int], say: Words
) -> Stage:
    """Return the stage that shows what each input of a transposed convolution adds.

    Args:
        spec: The layer.
        numbers: The numbers, or None.
        channels: The output channels to draw.
        say: The texts.
    """
    maker = _Maker(spec, numbers, channels, say)
    return Stage(
        "scatter",
        "",
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
        self.spec, self.channels, self.say = spec, channels, say
        self.geometry = Geometry(spec)
        self.sizes, self.outputs = self.geometry.sizes, self.geometry.outputs
        self.windows = spec.windows if spec.rank == 2 else (Window(1), *spec.windows)
        #: The output's height and width with what is cut off before and after.
        height, width = (
            max(outputs + sum(window.padding), (size - 1) * window.stride + window.extent)
            for window, outputs, size in zip(self.windows, self.outputs, self.sizes, strict=True)
        )
        self.whole = height, width
        self.numbers = numbers
        self.places = dict.fromkeys("xwy", 0)
        if numbers is not None:
            (self.weight,), (output,) = numbers.weights, numbers.outputs
            self.places["x"], self.places["w"] = decimals(numbers.x), decimals(self.weight)
            least = 1 if self.places["x"] or self.places["w"] else 0
            self.places["y"] = decimals(output, least=least)
            flat = np.zeros((spec.out_channels, self.whole[0] * self.whole[1]))
            self.sums = flat if numbers.bias is None else flat + numbers.bias[:, None]

    def planes(self) -> Iterator[Plane]:
        """Return the planes, inputs first."""
        spec, say, places = self.spec, self.say, self.places
        shown = self.numbers is not None
        cells = self.sizes[0] * self.sizes[1]
        for c in range(spec.channels):
            values = self.numbers.x[c].reshape(-1) if self.numbers else None
            yield Plane(
                f"x{c}", "input", title("x", c, spec.channels, say), 0, c, *self.sizes,
                ("input",) * cells, tuple(range(cells)), values, places["x"],
            )  # fmt: skip
        for row, k in enumerate(self.channels):
            yield grid(
                f"w{k}", "kernel", (1, row), self.geometry.kernel,
                decimals=places["w"], on_demand=True, sign="×",
            )  # fmt: skip
            if shown:
                yield grid(
                    f"m{k}", "product", (2, row), self.geometry.kernel,
                    decimals=places["y"], on_demand=True, sign="=",
                )  # fmt: skip
        kinds = self.output_kinds()
        sources = tuple(map(self.output_index, range(len(kinds))))
        biased = self.numbers is not None and self.numbers.bias is not None
        for row, k in enumerate(self.channels):
            yield Plane(
                f"y{k}", "output", title("y", k, spec.out_channels, say), 0, row, *self.whole,
                kinds, sources, self.sums[k].copy() if biased else None, places["y"],
            )  # fmt: skip

    def output_index(self, cell: int) -> int:
        """Return which output a drawn cell is, or -1 if it is cut off."""
        row, column = divmod(cell, self.whole[1])
        p, q = row - self.windows[0].padding[0], column - self.windows[1].padding[0]
        inside = 0 <= p < self.outputs[0] and 0 <= q < self.outputs[1]
        return p * self.outputs[1] + q if inside else -1

    def output_kinds(self) -> tuple[str, ...]:
        """Return what each cell of the output is."""
        extra = self.spec.output_padding if self.spec.rank == 2 else (0, *self.spec.output_padding)
        kinds = []
        for cell in range(self.whole[0] * self.whole[1]):
            index = self.output_index(cell)
            p, q = divmod(index, self.outputs[1])
            strip = p >= self.outputs[0] - extra[0] or q >= self.outputs[1] - extra[1]
            kinds.append("crop" if index < 0 else "strip" if strip else "output")
        return tuple(kinds)

    def frames(self) -> Iterator[Frame]:
        """Return a frame for each input of those channels that the drawn outputs read."""
        read = sorted({c for k in self.channels for c in self.geometry.readers(k)})
        for c in read:
            for i in range(self.sizes[0]):
                for j in range(self.sizes[1]):
                    yield self.frame(c, i, j)

    def frame(self, c: int, i: int, j: int) -> Frame:
        """Return the frame of one input."""
        cell = i * self.sizes[1] + j
        places = self.places_of(i, j)
        readers = [k for k in self.channels if c in self.geometry.readers(k)]
        marks, links = [Mark(f"x{c}", (cell,), "current")], []
        shown: list[Shown] = []
        filled: list[Filled] = []
        value = None
        if self.numbers is not None:
            value = float(self.numbers.x[c].reshape(-1)[cell])
        for k in readers:
            several = max(self.spec.channels, self.spec.out_channels) > 1
            name = self.say("kernel.channel", k=k, c=c) if several else self.say("kernel")
            marks.append(Mark(f"y{k}", places, "window"))
            source = f"w{k}"
            if value is None:
                shown.append(Shown(f"w{k}", name))
                filled.append(Filled(f"y{k}", places))
            else:
                kernel = self.kernel(k, c)
                shown += [
                    Shown(f"w{k}", name, kernel),
                    Shown(f"m{k}", self.say("product"), kernel * value),
                ]
                source = f"m{k}"
                self.sums[k, list(places)] += kernel * value
                after = tuple(float(self.sums[k, place]) for place in places)
                filled.append(Filled(f"y{k}", places, after))
            taps = tuple(range(len(places)))
            links.append(Link(source, taps, f"y{k}", places))
        return Frame(
            self.caption(c, i, j, places, value),
            tuple(marks),
            tuple(links),
            tuple(shown),
            tuple(filled),
            (c, i, j),
        )

    def kernel(self, k: int, c: int) -> Array:
        """Return the kernel from an input channel to an output channel, tap by tap."""
        each = self.spec.out_channels // self.spec.groups
        kernel: Array = self.weight[c, k % each].reshape(-1).astype(np.float64)
        return kernel

    def places_of(self, i: int, j: int) -> tuple[int, ...]:
        """Return the cells of the drawn output that an input adds to, tap by tap."""
        down, across = (
            place * window.stride + np.arange(window.kernel) * window.dilation
            for place, window in zip((i, j), self.windows, strict=True)
        )
        return tuple(int(cell) for cell in (down[:, None] * self.whole[1] + across).ravel())

    def caption(self, c: int, i: int, j: int, places: Sequence[int], value: float | None) -> str:
        """Return what an input does, in one line."""
        at = self.geometry.at("x", c, i, j)
        cropped = sum(self.output_index(place) < 0 for place in places)
        count = len(places) - cropped
        if value is None:
            text = self.say("scatter", at=at, count=count)
        else:
            shown = fixed(value, self.places["x"])
            text = self.say("scatter.numbers", at=at, count=count, value=shown)
        return text + (self.say("scatter.cropped", cropped=cropped) if cropped else "")
