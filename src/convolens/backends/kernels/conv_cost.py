"""About how long each way to compute a convolution takes, in cycles of one core.

The models count what the inner loops do for one output position (or pixel of a gradient): two
multiply-adds or two loads a cycle, and some cycles for what surrounds a loop. They are right to
about a quarter, which is enough to tell the candidates apart. All are proportional to the batch
size: the choice must not depend on it, so that a batch gives the same bits as its images one by
one. What a call does once, such as to read its weights, is shared by a few images.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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
#: what lies in memory; to copy a part of a register without masks.
_COPY, _COPY_WIDE, _ADD, _COPY_PART = 2.5, 4.0, 2.0, 4.5
#: The images among which the models share what a call does once: few, so that a single image is
#: not slow either.
_IMAGES = 4
#: Floats that stay in the second level of cache, and in a fair share of the third; cycles to read
#: a float from the third, and as many again from beyond.
_NEAR, _SHARED, _FAR = 256 * 1024, 4096 * 1024, 0.6
#: Cycles to transform and write a weight beyond those that other ways lay out, which training does
#: each step and inference once: half of what is measured. What is written far away counts besides,
#: as a share of what it takes to read it. From so many transformed weights on, training transforms
#: them anew for so many tiles at a time instead; from fewer on where a call has no more tiles.
_LAID_OUT, _WRITTEN, _BORROWED, _FRESH_TILES = 0.5, 0.5, 3 * 2**20, 56
_BORROWED_ONCE = 2**19
#: Outputs or channels of a share of a weight gradient, and the floats of its transformed tiles: as
#: in native/runtime/conv/winograd.cpp.
_SHARE, _SHARE_FLOATS = 128, 320 * 1024
#: Tiles are few where there are so many times as many channels: their weights are read once.
_FEW_TILES = 4
#: Cycles, for each weight of its gradient, to begin, add up and turn the partial sums of a call.
_SUMS_DIRECT, _SUMS_GATHER = 5.0, 1.0
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

    @property
    def small(self) -> bool:
        """Whether they hold fewer floats than those of AVX-512, and lack its masks."""
        return self.lanes < 16


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
    if isinstance(op, ConvWeightGrad):
        each = min(_long_product(g.outputs, g.channels), _long_product(g.channels, g.outputs))
        return _NANOSECONDS * g.places * (each + _once(g, _SUMS_GATHER))
    columns, length = g.outputs, g.channels
    if isinstance(op, ConvInputGrad):
        columns, length = length, columns
    return _NANOSECONDS * g.places * _products(length, 1, columns, registers().rows, 1)


def _long_product(rows: int, columns: int) -> float:
    """Return the cycles to add an outer product of so many numbers, some of which are packed."""
    tiles = _tiles(rows, registers().rows)
    packed = 2 * sum(_panels(columns)) + len(tiles)
    return _sums(tiles, columns, 192) + 1.5 * packed


def direct(op: Op, specs: Specs) -> float:
    """Return the time of reading the taps where they lie, in nanoseconds."""
    g = geometry(op, specs)
    if isinstance(op, ConvWeightGrad):
        return _NANOSECONDS * g.places * g.groups * _weight_grad_direct(g)
    if isinstance(op, ConvInputGrad):
        # Phase by phase of the stride, each pixel reads the taps that fall on outputs.
        taps = prod(g.kernel) / prod(g.stride)
        merged = g.merged and g.stride[-1] == 1
        segments = taps / g.kernel[-1] if merged else taps
        run = g.outputs * (g.kernel[-1] if merged else 1)
        rows = _rows(-(-g.sizes[-1] // g.stride[-1]))
        each = _products(taps * g.outputs, segments, g.channels, rows, run)
        cycles = max(prod(g.sizes) * each, _far(g.length * g.outputs))
        return _NANOSECONDS * g.batch * g.groups * cycles
    each = _products(g.length, g.segments, g.outputs, _rows(g.positions[-1]), g.run)
    cycles = max(prod(g.positions) * each, _far(g.length * g.outputs))
    return _NANOSECONDS * g.batch * g.groups * cycles


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
        cycles = max(prod(g.sizes) * each, _far(g.length * g.outputs))
        return _NANOSECONDS * g.batch * g.groups * cycles
    whole, part = divmod(g.run, lanes)
    copies = g.segments * (
        whole * _COPY + bool(part) * (_COPY_PART if registers().small else _COPY)
    )
    each = _products(g.length, 1, g.outputs, _rows(g.positions[-1]), g.length) + copies
    cycles = max(prod(g.positions) * each, _far(g.length * g.outputs))
    return _NANOSECONDS * g.batch * g.groups * cycles


def scatter(op: Op, specs: Specs) -> float:
    """Return the time of an input gradient by adding products where windows lie, in nanoseconds."""
    g = geometry(op, specs)
    panels = -(-g.length // (2 * registers().lanes))
    rows = _rows(g.positions[-1])
    each = panels * (g.outputs * _step(rows, 2) + _TILE) / rows
    each += g.segments * -(-g.run // registers().lanes) * _ADD
    return _NANOSECONDS * g.places * g.groups * each


def blocks(op: Op, specs: Specs) -> float:
    """Return the time of an input gradient whose windows lie side by side, in nanoseconds."""
    g = geometry(op, specs)
    rows = _rows(g.positions[-1])
    each = prod(g.kernel[:-1]) * _products(g.outputs, 1, g.kernel[-1] * g.channels, rows, 1)
    return _NANOSECONDS * g.places * each


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
    pixels = prod(g.sizes) / prod(g.positions)
    # To repeat a channel in the lanes of its outputs takes small registers long.
    repeats = 2.0 if g.outputs > 1 and registers().small else 1.0
    each = prod(g.kernel) * 0.7 + 4.0 + 5.0 * pixels
    return _NANOSECONDS * g.places * filled * repeats * each


def groups(op: Op, specs: Specs) -> float:
    """Return the time of filling registers with whole groups of channels, in nanoseconds."""
    g = geometry(op, specs)
    filled = -(-g.groups * g.outputs // registers().lanes)
    return _NANOSECONDS * g.places * filled * (g.length + 5.0)


def _panel_steps(outputs: int, rows: float) -> float:
    wide, narrow = _panels(outputs)
    return wide * _step(rows, 2) + narrow * _step(rows, 1)


def _sums(tiles: list[int], columns: int, positions: int) -> float:
    """Return the cycles for one output position, of tiles that are added up after some."""
    wide, narrow = _panels(columns)
    cycles = 0.0
    for rows in tiles:
        added = (wide + narrow) * _TILE + rows * (2 * wide + narrow) * _ADD
        cycles += _panel_steps(columns, rows) + added / positions
    return cycles


def _once(g: Geometry, cycles: float) -> float:
    """Return a position's share of what is done once a call, so many cycles for each weight."""
    return cycles * g.length * g.outputs / max(1, g.places)


