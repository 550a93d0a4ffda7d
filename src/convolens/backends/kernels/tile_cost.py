"""About how long register tiles take, in cycles of one core."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from convolens import _native

NANOSECONDS = 1 / 3.0
#: Cycles to begin and end a register tile, and to move on to the next segment of its windows.
TILE, SEGMENT = 45.0, 8.0
#: Cycles to copy a piece of at most a register, into a tile or a wider panel, and to add one to
#: what lies in memory; to copy a part of a register without masks.
COPY, COPY_WIDE, ADD, COPY_PART = 2.5, 4.0, 2.0, 4.5
#: The images among which the models share what a call does once: few, so that a single image is
#: not slow either.
IMAGES = 4
#: Floats that stay in the second level of cache, and in a fair share of the third; cycles to read
#: a float from the third, and as many again from beyond.
NEAR, SHARED, _FAR = 256 * 1024, 4096 * 1024, 0.6


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


def tiles_of(length: int, most: int) -> list[int]:
    """Return the sizes of the tiles that ``length`` is split into, nearly equal ones."""
    count = -(-length // most)
    return [length * (i + 1) // count - length * i // count for i in range(count)]


def spaced_tiles(size: int, outputs: int, step: int) -> int:
    """Return how many tiles of outputs that lie ``step`` apart cover an axis.

    Those of neighbouring places lie between each other.
    """
    whole, rest = divmod(max(0, size), outputs * step)
    return whole * step + min(step, rest)


def panels(columns: int) -> tuple[int, int]:
    """Return how many whole panels of two registers, and how many of one, hold ``columns``."""
    wide, left = divmod(columns, 2 * registers().lanes)
    return (wide + 1, 0) if left > registers().lanes else (wide, 1 if left else 0)


def step(rows: float, wide: float) -> float:
    """Return the cycles of one step of a tile, for all of its columns."""
    return max(rows * wide / 2, (rows + wide) / 2, 4.0)


def panel_steps(outputs: int, rows: float) -> float:
    """Return the cycles of one step of a tile's row of ``outputs``, panel by panel."""
    wide, narrow = panels(outputs)
    return wide * step(rows, 2) + narrow * step(rows, 1)


def products(length: float, segments: float, columns: int, rows: float, run: float) -> float:
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
        return (count * step(rows, 1) + TILE + 25 + SEGMENT * segments) / rows
    wide, narrow = panels(columns)
    cycles = length * (wide * step(rows, 2) + narrow * step(rows, 1))
    return (cycles + (wide + narrow) * (TILE + SEGMENT * segments)) / rows


def rows_of(columns: int) -> float:
    """Return the mean size of the tiles of a row of outputs."""
    tiles = tiles_of(columns, registers().rows)
    return columns / len(tiles)


def sums(tiles: list[int], columns: int, positions: int) -> float:
    """Return the cycles for one output position, of tiles that are added up after some."""
    wide, narrow = panels(columns)
    cycles = 0.0
    for rows in tiles:
        added = (wide + narrow) * TILE + rows * (2 * wide + narrow) * ADD
        cycles += panel_steps(columns, rows) + added / positions
    return cycles


def far(weights: float) -> float:
    """Return the cycles to read weights, of which some stay near."""
    return _FAR * (max(0.0, weights - NEAR) + max(0.0, weights - SHARED))


def turned(outputs: int) -> float:
    """Return the cycles to turn a register of neighbouring positions into pixels, or back."""
    return -(-outputs // 8) * 40.0
