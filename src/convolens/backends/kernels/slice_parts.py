"""Which slices of the depth a convolution along three axes reads by which of its taps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Specs
from convolens.backends.kernels.conv_geometry import images
from convolens.ops import Array, Conv, ConvInputGrad, Op

#: Slices laid side by side have at most this many floats, or are those of one output slice.
_FLOATS = 2**19
#: With fewer taps that read zeros their products cost less than to add up a sum for each tap.
_MANY_EMPTY = 1 / 5


@dataclass(frozen=True)
class Part:
    """Output slices that read by the same taps, and where those read.

    Args:
        first: The first output slice.
        step: From one to the next.
        count: How many there are.
        taps: Which taps of the depth take part.
        reads: Which slice each output slice reads by each tap, ``[count, taps]``; -1 for zeros.
        adds: Whether it adds to what other parts compute by other taps, or to the bias.
    """

    first: int
    step: int
    count: int
    taps: tuple[int, ...]
    reads: tuple[tuple[int, ...], ...]
    adds: bool = False

    @property
    def outputs(self) -> slice:
        """The output slices."""
        return slice(self.first, self.first + (self.count - 1) * self.step + 1, self.step)

    @property
    def is_sparse(self) -> bool:
        """Whether so many taps read zeros that their products are worth to be left out."""
        reads = [place for places in self.reads for place in places]
        return reads.count(-1) > _MANY_EMPTY * len(reads)

    @property
    def is_read_in_place(self) -> bool:
        """Whether what its slices read lies as they do: by one tap, one behind another."""
        if len(self.taps) > 1:
            return False
        first = self.reads[0][0]
        return first >= 0 and all(places == (first + at,) for at, places in enumerate(self.reads))

    def put(self, found: Array, to: Array) -> None:
        """Bring what was computed for some output slices, [slices, H, W, C], to its place."""
        if self.adds and to.flags.c_contiguous:
            _native.add(to.reshape(-1), found.reshape(-1), to.reshape(-1))
        elif self.adds:
            np.add(to, found, out=to)
        elif found is not to:
            to[...] = found

    def blocks(self, floats: int) -> Iterator[slice]:
        """Yield the output slices a few at a time; ``floats`` are laid side by side for one."""
        few = max(1, _FLOATS // floats)
        for begin in range(0, self.count, few):
            yield slice(begin, min(self.count, begin + few))


@lru_cache(maxsize=1024)
def parts_of(op: Op, specs: Specs) -> tuple[Part, ...]:
    """Return the parts of the output, or for the input gradient of the image, by their taps."""
    image, weight, output = images(op, specs)
    geometry = cast(Conv, op)
    (before, _), stride, dilation = geometry.padding[0], geometry.stride[0], geometry.dilation[0]
    depth, slices, kernel = image.shape[2], output.shape[2], weight.shape[2]
    if not isinstance(op, ConvInputGrad):
        taps = tuple(range(kernel))
        reads = tuple(
            tuple(_inside(p * stride + r * dilation - before, depth) for r in taps)
            for p in range(slices)
        )
        return tuple(_each_tap(Part(0, 1, slices, taps, reads), weight.shape[1] == 1))
    parts: list[Part] = []
    for phase in range(min(stride, depth)):
        taps = tuple(r for r in range(kernel) if (phase + before - r * dilation) % stride == 0)
        reads = tuple(
            tuple(_inside((d + before - r * dilation) // stride, slices) for r in taps)
            for d in range(phase, depth, stride)
        )
        parts += _each_tap(Part(phase, stride, len(reads), taps, reads), weight.shape[1] == 1)
    return tuple(parts)


def fill(parts: tuple[Part, ...], slices: int) -> bool:
    """Return whether each slice is computed by one part. Others begin as zeros, or as the bias."""
    return sum(part.count for part in parts if not part.adds) == slices


def _each_tap(part: Part, depthwise: bool) -> list[Part]:
    """Return for each tap the slices that read by it, if many taps read zeros; else the part.

    So do channels that are groups of their own, which need no others beside them. A tap by which
    all slices read comes first, and the others add to it. Without taps there is nothing to compute.
    """
    if not (part.is_sparse or depthwise):
        return [part] if part.taps else []
    parts: list[Part] = []
    for place, tap in enumerate(part.taps):
        inside = [at for at, places in enumerate(part.reads) if places[place] >= 0]
        if not inside:
            continue
        reads = tuple((part.reads[at][place],) for at in inside)
        first = part.first + inside[0] * part.step
        begins = len(reads) == part.count and (not parts or parts[0].adds)
        parts.insert(
            0 if begins else len(parts),
            Part(first, part.step, len(reads), (tap,), reads, adds=not begins),
        )
    return parts


def _inside(place: int, size: int) -> int:
    return place if 0 <= place < size else -1
