"""About how long Winograd's algorithm takes, in nanoseconds."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from convolens import _native
from convolens.backends.candidate import Specs
from convolens.backends.kernels.conv_geometry import Geometry, geometry
from convolens.backends.kernels.tile_cost import (
    IMAGES,
    NANOSECONDS,
    NEAR,
    SEGMENT,
    SHARED,
    TILE,
    far,
    panel_steps,
    panels,
    registers,
    spaced_tiles,
)
from convolens.ops import ConvInputGrad, ConvWeightGrad, Op

#: The sides of the kernels for which there are tiles of m x m outputs.
TAPS = {2: (3, 5), 3: (2, 4), 4: (2, 3)}
#: Cycles to transform and write a weight beyond those that other ways lay out, which training does
#: each step and inference once: half of what is measured. What is written far away counts besides,
#: as a share of what it takes to read it. From so many transformed weights on, training transforms
#: them anew for some tiles at a time instead; from fewer on where a call has no more tiles.
_LAID_OUT, _WRITTEN, _BORROWED = 0.5, 0.5, 3 * 2**20
_BORROWED_ONCE = 2**19
#: Outputs or channels of a share of a weight gradient, and the floats of its transformed tiles; the
#: tiles at a time whose weights are transformed anew.
_SHARE, _SHARE_FLOATS, _FRESH_TILES = _native.winograd_pieces()
#: What small registers take of a weight gradient's estimate, if so many tiles or more share what is
#: done once a call.
_SMALL_GRAD, _MANY_TILES = 0.8, 32
#: To begin a tile whose pixels lie apart takes so many times as long.
_SPACED = 3
#: Tiles are few where there are so many times as many channels: their weights are read once.
_FEW_TILES = 4


def winograd(m: int) -> Callable[[Op, Specs], float]:
    """Return the time of Winograd's F(m x m, r x r), in nanoseconds, as a function of a call."""

    def nanoseconds(op: Op, specs: Specs) -> float:
        g = geometry(op, specs)
        if isinstance(op, ConvWeightGrad):
            image = _winograd_weight_grad(g, m)
        elif isinstance(op, ConvInputGrad):
            image = _winograd(g, m, _tiles(g, g.sizes, m), g.outputs, g.channels)
        else:
            image = _winograd(g, m, _tiles(g, g.positions, m), g.channels, g.outputs)
        return NANOSECONDS * g.batch * image

    return nanoseconds


def borrows(op: Op, specs: Specs, m: int) -> bool:
    """Return whether F(m x m, r x r) had better transform weights anew than read them far away.

    So it is if they are many, or if few tiles share them. Either way gives the same bits.
    """
    weights, tiles = _weights_and_tiles(op, specs, m)
    return weights >= (_BORROWED_ONCE if tiles <= _FRESH_TILES else _BORROWED)


def reads_few(op: Op, specs: Specs, m: int) -> bool:
    """Return whether F(m x m, r x r) had better keep weights as they are and transform them anew.

    So it is if the transformed ones are more than the third cache may hold, and the tiles no more
    than a register tile has: then to read them takes longer than to multiply. Either way gives the
    same bits.
    """
    weights, tiles = _weights_and_tiles(op, specs, m)
    return weights > SHARED and tiles <= registers().rows


def _weights_and_tiles(op: Op, specs: Specs, m: int) -> tuple[int, int]:
    """Return how many numbers the transformed weights are, and how many tiles read them."""
    g = geometry(op, specs)
    weights = (m + g.kernel[0] - 1) ** 2 * g.channels * g.outputs
    sizes = g.sizes if isinstance(op, ConvInputGrad) else g.positions
    return weights, g.batch * _tiles(g, sizes, m)


def _tiles(g: Geometry, sizes: tuple[int, ...], m: int) -> int:
    """Return how many tiles an image has, whose outputs lie as far apart as the taps."""
    return prod(spaced_tiles(size, m, d) for size, d in zip(sizes, g.dilation, strict=True))


def _winograd(g: Geometry, m: int, tiles: int, length: int, columns: int) -> float:
    """Return the cycles of an image: those of its tiles, or of reading the weights for them."""
    lanes, most = registers().lanes, registers().rows
    side = m + g.kernel[0] - 1
    register, begin = {4: (40.0, 110.0), 5: (90.0, 130.0), 6: (165.0, 150.0)}[side]
    if prod(g.dilation) > 1:
        begin *= _SPACED
    places = side * side
    rows = min(2 * most, IMAGES * tiles)
    steps = length * panel_steps(columns, rows) + sum(panels(columns)) * (TILE + SEGMENT)
    tile = places * 1.1 * steps / rows
    block = most * max(1, min(4, NEAR // (places * length * most)))
    weights = places * length * columns
    few = _FEW_TILES * IMAGES * tiles <= length
    reads = max(1 / IMAGES, 0 if few else tiles / block) * far(weights)
    moved = register * (-(-length // lanes) - (-columns // lanes)) + begin
    if weights >= _BORROWED:
        reads /= 2  # by inference
        laid_out = _LAID_OUT * weights * max(1 / IMAGES, tiles / _FRESH_TILES) / 2
    else:
        laid_out = (_LAID_OUT * weights + _WRITTEN * far(weights)) / IMAGES
    return max(tiles * tile, reads) + tiles * moved + laid_out


def _winograd_weight_grad(g: Geometry, m: int) -> float:
    """Return the cycles of an image: transforms into and out of a core's cache, and products."""
    side, tiles = m + g.kernel[0] - 1, _tiles(g, g.positions, m)
    places, register = side * side, {4: 110.0, 5: 200.0, 6: 330.0}[side]
    wide, narrow = panels(g.outputs)
    products = 1.2 * places * g.channels * (wide + narrow / 2)
    channels, outputs = (-(-each // registers().lanes) for each in (g.channels, g.outputs))
    # Weights are shared between units, each of which transforms what it reads.
    again = channels * -(-g.outputs // _SHARE) + outputs * -(-g.channels // _SHARE)
    at_a_time = _SHARE_FLOATS / (places * (min(g.outputs, _SHARE) + min(g.channels, _SHARE)))
    back = channels * g.outputs / min(at_a_time, max(1, g.batch) * tiles)
    # Sums of a call are added to the weights, which may lie far away.
    results = far(g.channels * g.outputs * prod(g.kernel)) / max(1, g.batch)
    cycles = tiles * (products + register * (again + back)) + results
    many = tiles * g.batch >= _MANY_TILES
    return cycles * (_SMALL_GRAD if registers().small and many else 1.0)
