"""Grids of numbers as text: ``"1 0 -1; 2 0 -2; 1 0 -1"``."""

from __future__ import annotations

import math
import re
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ArgumentError
from convolens.lens.filters.words import filter_words

Grid = NDArray[np.float64]

#: The most numbers that a kernel may have along an axis.
LARGEST = 511
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_FRACTION = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?")
_DIVISOR = re.compile(rf"\s/\s*({_NUMBER})\s*$")


def parse_grids(text: str) -> tuple[Grid, ...]:
    """Return the grids of a text, float64 [R, S] each.

    Numbers stand apart by blanks or commas, rows by semicolons or new lines, and grids, one for
    each channel, by ``|``. A number may be a fraction without blanks, ``1/9``; `` / 9`` behind all
    of them divides the whole grid.

    Raises:
        ArgumentError: If it is not a grid of finite numbers, or grids differ in size.

    Example:
        >>> (sobel,) = parse_grids("1 0 -1; 2 0 -2; 1 0 -1")
        >>> sobel.tolist()
        [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]]
        >>> parse_grids("1, 2, 1 / 4")[0].tolist()
        [[0.25, 0.5, 0.25]]
        >>> len(parse_grids("1 0 | 0 1 | 0 0"))
        3
    """
    grids = tuple(map(_parse_grid, text.split("|")))
    for grid in grids[1:]:
        if grid.shape != grids[0].shape:
            _refuse("grid.sizes", first=_size(grids[0]), other=_size(grid))
    return grids


def as_grids(values: Any) -> tuple[Grid, ...]:
    """Return the grids of an array [R, S], or [C, R, S] with one for each channel.

    Raises:
        ArgumentError: If it has another shape, or numbers that are not finite.
    """
    array = np.asarray(values.detach().numpy() if hasattr(values, "detach") else values)
    if array.ndim not in (2, 3) or array.size == 0 or array.dtype.kind not in "biuf":
        _refuse("grid.array", shape=list(array.shape), dtype=array.dtype)
    grids = tuple(array.astype(np.float64).reshape(-1, *array.shape[-2:]))
    for grid in grids:
        _check(grid)
    return grids


def _parse_grid(text: str) -> Grid:
    divisor = 1.0
    if found := _DIVISOR.search(text):
        divisor = float(found[1])
        text = text[: found.start()]
    rows = [row for row in re.split(r"[;\n]", text) if row.strip()]
    if not rows:
        _refuse("grid.empty")
    numbers = [
        [_number(word, place, column) for column, word in enumerate(re.split(r"[\s,]+", row), 1)]
        for place, row in enumerate(map(str.strip, rows), 1)
    ]
    for place, row in enumerate(numbers, 1):
        if len(row) != len(numbers[0]):
            _refuse("grid.ragged", row=place, count=len(row), first=len(numbers[0]))
    if divisor == 0 or not math.isfinite(divisor):
        _refuse("grid.divisor")
    grid: Grid = np.array(numbers) / divisor
    _check(grid)
    return grid


def _number(word: str, row: int, column: int) -> float:
    found = _FRACTION.fullmatch(word)
    if not found:
        _refuse("grid.word", word=word[:40], row=row, column=column)
    under = 1.0 if found[2] is None else float(found[2])
    return float(found[1]) / under if under else math.inf


def _check(grid: Grid) -> None:
    if not np.isfinite(grid).all():
        row, column = np.argwhere(~np.isfinite(grid))[0] + 1
        _refuse("grid.finite", row=row, column=column)
    if max(grid.shape) > LARGEST:
        _refuse("grid.large", size=_size(grid), most=LARGEST)


def _size(grid: Grid) -> str:
    return "x".join(map(str, grid.shape))


def _refuse(key: str, **values: object) -> NoReturn:
    raise filter_words().problem(ArgumentError, key, **values)
