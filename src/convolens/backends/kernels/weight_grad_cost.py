"""About how long each way to compute a gradient of weights takes, in nanoseconds."""

from __future__ import annotations

from dataclasses import replace
from math import gcd, prod

from convolens.backends.candidate import Specs
from convolens.backends.kernels.conv_cost import channel_by_channel, registers_of
from convolens.backends.kernels.conv_geometry import Geometry, geometry
from convolens.backends.kernels.tile_cost import (
    COPY,
    COPY_PART,
    COPY_WIDE,
    NANOSECONDS,
    SEGMENT,
    panels,
    registers,
    sums,
    tiles_of,
    turned,
)
from convolens.ops import Op

#: Cycles, for each weight of its gradient, to begin, add up and turn the partial sums of a call.
_SUMS_DIRECT, _SUMS_GATHER, _SUMS_TAPS, _SUMS_LANES = 5.0, 1.0, 0.3, 10.0
#: The same for each image.
_SUMS_PLANES = 4.0
#: Units that share the taps where all positions are one slot of partial sums.
_TAP_UNITS = 16
#: Lines of 64 bytes in the first level of cache, per set, and sets.
_WAYS, _SETS, _LINE = 12, 64, 64


def product(op: Op, specs: Specs) -> float:
    """Return the time of one product of matrices."""
    g = geometry(op, specs)
    each = min(_long_product(g.outputs, g.channels), _long_product(g.channels, g.outputs))
    return NANOSECONDS * g.places * (each + _once(g, _SUMS_GATHER))


def _long_product(rows: int, columns: int) -> float:
    """Return the cycles to add an outer product of so many numbers, some of which are packed."""
    tiles = tiles_of(rows, registers().rows)
    packed = 2 * sum(panels(columns)) + len(tiles)
    return sums(tiles, columns, 192) + 1.5 * packed


def direct(op: Op, specs: Specs) -> float:
    """Return the time of reading the taps where they lie."""
    g = geometry(op, specs)
    each = _direct(replace(g, groups=1))
    if g.groups > 1:
        # The channels of each group are copied side by side.
        copied = prod(g.sizes) / prod(g.positions) * -(-g.channels // registers().lanes)
        each += COPY * copied
    return NANOSECONDS * g.places * g.groups * each


def _direct(g: Geometry) -> float:
    """Return the cycles for one output position of the only group."""
    span = (g.positions[-1] - 1) * g.stride[-1] + (g.kernel[-1] - 1) * g.dilation[-1] + 1
    row = 2 * (span * g.channels * g.stride[0] + g.positions[-1] * g.outputs)
    count = max(1, min(16 * 1024 // row, prod(g.positions[:-1])))
    tiles = tiles_of(g.run, registers().rows)
    cycles = g.segments * sums(tiles, g.outputs, count * g.positions[-1])
    if prod(g.kernel) > 1:
        cycles += g.segments * len(tiles) * sum(panels(g.outputs)) * SEGMENT / g.positions[-1]
    # The image is read at the stride of a pixel. If that is a multiple of many lines of cache, its
    # numbers compete for a few of them.
    stride = g.channels * g.stride[-1] * 4 // _LINE
    sets = _SETS // gcd(stride, _SETS) if stride else _SETS
    if min(192, prod(g.positions)) > _WAYS * sets:
        cycles *= 1.0 + 2.8 / sets
    return cycles + 3.0 * sum(panels(g.outputs)) + _once(g, _SUMS_DIRECT)


def gather(op: Op, specs: Specs) -> float:
    """Return the time of copying patches side by side first."""
    g = geometry(op, specs)
    tiles = tiles_of(g.length, registers().rows)
    pieces = len(tiles) + g.segments - 1
    cycles = sums(tiles, g.outputs, min(192, prod(g.positions)))
    copy = COPY_PART if registers().small else COPY  # a tile has fewer rows than two registers
    cycles += copy * pieces + 3.0 * sum(panels(g.outputs)) + _once(g, _SUMS_GATHER)
    cycles += pieces * SEGMENT / g.positions[-1]
    return NANOSECONDS * g.places * g.groups * cycles


def gather_taps(op: Op, specs: Specs) -> float:
    """Return the time of the same with taps in the lanes."""
    g = geometry(op, specs)
    lanes = registers().lanes
    wide, narrow = panels(g.length)
    pieces = g.segments * (1 + g.run // lanes) + wide + narrow
    tiles = tiles_of(g.outputs, registers().rows)
    # Each of the units that share the taps lays out the gradients.
    packed = 1.5 * len(tiles) * min(_TAP_UNITS, wide + narrow)
    cycles = sums(tiles, g.length, min(192, prod(g.positions)))
    cycles += COPY_WIDE * pieces + packed + _once(g, _SUMS_TAPS)
    return NANOSECONDS * g.places * g.groups * cycles


def planes(op: Op, specs: Specs) -> float:
    """Return the time of filling registers with neighbouring outputs."""
    g = geometry(op, specs)
    lanes, columns = registers().lanes, g.positions[-1]
    filled = -(-columns // lanes) * lanes / columns
    each = filled * (g.length * (0.7 * g.outputs + 1.5) + turned(g.outputs)) / lanes
    # The lanes of each sum are added up for an image, and the images' sums in the end.
    each += _SUMS_PLANES * g.length * g.outputs / prod(g.positions) + _once(g, _SUMS_LANES)
    return NANOSECONDS * g.places * each


def depthwise(op: Op, specs: Specs) -> float:
    """Return the time of filling registers with neighbouring channels.

    The sums of up to nine taps stay in registers; those of more are read and written for each
    position, the further away the more they are, unless several registers of channels take turns.
    """
    g = geometry(op, specs)
    taps = prod(g.kernel)
    few = registers_of(g) < 4
    return channel_by_channel(g, 0.7 if taps <= 9 else 2.4 + taps * (0.04 if few else 0.008))


def _once(g: Geometry, cycles: float) -> float:
    """Return a position's share of what is done once a call, so many cycles for each weight."""
    return cycles * g.length * g.outputs / max(1, g.places)
