"""Applies a kernel to an image, tile by tile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from convolens.backends.pixels import filter_pixels, write_pixels
from convolens.errors import ArgumentError
from convolens.lens.filters.engine import Channelwise, MeanFirst, Mixed, Run, Separate
from convolens.lens.filters.grid import Grid
from convolens.lens.filters.kernel import Kernel
from convolens.lens.filters.plan import Plan, plan
from convolens.lens.filters.tiles import PADDINGS, Pixels, Tile, Tiles
from convolens.lens.filters.words import filter_words
from convolens.ops import Array

Signs = Literal["clip", "abs", "shift"]
#: Uses the results of a tile: those of the first direction and, for a gradient, the second.
Use = Callable[[Tile, Array, Array | None], None]


def plans(kernel: Kernel) -> list[Plan]:
    """Return how the kernel's grids are run, those of a second direction after the first's."""
    return [plan(grid) for grids in kernel.directions for grid in grids]


def filtered_pixels(
    pixels: Pixels, kernel: Kernel, *, padding: str, mix: bool, signs: Signs
) -> Pixels:
    """Return the filtered image as pixels of the same type, [P, Q, C], or [P, Q, 1] if mixed."""
    tiles = checked_tiles(pixels, kernel, padding)
    channels = 1 if mix else pixels.shape[2]
    result = np.empty((*tiles.size, channels), pixels.dtype)
    flat = result.reshape(tiles.size[0], -1)
    half = (np.iinfo(pixels.dtype).max + 1) // 2 if signs == "shift" else 0
    options: dict[str, Any] = {"absolute": signs == "abs", "shift": half}
    if not mix and len(kernel.grids) == 1:
        directions = [_chains(plan(grids[0])) for grids in kernel.directions]
        filter_pixels(tiles.flat, tiles.rows, tiles.columns, channels, directions, flat, **options)
        return result

    def write(tile: Tile, x: Array, y: Array | None) -> None:
        write_pixels(
            x.reshape(tile.height, -1),
            flat[_rows(tile), tile.left * channels : (tile.left + tile.width) * channels],
            y=None if y is None else y.reshape(tile.height, -1),
            **options,
        )

    _each_tile(tiles, kernel, pixels.shape[2], mix, write)
    return result


def _chains(plan: Plan) -> list[list[Array]]:
    return [[np.ascontiguousarray(g, np.float32) for g in chain] for chain in plan.passes]


def filtered_values(
    pixels: Pixels, kernel: Kernel, *, padding: str, mix: bool
) -> NDArray[np.float32]:
    """Return the filtered image as numbers, before they are made pixels, float32 [P, Q, C]."""
    tiles = checked_tiles(pixels, kernel, padding)
    result = np.empty((*tiles.size, 1 if mix else pixels.shape[2]), np.float32)

    def write(tile: Tile, x: Array, y: Array | None) -> None:
        place = result[_rows(tile), tile.left : tile.left + tile.width]
        place[...] = x if y is None else np.sqrt(x * x + y * y)

    _each_tile(tiles, kernel, pixels.shape[2], mix, write)
    return result


def checked_tiles(pixels: Pixels, kernel: Kernel, padding: str) -> Tiles:
    """Return the tiles of an image.

    Raises:
        ArgumentError: If the padding is not known, or the image has too few pixels for it; or if
            there is a grid for each channel, but the channels are not as many.
    """
    channels = pixels.shape[2]
    if padding not in PADDINGS:
        _refuse("filter.padding", padding=padding, known=", ".join(PADDINGS))
    if len(kernel.grids) not in (1, channels):
        _refuse("filter.channels", grids=len(kernel.grids), channels=channels)
    for size, cells in zip(pixels.shape[:2], kernel.size, strict=True):
        behind = cells // 2
        room = {"reflect": size > behind, "circular": size >= behind, "none": size >= cells}
        if not room.get(padding, True):
            _refuse(
                "filter.room",
                image=f"{pixels.shape[1]}x{pixels.shape[0]}",
                kernel="x".join(map(str, kernel.size)),
                padding=padding,
            )
    return Tiles(pixels, kernel.size, padding)


def run_of(grids: tuple[Grid, ...], channels: int, mix: bool) -> Run:
    """Return what turns a tile into its result."""
    if len(grids) == 1 and not mix:
        return Channelwise(plan(grids[0]), channels)
    if len(grids) == 1:
        return MeanFirst(plan(grids[0]), channels)
    return Mixed(grids) if mix else Separate([plan(grid) for grid in grids])


def _each_tile(tiles: Tiles, kernel: Kernel, channels: int, mix: bool, use: Use) -> None:
    runs = [run_of(grids, channels, mix) for grids in kernel.directions]
    for tile in tiles:
        x = tiles.read(tile)
        results = [run(x) for run in runs]
        use(tile, results[0], results[1] if len(results) > 1 else None)


def _rows(tile: Tile) -> slice:
    return slice(tile.top, tile.top + tile.height)


def _refuse(key: str, **values: object) -> NoReturn:
    raise filter_words().problem(ArgumentError, key, **values)
