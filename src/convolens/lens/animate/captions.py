"""What the frames of the view by windows say: how an output comes about, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from convolens.lens.animate.formulas import list_of, sum_of
from convolens.lens.animate.geometry import Geometry
from convolens.lens.language import Words
from convolens.lens.report.numbers import fixed


@final
@dataclass(frozen=True)
class Captions:
    """Writes captions for one step of a layer.

    Args:
        geometry: Where its windows lie.
        say: The texts.
        decimals: With how many decimals numbers are written: "x" inputs, "p" products, "y" outputs.
    """

    geometry: Geometry
    say: Words
    decimals: dict[str, int]

    def reads(self, at: str, cells: Sequence[int], channels: int) -> str:
        """Say how many cells of which kind a window covers.

        Args:
            at: The output.
            cells: The cells.
            channels: How many channels it reads.
        """
        spec, say = self.geometry.spec, self.say
        real = sum(self.geometry.sources[cell] >= 0 for cell in cells)
        empty = len(cells) - real
        if spec.kind == "max_pool":
            return say("max.reads", at=at, count=real)
        if spec.kind == "avg_pool":
            return say("mean.reads", at=at, count=self.geometry.divisor(cells))
        if real == 0:
            return say("reads.nothing", at=at)
        key = "reads" if channels == 1 else "reads.channels"
        text = say(key, at=at, count=real, channels=channels)
        copies = sum(self.geometry.kinds[cell] == "pad" for cell in cells)
        if spec.padding_mode != "zeros":
            return text + (say("reads.copies", copies=copies) if copies else "")
        if empty == 0:
            return text
        if spec.kind == "conv_transpose":
            return text + say("reads.zeros", count=empty)
        return text + say("reads.padding", padding=empty)

    def sums(
        self, at: str, terms: Sequence[float], bias: float | None, value: float, channels: int
    ) -> str:
        """Say what is added up: the products of one channel, or the sums of several.

        Args:
            at: The output.
            terms: The products, or the sums.
            bias: The bias, or None.
            value: The output.
            channels: How many channels are read.
        """
        say, places = self.say, self.decimals["y"]
        result = fixed(value, places)
        text = sum_of(terms, self.decimals["p"] if channels == 1 else places)
        if text is None:
            key = "products.many" if channels == 1 else "channels.many"
            text = say(key, count=len(terms))
        if bias is not None:
            text += " + " + say("bias", value=fixed(bias, places))
        key = "sum" if channels == 1 else "sum.partials"
        return say(key, at=at, terms=text, value=result, channels=channels)

    def pools(self, at: str, numbers: Sequence[float], divisor: int, value: float) -> str:
        """Say what a pooling makes of its numbers.

        Args:
            at: The output.
            numbers: The inputs under the window.
            divisor: By how many cells an average is divided.
            value: The output.
        """
        say, result = self.say, fixed(value, self.decimals["y"])
        if self.geometry.spec.kind == "max_pool":
            terms = list_of(numbers, self.decimals["x"])
            if terms is None:
                return say("max.many", at=at, count=len(numbers), value=result)
            return say("max", at=at, terms=terms, value=result)
        terms = sum_of(numbers, self.decimals["x"])
        if terms is None:
            return say("mean.many", at=at, count=divisor, value=result)
        return say("mean", at=at, terms=terms, divisor=divisor, value=result)
