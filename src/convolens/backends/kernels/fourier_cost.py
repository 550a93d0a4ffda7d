"""About how long a convolution by Fourier transforms takes, in nanoseconds."""

from __future__ import annotations

from math import prod

from convolens.backends.candidate import Specs
from convolens.backends.kernels.conv_geometry import Geometry, geometry
from convolens.backends.kernels.tile_cost import (
    IMAGES,
    NANOSECONDS,
    TILE,
    far,
    panel_steps,
    panels,
    registers,
)
from convolens.ops import ConvInputGrad, ConvWeightGrad, Op

#: The longest side of a kernel, the side of a tile, and its numbers that are multiplied: as in
#: native/kernels/args/conv.h. Kernels of fewer taps are never worth it.
LONGEST_SIDE, FEWEST_TAPS, _SIDE, _NUMBERS = 13, 9, 16, 390
#: Transformed weights take a quarter of a gigabyte at most: more are never worth it.
MOST_WEIGHTS = 2**26
#: Tiles of a block, and outputs or channels of a share of a weight gradient: as in
#: native/runtime/conv/fourier.cpp.
_TILES, _SHARE = 18, 64
#: A tile may not have more numbers than an image, its output and the weight: it counts so often.
_TOO_LARGE = 1000.0
#: Cycles to transform a register of a tile one way; what a product takes more than the models of
#: register tiles say, in a weight gradient and else; half of what it takes to lay a weight out,
#: and to write it far away, which training does each step and inference once.
_REGISTER, _WEIGHT_GRAD, _PRODUCT, _LAID_OUT, _WRITTEN = 5000.0, 2.2, 1.3, 1.0, 1.0


def fourier(op: Op, specs: Specs) -> float:
    """Return the time of a convolution by Fourier transforms, in nanoseconds."""
    g = geometry(op, specs)
    if isinstance(op, ConvWeightGrad):
        image = _weight_grad(g)
    elif isinstance(op, ConvInputGrad):
        image = _convolution(g.sizes, g.kernel, g.outputs, g.channels)
    else:
        image = _convolution(g.positions, g.kernel, g.channels, g.outputs)
    too_large = _NUMBERS * (g.channels + g.outputs) > _floats(g, 1)
    return NANOSECONDS * g.batch * g.groups * image * (_TOO_LARGE if too_large else 1)


def transformed_weights(op: Op, specs: Specs) -> int:
    """Return how many numbers the transformed weights of a convolution are."""
    g = geometry(op, specs)
    return _NUMBERS * g.groups * g.channels * g.outputs


def _floats(g: Geometry, batch: int) -> int:
    """Return how many numbers some images, their outputs and the weight are."""
    own = g.channels * prod(g.sizes) + g.outputs * prod(g.positions)
    return g.groups * (batch * own + g.outputs * g.length)


def _tiles(sizes: tuple[int, ...], kernel: tuple[int, ...]) -> int:
    """Return how many tiles an image has."""
    return prod(-(-size // (_SIDE + 1 - taps)) for size, taps in zip(sizes, kernel, strict=True))


def _registers(numbers: int) -> int:
    return -(-numbers // registers().lanes)


def _convolution(
    sizes: tuple[int, ...], kernel: tuple[int, ...], length: int, columns: int
) -> float:
    """Return the cycles of an image: of its tiles, and of the weights that they share."""
    tiles = _tiles(sizes, kernel)
    rows = min(2 * registers().rows, IMAGES * tiles)
    steps = length * panel_steps(columns, rows) + sum(panels(columns)) * TILE
    tile = _PRODUCT * _NUMBERS * steps / rows
    tile += _REGISTER * (_registers(length) + _registers(columns))
    weights = _NUMBERS * length * columns
    read = max(1 / IMAGES, tiles / _TILES) * far(weights)
    return tiles * tile + read + (_LAID_OUT * weights + _WRITTEN * far(weights)) / IMAGES


def _weight_grad(g: Geometry) -> float:
    """Return the cycles of an image: transforms into and out of a core's cache, and products."""
    tiles = _tiles(g.positions, g.kernel)
    wide, narrow = panels(g.channels)
    products = _WEIGHT_GRAD * _NUMBERS * g.outputs * (wide + narrow / 2)
    channels, outputs = _registers(g.channels), _registers(g.outputs)
    # Weights are shared between units, each of which transforms what it reads.
    again = channels * -(-g.outputs // _SHARE) + outputs * -(-g.channels // _SHARE)
    tile = _NUMBERS * (min(g.channels, _SHARE) + min(g.outputs, _SHARE))
    room = max(1, _floats(g, g.batch) * 3 // 4 // tile)
    back = channels * g.outputs / min(_TILES, room, max(1, g.batch) * tiles)
    # Sums of a call are added to the weights, which may lie far away.
    results = far(g.channels * g.outputs * prod(g.kernel)) / max(1, g.batch)
    return tiles * (products + _REGISTER * (again + back)) + results
