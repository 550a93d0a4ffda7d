"""Kernels by name: what photographers and textbooks use."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from convolens.lens.filters.grid import LARGEST, Grid


@final
@dataclass(frozen=True)
class Setting:
    """A number that a named kernel takes.

    Attributes:
        name: Its name.
        default: What it is unless given; 0 for a size that follows from the others.
        low: The smallest allowed.
        high: The largest allowed.
        whole: Whether it is a whole number.
        only: The only numbers allowed; none if all from the smallest to the largest are.
    """

    name: str
    default: float
    low: float
    high: float
    whole: bool = True
    only: tuple[float, ...] = ()


@final
@dataclass(frozen=True)
class Entry:
    """A named kernel.

    Attributes:
        make: Returns its grids from its settings: one, or two, the directions of a gradient whose
            length is the result.
        settings: The numbers that it takes, in order.
    """

    make: Callable[..., tuple[Grid, ...]]
    settings: tuple[Setting, ...] = ()


def gaussian(sigma: float, size: int = 0) -> Grid:
    """Return exp(-(y^2 + x^2) / (2 sigma^2)), divided by its sum, [size, size].

    Args:
        sigma: The standard deviation, in pixels.
        size: How many numbers an axis has; 0 for the odd number that reaches three sigma.

    Example:
        >>> gaussian(0.5).round(3).tolist()[2]
        [0.0, 0.084, 0.619, 0.084, 0.0]
    """
    length = size or min(2 * math.ceil(3 * sigma) + 1, LARGEST)
    place = np.arange(length) - (length - 1) / 2
    line = np.exp(-(place**2) / (2 * sigma**2))
    grid: Grid = np.outer(line, line) / line.sum() ** 2
    return grid


def motion(length: int, angle: float) -> Grid:
    """Return the track of a point that moves by ``length`` pixels, as shares of the time, [n, n].

    Args:
        length: How far it moves.
        angle: In degrees, counter-clockwise from the right.

    Example:
        >>> motion(3, 90).round(2).tolist()
        [[0.0, 0.33, 0.0], [0.0, 0.33, 0.0], [0.0, 0.33, 0.0]]
    """
    middle = (length - 1) / 2
    moments = 1000 * length
    along = ((np.arange(moments) + 0.5) / moments - 0.5) * length
    rows = np.floor(middle - along * math.sin(math.radians(angle)) + 0.5 - 1e-9)
    columns = np.floor(middle + along * math.cos(math.radians(angle)) + 0.5 - 1e-9)
    grid = np.zeros((length, length))
    np.add.at(grid, (rows.astype(int), columns.astype(int)), 1 / moments)
    return grid


def _edge(size: int) -> Grid:
    grid = np.full((size, size), -1.0)
    grid[(size - 1) // 2, (size - 1) // 2] = size * size - 1
    return grid


def _impulse(size: int) -> Grid:
    grid = np.zeros((size, size))
    grid[(size - 1) // 2, (size - 1) // 2] = 1
    return grid


def _unsharp(sigma: float, amount: float) -> Grid:
    blur = gaussian(sigma)
    return (1 + amount) * _impulse(len(blur)) - amount * blur


def _laplacian(neighbours: int) -> Grid:
    if neighbours == 8:
        return -_edge(3)
    return np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])


def _random(size: int, seed: int) -> Grid:
    grid = np.random.default_rng(seed).standard_normal((size, size))
    grid /= np.abs(grid).sum()
    return grid


def _across(*smooth: float) -> Grid:
    """Return differences from left to right, smoothed from top to bottom."""
    return np.outer(smooth, (-1.0, 0.0, 1.0))


def _fixed(*grids: Grid) -> Entry:
    return Entry(lambda: grids)


def _size(default: int, low: int = 1) -> Setting:
    return Setting("size", default, low, LARGEST)


_PREWITT, _SOBEL, _SCHARR = _across(1, 1, 1), _across(1, 2, 1), _across(3, 10, 3)

BANK: Mapping[str, Entry] = {
    "identity": Entry(lambda size: (_impulse(size),), (_size(3),)),
    "box": Entry(lambda size: (np.full((size, size), 1 / size**2),), (_size(3),)),
    "gaussian": Entry(
        lambda sigma, size: (gaussian(sigma, size),),
        (Setting("sigma", 1, 0.1, 85, whole=False), _size(0, low=0)),
    ),
    "sobel_x": _fixed(_SOBEL),
    "sobel_y": _fixed(_SOBEL.T),
    "sobel": _fixed(_SOBEL, _SOBEL.T),
    "prewitt_x": _fixed(_PREWITT),
    "prewitt_y": _fixed(_PREWITT.T),
    "prewitt": _fixed(_PREWITT, _PREWITT.T),
    "scharr_x": _fixed(_SCHARR),
    "scharr_y": _fixed(_SCHARR.T),
    "scharr": _fixed(_SCHARR, _SCHARR.T),
    "laplacian": Entry(lambda n: (_laplacian(n),), (Setting("neighbours", 4, 4, 8, only=(4, 8)),)),
    "edge": Entry(lambda size: (_edge(size),), (_size(5, low=2),)),
    "emboss": _fixed(np.array([[-2.0, -1, 0], [-1, 1, 1], [0, 1, 2]])),
    "sharpen": _fixed(np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]])),
    "unsharp": Entry(
        lambda sigma, amount: (_unsharp(sigma, amount),),
        (
            Setting("sigma", 2, 0.1, 85, whole=False),
            Setting("amount", 1, 0, 100, whole=False),
        ),
    ),
    "motion": Entry(
        lambda length, angle: (motion(length, angle),),
        (
            Setting("length", 9, 1, LARGEST),
            Setting("angle", 0, -360, 360, whole=False),
        ),
    ),
    "diagonal": Entry(lambda size: (np.eye(size) / size,), (_size(5),)),
    "random": Entry(
        lambda size, seed: (_random(size, seed),),
        (_size(3), Setting("seed", 0, 0, 2**32 - 1)),
    ),
}
