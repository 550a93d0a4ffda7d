"""How a kernel is run: as it is, or as passes along one axis each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from convolens.lens.filters.grid import Grid
from convolens.nn.separable import kernel_rank, separate


@final
@dataclass(frozen=True, eq=False)
class Plan:
    """How a grid [R, S] is run.

    Attributes:
        size: R and S.
        rank: How many products of a column and a row the grid is the sum of.
        passes: For each of them the grids that run one after the other; their results are added.
    """

    size: tuple[int, int]
    rank: int
    passes: tuple[tuple[Grid, ...], ...]

    @property
    def separated(self) -> bool:
        """Whether it runs along one axis, then along the other."""
        return len(self.passes[0]) > 1

    @property
    def numbers(self) -> int:
        """How many numbers are multiplied for a pixel."""
        return sum(grid.size for chain in self.passes for grid in chain)

    @property
    def saved(self) -> int:
        """How many fewer that is than the R S of the grid."""
        return self.size[0] * self.size[1] - self.numbers


def plan(grid: Grid) -> Plan:
    """Return how a grid is run: in passes along one axis if that is fewer multiplications.

    A grid of rank r is r columns times r rows: r (R + S) numbers instead of R S. One of rank 1 runs
    as two passes if that saves any number, one of a higher rank if it saves half of them.

    Example:
        Sobel's kernel has rank 1, a 24 among -1 has rank 2:

        >>> sobel = plan(np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]))
        >>> sobel.rank, sobel.numbers, sobel.saved, [g.tolist() for g in sobel.passes[0]]
        (1, 6, 3, [[[1.0], [2.0], [1.0]], [[1.0, 0.0, -1.0]]])
        >>> edge = np.full((15, 15), -1.0)
        >>> edge[7, 7] = 224
        >>> plan(edge).rank, plan(edge).numbers, plan(edge[5:10, 5:10]).numbers
        (2, 60, 25)
    """
    size = (grid.shape[0], grid.shape[1])
    rank = kernel_rank(grid)
    whole = Plan(size, rank, ((grid,),))
    if rank == 1:
        split = Plan(size, rank, (_outer(grid),))
        return split if split.saved > 0 else whole
    if rank == 0 or 2 * rank * sum(size) > grid.size:
        return whole
    factors = separate(grid)
    chains = tuple((column[:, None], row[None]) for column, row in zip(*factors, strict=True))
    return Plan(size, rank, chains)


def _outer(grid: Grid) -> tuple[Grid, Grid]:
    """Return a column and a row whose product is the grid; whole numbers stay whole.

    Of a column and a row any multiples serve, one times the other's inverse. These are the ones
    through the largest number, and the row is divided by it.
    """
    row, column = np.unravel_index(np.abs(grid).argmax(), grid.shape)
    sign = np.sign(grid[row, column])
    return sign * grid[:, column, None], grid[None, row] / abs(grid[row, column])
