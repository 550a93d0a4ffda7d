"""About how long a convolution by transforms of tiles takes, in nanoseconds.

Fourier's are for kernels of many taps, and for lines; Winograd's are for lines of 2 to 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from math import prod

from convolens import _native
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
    spaced_tiles,
)
from convolens.ops import ConvInputGrad, ConvWeightGrad, Op

#: The algorithms: Fourier transforms of squares and lines, and Winograd's of lines.
NAMES = ("line_winograd", "fourier")
#: Kernels of fewer taps are never worth Fourier transforms.
FEWEST_TAPS, FEWEST_LINE_TAPS = 9, 3
#: Transformed weights take a quarter of a gigabyte at most: more are never worth it.
MOST_WEIGHTS = 2**26
#: From so many transformed weights on training transforms them where it multiplies them.
_BORROWED = 2**19
#: A tile may not have more numbers than an image, its output and the weight: it counts so often.
_TOO_LARGE = 1000.0


@dataclass(frozen=True)
class _Transform:
    """How tiles are transformed, and what that takes.

    Args:
        side: Pixels of a tile along an axis that the kernel reaches along.
        numbers: Those of a transformed tile that are multiplied.
        longest: The taps along an axis up to which it is used.
        tiles: Tiles of a block.
        share: Outputs or channels of a share of a weight gradient.
        grad_tiles: Its tiles at a time, at most.
        grad_numbers: The numbers of these, at most.
        register: Cycles to transform a register of a tile one way.
        grad_register: The same in a weight gradient.
        begin: Cycles to begin a tile.
        product: What a product takes more than the models of register tiles say.
        grad_product: The same in a weight gradient.
        laid_out: Cycles to lay out a transformed weight, half of which counts: training does it
            each step, inference once.
        written: The same for one that is written far away, as a share of what reading it takes.
    """

    side: int
    numbers: int
    longest: int
    tiles: int
    share: int
    grad_tiles: int
    grad_numbers: int
    register: float
    grad_register: float
    begin: float
    product: float
    grad_product: float
    laid_out: float
    written: float


def _pieces(name: str) -> dict[str, int]:
    """Return the sizes of a transform, which are the first fields."""
    names = [field.name for field in fields(_Transform)]
    return dict(zip(names, _native.transform_pieces()[name], strict=False))


_SQUARE = _Transform(
    **_pieces("fourier"),
    register=5000.0,
    grad_register=5000.0,
    begin=0.0,
    product=1.3,
    grad_product=2.2,
    laid_out=1.0,
    written=1.0,
)
_FOURIER_LINE = _Transform(
    **_pieces("fourier_line"),
    register=130.0,
    grad_register=260.0,
    begin=60.0,
    product=1.2,
    grad_product=1.3,
    laid_out=0.5,
    written=1.0,
)
_FOURIER_LONG_LINE = replace(
    _FOURIER_LINE, **_pieces("fourier_long_line"), register=350.0, grad_register=700.0
)
_WINOGRAD_LINE = replace(
    _FOURIER_LINE,
    **_pieces("winograd_line"),
    register=25.0,
    grad_register=35.0,
    begin=40.0,
    product=1.15,
    written=0.5,
)
#: The longest side of a kernel for Fourier transforms.
LONGEST_SIDE, LONGEST_LINE = _SQUARE.longest, _FOURIER_LONG_LINE.longest


def along_one_axis(kernel: tuple[int, ...]) -> bool:
    """Return whether a kernel reaches along one axis."""
    return len(kernel) == 1 or min(kernel) == 1


def transform(name: str) -> Callable[[Op, Specs], float]:
    """Return the time of a convolution by an algorithm, in nanoseconds, as a function of a call."""

    def nanoseconds(op: Op, specs: Specs) -> float:
        return _nanoseconds(_transform_of(name, geometry(op, specs)), op, specs)

    return nanoseconds


def transformed_weights(op: Op, specs: Specs) -> int:
    """Return how many numbers the weights are that Fourier transforms multiply."""
    g = geometry(op, specs)
    return _transform_of("fourier", g).numbers * g.groups * g.channels * g.outputs


def borrows(op: Op, specs: Specs, name: str) -> bool:
    """Return whether transforms of the weights had better not be written for a call.

    So it is if they are many, and few tiles share them. Either way gives the same bits.
    """
    g = geometry(op, specs)
    t = _transform_of(name, g)
    backward = isinstance(op, ConvInputGrad)
    tiles = g.batch * _tiles(t, g, g.sizes if backward else g.positions)
    outputs = g.channels if backward else g.outputs
    # Those of a panel, which a thread holds, are a fraction of all.
    enough = 4 * t.numbers * 2 * registers().lanes <= outputs * prod(g.kernel)
    many = t.numbers * g.channels * g.outputs >= _BORROWED
    return enough and many and tiles <= 2 * t.tiles


def _transform_of(name: str, g: Geometry) -> _Transform:
    if name == "line_winograd":
        return _WINOGRAD_LINE
    if not along_one_axis(g.kernel):
        return _SQUARE
    return _FOURIER_LINE if max(g.kernel) <= _FOURIER_LINE.longest else _FOURIER_LONG_LINE


def _nanoseconds(t: _Transform, op: Op, specs: Specs) -> float:
    g = geometry(op, specs)
    if isinstance(op, ConvWeightGrad):
        image = _weight_grad(t, g)
    elif isinstance(op, ConvInputGrad):
        image = _convolution(t, g, g.sizes, g.outputs, g.channels)
    else:
        image = _convolution(t, g, g.positions, g.channels, g.outputs)
    too_large = t.numbers * (g.channels + g.outputs) > _floats(g, 1)
    return NANOSECONDS * g.batch * g.groups * image * (_TOO_LARGE if too_large else 1)


def _floats(g: Geometry, batch: int) -> int:
    """Return how many numbers some images, their outputs and the weight are."""
    own = g.channels * prod(g.sizes) + g.outputs * prod(g.positions)
    return g.groups * (batch * own + g.outputs * g.length)


def _tiles(t: _Transform, g: Geometry, sizes: tuple[int, ...]) -> int:
    """Return how many tiles an image has. Along an axis with one tap each pixel has its own."""
    count = 1
    for size, taps, dilation in zip(sizes, g.kernel, g.dilation, strict=True):
        count *= spaced_tiles(size, t.side + 1 - taps, dilation) if taps > 1 else size
    return count


def _registers(numbers: int) -> int:
    return -(-numbers // registers().lanes)


def _convolution(
    t: _Transform, g: Geometry, sizes: tuple[int, ...], length: int, columns: int
) -> float:
    """Return the cycles of an image: of its tiles, and of the weights that they share."""
    tiles = _tiles(t, g, sizes)
    rows = min(2 * registers().rows, IMAGES * tiles)
    steps = length * panel_steps(columns, rows) + sum(panels(columns)) * TILE
    tile = t.product * t.numbers * steps / rows
    tile += t.register * (_registers(length) + _registers(columns)) + t.begin
    weights = t.numbers * length * columns
    read = max(1 / IMAGES, tiles / t.tiles) * far(weights)
    laid_out = (t.laid_out * weights + t.written * far(weights)) / IMAGES
    if weights >= _BORROWED and IMAGES * tiles <= 2 * t.tiles:
        # Inference reads them, training transforms them where it multiplies them.
        read, laid_out = read / 2, t.laid_out * weights / IMAGES / 2
    return tiles * tile + read + laid_out


def _weight_grad(t: _Transform, g: Geometry) -> float:
    """Return the cycles of an image: transforms into and out of a core's cache, and products."""
    tiles = _tiles(t, g, g.positions)
    wide, narrow = panels(g.channels)
    products = t.grad_product * t.numbers * g.outputs * (wide + narrow / 2)
    channels, outputs = _registers(g.channels), _registers(g.outputs)
    # Weights are shared between units, each of which transforms what it reads.
    shares = -(-g.outputs // t.share), -(-g.channels // t.share)
    again = channels * shares[0] + outputs * shares[1]
    tile = t.numbers * (min(g.channels, t.share) + min(g.outputs, t.share))
    room = min(_floats(g, g.batch) * 3 // 4, t.grad_numbers) // tile
    back = channels * g.outputs / min(t.grad_tiles, max(1, room), max(1, g.batch) * tiles)
    # Sums of a call are added to the weights, which may lie far away.
    results = far(g.channels * g.outputs * prod(g.kernel)) / max(1, g.batch)
    moved = t.grad_register * (again + back) + t.begin * sum(shares)
    return tiles * (products + moved) + results
