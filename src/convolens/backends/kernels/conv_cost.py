"""About how long each way to compute a convolution takes, in cycles of one core.

The models count what the inner loops do for one output position (or pixel of a gradient): two
multiply-adds or two loads a cycle, and some cycles for what surrounds a loop. They are right to
about a quarter, which is enough to tell the candidates apart. All are proportional to the batch
size: the choice must not depend on it, so that a batch gives the same bits as its images one by
one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import gcd, prod
from typing import cast

from convolens import _native
from convolens.backends.candidate import Specs
from convolens.ops import Conv, ConvInputGrad, ConvWeightGrad, Op
from convolens.spec import TensorSpec

_NANOSECONDS = 1 / 3.0
#: Cycles to begin and end a register tile, and to move on to the next segment of its windows.
_TILE, _SEGMENT = 45.0, 8.0
#: Cycles to copy a piece of at most a register, into a tile or a wider panel, and to add one to
#: what lies in memory.
_COPY, _COPY_WIDE, _ADD = 2.5, 4.0, 2.0
#: Lines of 64 bytes in the first level of cache, per set, and sets.
_WAYS, _SETS, _LINE = 12, 64, 64


@dataclass(frozen=True)
class Registers:
    """The register tile of an instruction set.

    Args:
        lanes: The floats of a register.
        rows: The rows of the largest tile; it has two registers in a row.
    """

    lanes: int
    rows: int


@lru_cache(maxsize=1)
def registers() -> Registers:
    """Return the register tile of the instruction set in use."""
    return Registers(*_native.register_tile())


@dataclass(frozen=True)
class Geometry:
    """The sizes of a convolution, one number an axis; the same for its gradients."""

    batch: int
    groups: int
    channels: int
    outputs: int
    sizes: tuple[int, ...]
    positions: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: int

    @property
    def length(self) -> int:
        """The products of one output of a group."""
        return self.channels * prod(self.kernel)

    @property
    def merged(self) -> bool:
        """Whether the taps of a row lie side by side in memory."""
        return self.groups == 1 and (self.dilation[-1] == 1 or self.kernel[-1] == 1)

    @property
    def run(self) -> int:
        """How many numbers that a window reads lie side by side."""
        return self.kernel[-1] * self.channels if self.merged else self.channels

    @property
    def segments(self) -> int:
        """How many such runs a window has."""
        return self.length // self.run

    @property
    def places(self) -> int:
        """All output positions of the batch."""
        return self.batch * prod(self.positions)


def images(op: Op, specs: Specs) -> tuple[TensorSpec, TensorSpec, TensorSpec]:
    """Return the specs of image, weight and output, whichever of the three operators it is."""
    if isinstance(op, ConvInputGrad):
        return op.infer(*specs), specs[0], specs[1]
    if isinstance(op, ConvWeightGrad):
        return specs[0], op.infer(*specs), specs[1]
    return specs[0], specs[1], op.infer(*specs)


@lru_cache(maxsize=4096)
def geometry(op: Op, specs: Specs) -> Geometry:
    """Return the sizes of a convolution or of one of its gradients."""
    conv = cast(Conv, op)
    image, weight, output = images(op, specs)
    return Geometry(
        image.shape[0],
        conv.groups,
        weight.shape[1],
        weight.shape[0] // conv.groups,
        image.shape[2:],
        output.shape[2:],
        weight.shape[2:],
        conv.stride,
        conv.dilation,
        sum(map(sum, conv.padding)),
    )


def _tiles(length: int, most: int) -> list[int]:
    """Return the sizes of the tiles that ``length`` is split into, nearly equal ones."""
    count = -(-length // most)
    return [length * (i + 1) // count - length * i // count for i in range(count)]


def _panels(columns: int) -> tuple[int, int]:
    """Return how many whole panels of two registers, and how many of one, hold ``columns``."""
    wide, left = divmod(columns, 2 * registers().lanes)
    return (wide + 1, 0) if left > registers().lanes else (wide, 1 if left else 0)


def _step(rows: float, wide: float) -> float:
    """Return the cycles of one step of a tile, for all of its columns."""
    return max(rows * wide / 2, (rows + wide) / 2, 4.0)


def _products(length: float, segments: float, columns: int, rows: float, run: float) -> float:
    """Return the cycles for the products of a tile's row with ``columns`` columns.

    Few columns share a register, several lanes each: see native/kernels/narrow.h.
    """
    lanes, each = registers().lanes, 1
    if columns * 2 <= lanes:
        steps = {e: run // e + (2 if run % e else 0) for e in (2, 4, 8, 16) if e * columns <= lanes}
        each = min(steps, key=lambda e: steps[e])
        if steps[each] >= run:
            each = 1
    if each > 1:
        count = segments * (run // each + (2 if run % each else 0))
        return (count * _step(rows, 1) + _TILE + 25 + _SEGMENT * segments) / rows
    wide, narrow = _panels(columns)
    cycles = length * (wide * _step(rows, 2) + narrow * _step(rows, 1))
    return (cycles + (wide + narrow) * (_TILE + _SEGMENT * segments)) / rows


def _rows(columns: int) -> float:
    """Return the mean size of the tiles of a row of outputs."""
    tiles = _tiles(columns, registers().rows)
    return columns / len(tiles)


def product(op: Op, specs: Specs) -> float:
    """Return the time of one product of matrices, in nanoseconds."""
    g = geometry(op, specs)
    columns, length = (
        (g.channels, g.outputs)
        if isinstance(op, ConvInputGrad)
        else (
            g.outputs,
            g.channels,
        )
    )
    return _NANOSECONDS * g.places * _products(length, 1, columns, registers().rows, 1)


def direct(op: Op, specs: Specs) -> float:
    """Return the time of reading the taps where they lie, in nanoseconds."""
    g = geometry(op, specs)
    if isinstance(op, ConvWeightGrad):
        return _NANOSECONDS * g.places * g.groups * _weight_grad_direct(g)
    if isinstance(op, ConvInputGrad):
        # Phase by phase of the stride, each pixel reads the taps that fall on outputs.
        pixels = g.batch * prod(g.sizes)
        taps = prod(g.kernel) / prod(g.stride)
        merged = g.merged and g.stride[-1] == 1
        segments = taps / g.kernel[-1] if merged else taps
        run = g.outputs * (g.kernel[-1] if merged else 1)
        rows = _rows(-(-g.sizes[-1] // g.stride[-1]))
        each = _products(taps * g.outputs, segments, g.channels, rows, run)
        return _NANOSECONDS * pixels * g.groups * each
    each = _products(g.length, g.segments, g.outputs, _rows(g.positions[-1]), g.run)
    return _NANOSECONDS * g.places * g.groups * each


def gather(op: Op, specs: Specs) -> float:
    """Return the time of copying patches side by side first, in nanoseconds."""
    g = geometry(op, specs)
    if isinstance(op, ConvWeightGrad):
        return _NANOSECONDS * g.places * g.groups * _weight_grad_gather(g)
    lanes = registers().lanes
    if isinstance(op, ConvInputGrad):
        taps = prod(g.kernel) / prod(g.stride)
        rows = _rows(-(-g.sizes[-1] // g.stride[-1]))
        length = taps * g.outputs
        copies = taps * -(-g.outputs // lanes) * _COPY
        each = _products(length, 1, g.channels, rows, length) + copies
        return _NANOSECONDS * g.batch * prod(g.sizes) * g.groups * each
    copies = g.segments * -(-g.run // lanes) * _COPY
    each = _products(g.length, 1, g.outputs, _rows(g.positions[-1]), g.length) + copies
    return _NANOSECONDS * g.places * g.groups * each


def scatter(op: Op, specs: Specs) -> float:
    """Return the time of an input gradient by adding products where windows lie, in nanoseconds."""
    g = geometry(op, specs)
    panels = -(-g.length // (2 * registers().lanes))
    rows = _rows(g.positions[-1])
    each = panels * (g.outputs * _step(rows, 2) + _TILE) / rows
    each += g.segments * -(-g.run // registers().lanes) * _ADD
    return _NANOSECONDS * g.places * g.groups * each


def planes(op: Op, specs: Specs) -> float:
    """Return the time of filling registers with neighbouring outputs, in nanoseconds."""
    g = geometry(op, specs)
    lanes, columns = registers().lanes, g.positions[-1]
    filled = -(-columns // lanes) * lanes / columns
    turned = -(-g.outputs // 8) * 40.0
    if isinstance(op, ConvWeightGrad):
        each = g.length * (0.7 * g.outputs + 1.5) + turned
        return _NANOSECONDS * g.places * filled * each / lanes
    each = g.length * max(g.outputs / 2, (g.outputs + 2) / 2) + turned
    return _NANOSECONDS * g.places * 1.15 * each / lanes


def depthwise(op: Op, specs: Specs) -> float:
    """Return the time of filling registers with neighbouring channels, in nanoseconds."""
    g = geometry(op, specs)
    filled = -(-g.groups * g.outputs // registers().lanes)
    return _NANOSECONDS * g.places * filled * (prod(g.kernel) * 0.7 + 4.0)


def _panel_steps(outputs: int, rows: float) -> float:
    wide, narrow = _panels(outputs)
    return wide * _step(rows, 2) + narrow * _step(rows, 1)


def _weight_grad_direct(g: Geometry) -> float:
    """Return the cycles for one output position."""
    cycles = g.segments * sum(_panel_steps(g.outputs, r) for r in _tiles(g.run, registers().rows))
    # The image is read at the stride of a pixel. If that is a multiple of many lines of cache, its
    # numbers compete for a few of them.
    stride = g.channels * g.groups * g.stride[-1] * 4 // _LINE
    sets = _SETS // gcd(stride, _SETS) if stride else _SETS
    if min(192, prod(g.positions)) > 2 * _WAYS * sets:
        cycles *= 1.0 + 2.8 / sets
    return cycles + 3.0 * sum(_panels(g.outputs))


def _weight_grad_gather(g: Geometry) -> float:
    """Return the cycles for one output position."""
    tiles = _tiles(g.length, registers().rows)
    pieces = len(tiles) + g.segments - 1
    cycles = sum(_panel_steps(g.outputs, rows) for rows in tiles)
    return cycles + _COPY * pieces + 3.0 * sum(_panels(g.outputs))


def gather_taps(op: Op, specs: Specs) -> float:
    """Return the time of a weight gradient with taps in the lanes, in nanoseconds."""
    g = geometry(op, specs)
    lanes = registers().lanes
    wide, narrow = _panels(g.length)
    pieces = g.segments * (1 + g.run // lanes) + wide + narrow
    steps = sum(
        wide * _step(rows, 2) + narrow * _step(rows, 1)
        for rows in _tiles(g.outputs, registers().rows)
    )
    return _NANOSECONDS * g.places * g.groups * (steps + _COPY_WIDE * pieces)