def _weight_grad_direct(g: Geometry) -> float:
    """Return the cycles for one output position of one group.

    The channels of each of several groups are copied side by side.
    """
    if g.groups > 1:
        copied = prod(g.sizes) / prod(g.positions) * -(-g.channels // registers().lanes)
        return _COPY * copied + _weight_grad_direct(replace(g, groups=1))
    span = (g.positions[-1] - 1) * g.stride[-1] + (g.kernel[-1] - 1) * g.dilation[-1] + 1
    row = 2 * (span * g.channels * g.stride[0] + g.positions[-1] * g.outputs)
    count = max(1, min(16 * 1024 // row, prod(g.positions[:-1])))
    tiles = _tiles(g.run, registers().rows)
    cycles = g.segments * _sums(tiles, g.outputs, count * g.positions[-1])
    # The image is read at the stride of a pixel. If that is a multiple of many lines of cache, its
    # numbers compete for a few of them.
    stride = g.channels * g.stride[-1] * 4 // _LINE
    sets = _SETS // gcd(stride, _SETS) if stride else _SETS
    if min(192, prod(g.positions)) > _WAYS * sets:
        cycles *= 1.0 + 2.8 / sets
    return cycles + 3.0 * sum(_panels(g.outputs)) + _once(g, _SUMS_DIRECT)


def _weight_grad_gather(g: Geometry) -> float:
    """Return the cycles for one output position."""
    tiles = _tiles(g.length, registers().rows)
    pieces = len(tiles) + g.segments - 1
    cycles = _sums(tiles, g.outputs, min(192, prod(g.positions)))
    cycles += _COPY * pieces + 3.0 * sum(_panels(g.outputs))
    return cycles + _once(g, _SUMS_GATHER)


def gather_taps(op: Op, specs: Specs) -> float:
    """Return the time of a weight gradient with taps in the lanes, in nanoseconds."""
    g = geometry(op, specs)
    lanes = registers().lanes
    wide, narrow = _panels(g.length)
    pieces = g.segments * (1 + g.run // lanes) + wide + narrow
    tiles = _tiles(g.outputs, registers().rows)
    steps = _sums(tiles, g.length, min(192, prod(g.positions)))
    # Gradients are read where they lie. Small registers read those wider than a panel again and
    # again, from lines that lie far apart.
    if registers().small and g.outputs > 2 * lanes:
        steps *= 1.4
    each = steps + _COPY_WIDE * pieces + _once(g, _SUMS_GATHER)
    return _NANOSECONDS * g.places * g.groups * each


#: The sides of the kernels for which Winograd's algorithm has tiles of m x m outputs.
WINOGRAD_TAPS = {2: (3, 5), 3: (2, 4), 4: (2, 3)}


def winograd(m: int) -> Callable[[Op, Specs], float]:
    """Return the time of Winograd's F(m x m, r x r), in nanoseconds, as a function of a call."""

    def nanoseconds(op: Op, specs: Specs) -> float:
        g = geometry(op, specs)
        if isinstance(op, ConvWeightGrad):
            image = _winograd_weight_grad(g, m)
        elif isinstance(op, ConvInputGrad):
            image = _winograd(m, g.kernel[0], g.sizes, g.outputs, g.channels)
        else:
            image = _winograd(m, g.kernel[0], g.positions, g.channels, g.outputs)
        return _NANOSECONDS * g.batch * image

    return nanoseconds


def borrows(op: Op, specs: Specs, m: int) -> bool:
    """Return whether F(m x m, r x r) had better transform weights anew than read them far away.

    So it is if they are many, or if few tiles share them. Either way gives the same bits.
    """
    g = geometry(op, specs)
    weights = (m + g.kernel[0] - 1) ** 2 * g.channels * g.outputs
    sizes = g.sizes if isinstance(op, ConvInputGrad) else g.positions
    tiles = g.batch * prod(-(-size // m) for size in sizes)
    return weights >= (_BORROWED_ONCE if tiles <= _FRESH_TILES else _BORROWED)


def _winograd(m: int, r: int, sizes: tuple[int, ...], length: int, columns: int) -> float:
    """Return the cycles of an image: those of its tiles, or of reading the weights for them."""
    lanes, most = registers().lanes, registers().rows
    side, tiles = m + r - 1, prod(-(-size // m) for size in sizes)
    register, begin = {4: (40.0, 110.0), 5: (90.0, 130.0), 6: (165.0, 150.0)}[side]
    places = side * side
    rows = min(2 * most, _IMAGES * tiles)
    steps = length * _panel_steps(columns, rows) + sum(_panels(columns)) * (_TILE + _SEGMENT)
    tile = places * 1.1 * steps / rows
    block = most * max(1, min(4, _NEAR // (places * length * most)))
    weights = places * length * columns
    few = _FEW_TILES * _IMAGES * tiles <= length
    reads = max(1 / _IMAGES, 0 if few else tiles / block) * _far(weights)
    moved = register * (-(-length // lanes) - (-columns // lanes)) + begin
    if weights >= _BORROWED:
        reads /= 2  # by inference
        laid_out = _LAID_OUT * weights * max(1 / _IMAGES, tiles / _FRESH_TILES) / 2
    else:
        laid_out = (_LAID_OUT * weights + _WRITTEN * _far(weights)) / _IMAGES
    return max(tiles * tile, reads) + tiles * moved + laid_out


def _winograd_weight_grad(g: Geometry, m: int) -> float:
    """Return the cycles of an image: transforms into and out of a core's cache, and products."""
    side, tiles = m + g.kernel[0] - 1, prod(-(-size // m) for size in g.positions)
    places, register = side * side, {4: 110.0, 5: 200.0, 6: 330.0}[side]
    wide, narrow = _panels(g.outputs)
    products = 1.2 * places * g.channels * (wide + narrow / 2)
    channels, outputs = (-(-each // registers().lanes) for each in (g.channels, g.outputs))
    # Weights are shared between units, each of which transforms what it reads.
    again = channels * -(-g.outputs // _SHARE) + outputs * -(-g.channels // _SHARE)
    at_a_time = _SHARE_FLOATS / (places * (min(g.outputs, _SHARE) + min(g.channels, _SHARE)))
    back = channels * g.outputs / min(at_a_time, max(1, g.batch) * tiles)
    return tiles * (products + register * (again + back))


def _far(weights: float) -> float:
    """Return the cycles to read weights, of which some stay near."""
    return _FAR * (max(0.0, weights - _NEAR) + max(0.0, weights - _SHARED))
