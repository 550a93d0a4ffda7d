"""About how long each way to compute a convolution takes, in nanoseconds.

The models count what the inner loops do for one output position (or pixel of a gradient): two
multiply-adds or two loads a cycle, and some cycles for what surrounds a loop. They are right to
about a quarter, which is enough to tell the candidates apart. All are proportional to the batch
size: the choice must not depend on it, so that a batch gives the same bits as its images one by
one. What a call does once, such as to read its weights, is shared by a few images.
"""

from __future__ import annotations

from math import prod

from convolens.backends.candidate import Specs
from convolens.backends.kernels.conv_geometry import Geometry, geometry
from convolens.backends.kernels.tile_cost import (
    ADD,
    COPY,
    COPY_PART,
    NANOSECONDS,
    SEGMENT,
    TILE,
    far,
    panel_steps,
    panels,
    products,
    registers,
    rows_of,
    step,
    turned,
)
from convolens.ops import ConvInputGrad, Op


def product(op: Op, specs: Specs) -> float:
    """Return the time of one product of matrices, in nanoseconds."""
    g = geometry(op, specs)
    columns, length = g.outputs, g.channels
    if isinstance(op, ConvInputGrad):
        columns, length = length, columns
    return NANOSECONDS * g.places * products(length, 1, columns, registers().rows, 1)


def direct(op: Op, specs: Specs) -> float:
    """Return the time of reading the taps where they lie, in nanoseconds.

    Taps that lie beside the image for all of a tile are left out.
    """
    g = geometry(op, specs)
    if isinstance(op, ConvInputGrad):
        # Phase by phase of the stride, each pixel reads the taps that fall on outputs.
        taps = prod(g.kernel) / prod(g.stride)
        merged = g.merged and g.stride[-1] == 1
        segments = taps / g.kernel[-1] if merged else taps
        run = g.outputs * (g.kernel[-1] if merged else 1)
        rows = rows_of(-(-g.sizes[-1] // g.stride[-1]))
        each = products(taps * g.outputs, segments, g.channels, rows, run)
        cycles = max(g.inside * prod(g.sizes) * each, far(g.length * g.outputs))
        return NANOSECONDS * g.batch * g.groups * cycles
    each = products(g.length, g.segments, g.outputs, rows_of(g.positions[-1]), g.run)
    cycles = max(g.inside * prod(g.positions) * each, far(g.length * g.outputs))
    return NANOSECONDS * g.batch * g.groups * cycles


def gather(op: Op, specs: Specs) -> float:
    """Return the time of copying patches side by side first, in nanoseconds."""
    g = geometry(op, specs)
    lanes = registers().lanes
    if isinstance(op, ConvInputGrad):
        taps = prod(g.kernel) / prod(g.stride)
        rows = rows_of(-(-g.sizes[-1] // g.stride[-1]))
        length = taps * g.outputs
        copies = taps * -(-g.outputs // lanes) * COPY
        each = products(length, 1, g.channels, rows, length) + copies
        cycles = max(prod(g.sizes) * each, far(g.length * g.outputs))
        return NANOSECONDS * g.batch * g.groups * cycles
    whole, part = divmod(g.run, lanes)
    copies = g.segments * (whole * COPY + bool(part) * (COPY_PART if registers().small else COPY))
    each = products(g.length, 1, g.outputs, rows_of(g.positions[-1]), g.length) + copies
    cycles = max(prod(g.positions) * each, far(g.length * g.outputs))
    return NANOSECONDS * g.batch * g.groups * cycles


def scatter(op: Op, specs: Specs) -> float:
    """Return the time of an input gradient by adding products where windows lie, in nanoseconds."""
    g = geometry(op, specs)
    wide = -(-g.length // (2 * registers().lanes))
    rows = rows_of(g.positions[-1])
    each = wide * (g.outputs * step(rows, 2) + TILE) / rows
    each += g.segments * -(-g.run // registers().lanes) * ADD
    return NANOSECONDS * g.places * g.groups * each


def row_scatter(op: Op, specs: Specs) -> float:
    """Return the time of the same where products are summed over rows first, in nanoseconds."""
    g = geometry(op, specs)
    lanes, most = registers().lanes, registers().rows
    overlapping = -(-g.kernel[-1] // g.stride[-1])
    sheets = min(overlapping * max(1, most // overlapping), g.positions[-1])
    rows = rows_of(sheets)
    (height, width), count = (1, *g.sizes)[-2:], prod(g.kernel[:-1])
    sums = count * prod(g.positions[:-1]) * g.outputs * panel_steps(g.run, rows)
    begun = height * sum(panels(g.run)) * (TILE + SEGMENT * count / g.stride[0])
    added = height * -(-width * g.channels // lanes) * sheets * ADD / 2
    cycles = g.positions[-1] * (sums + begun) / rows + added
    return NANOSECONDS * g.batch * cycles


def blocks(op: Op, specs: Specs) -> float:
    """Return the time of an input gradient whose windows lie side by side, in nanoseconds."""
    g = geometry(op, specs)
    rows = rows_of(g.positions[-1])
    each = prod(g.kernel[:-1]) * products(g.outputs, 1, g.kernel[-1] * g.channels, rows, 1)
    return NANOSECONDS * g.places * each


def planes(op: Op, specs: Specs) -> float:
    """Return the time of filling registers with neighbouring outputs, in nanoseconds."""
    g = geometry(op, specs)
    lanes, columns = registers().lanes, g.positions[-1]
    filled = -(-columns // lanes)
    # A tap is begun for each row, which shows where few outputs and registers share it.
    each = g.length * max((g.outputs + 2) / 2, 1.0 + 5.0 / filled) + turned(g.outputs)
    return NANOSECONDS * g.places * filled * 1.15 * each / columns


def depthwise(op: Op, specs: Specs) -> float:
    """Return the time of filling registers with neighbouring channels, in nanoseconds."""
    g = geometry(op, specs)
    taps = prod(g.kernel)
    # Many taps wait for their own sums, unless several registers of channels take turns.
    waits = 0.0 if taps <= 9 else taps * (0.02 if registers_of(g) < 4 else 0.005)
    return channel_by_channel(g, 0.7 + waits)


def registers_of(g: Geometry) -> int:
    """Return how many registers all outputs of a pixel fill."""
    return -(-g.groups * g.outputs // registers().lanes)


def channel_by_channel(g: Geometry, tap: float) -> float:
    """Return the nanoseconds of a depthwise layer whose registers take ``tap`` cycles a tap."""
    pixels = prod(g.sizes) / prod(g.positions)
    # To repeat a channel in the lanes of its outputs takes small registers long.
    repeats = 2.0 if g.outputs > 1 and registers().small else 1.0
    each = prod(g.kernel) * tap + 4.0 + 5.0 * pixels
    return NANOSECONDS * g.places * registers_of(g) * repeats * each


def groups(op: Op, specs: Specs) -> float:
    """Return the time of filling registers with whole groups of channels, in nanoseconds."""
    g = geometry(op, specs)
    return NANOSECONDS * g.places * registers_of(g) * (g.length + 5.0)
