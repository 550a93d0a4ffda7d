"""Axes with windows: what convolutions and poolings of any rank share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._op import Array
from convolens.ops._taps import PAD, Pair, Table, Window
from convolens.spec import TensorSpec

IMAGE_LETTERS = {1: "N, C, W", 2: "N, C, H, W", 3: "N, C, D, H, W"}
WEIGHT_LETTERS = {1: "K, C/groups, S", 2: "K, C/groups, R, S", 3: "K, C/groups, T, R, S"}
AXIS_NAMES = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def require_same_rank(operator: str, **attributes: Sequence[object]) -> int:
    """Return the common length of attributes that hold one entry an axis.

    Raises:
        ArgumentError: If two lengths differ, or there are not 1, 2 or 3 axes.
    """
    lengths = {len(values) for values in attributes.values()}
    facts = [(name, tuple(values), "") for name, values in attributes.items()]
    if len(lengths) > 1:
        raise ArgumentError(
            f"{operator}: the attributes are for different numbers of axes.",
            facts,
            "give one number an axis.",
        )
    (rank,) = lengths
    if rank not in IMAGE_LETTERS:
        raise ArgumentError(f"{operator}: {rank} axes, but 1, 2 or 3 are supported.", facts)
    return rank


def require_image(operator: str, spec: TensorSpec, rank: int, name: str = "x") -> None:
    """Refuse an input that is not a batch of ``rank``-dimensional images.

    Raises:
        ShapeError: If ``spec`` is not [N, C, *I] with ``rank`` axes in I.
    """
    if spec.rank != rank + 2:
        letters = IMAGE_LETTERS[rank]
        raise ShapeError(
            f"{operator}: {name} has {spec.rank} dimensions, but {rank + 2} are needed.",
            [(name, spec, ""), ("expected", f"[{letters}]", "")],
            f"reshape {name} to [{letters}].",
        )
    if 0 in spec.shape[2:]:
        raise ShapeError(
            f"{operator}: {name} has no pixels: only the batch may be empty.",
            [(name, spec, IMAGE_LETTERS[rank])],
            "leave empty images out.",
        )


def output_sizes(operator: str, windows: Sequence[Window], sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the number of outputs along each axis.

    Raises:
        ShapeError: If a window is larger than its padded axis; the text names the axis.
    """
    results = []
    for axis, window, size in zip(AXIS_NAMES[len(windows)], windows, sizes, strict=True):
        try:
            results.append(window.output_size(size))
        except ShapeError as error:
            error.headline = f"{operator}: along the {axis}, {error.headline}"
            raise
    return tuple(results)


def tables(windows: Sequence[Window], sizes: Sequence[int]) -> list[Table]:
    """Return the tap table of each axis."""
    return [window.taps(size) for window, size in zip(windows, sizes, strict=True)]


def taps(kernel: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Return the positions of a kernel's taps, such as (0, 0), (0, 1), ..."""
    return itertools.product(*map(range, kernel))


def with_pad_cell(x: Array, rank: int, value: float = 0.0) -> Array:
    """Append one cell of ``value`` to each spatial axis, so that index -1 reads it."""
    width = [(0, 0)] * (x.ndim - rank) + [(0, 1)] * rank
    return np.pad(x, width, constant_values=value)


def pick(table: Table, tap: int) -> Array:
    """Return the input index of ``tap`` for each output; everything outside reads the pad cell."""
    return np.maximum(table[:, tap], PAD)


def reads(tables: Sequence[Table], tap: Sequence[int]) -> Any:
    """Return the index that selects, along the last axes, the inputs that ``tap`` reads."""
    return (..., *np.ix_(*(pick(table, t) for table, t in zip(tables, tap, strict=True))))


def at(tap: Sequence[int]) -> Any:
    """Return the index of a kernel's tap along the last axes."""
    return (..., *tap)


def without_pad_cell(sizes: Sequence[int]) -> Any:
    """Return the index that drops the pad cell from each of the last axes."""
    return (..., *(slice(size) for size in sizes))


def valid_reads(tables: Sequence[Table]) -> int:
    """Return how many (output, tap) pairs read a real input: the product over the axes."""
    count = 1
    for table in tables:
        count *= int(np.count_nonzero(table >= 0))
    return count


def times(numbers: Sequence[object]) -> str:
    """Write sizes as ``5x5``."""
    return "x".join(map(str, numbers))


def show_padding(padding: Sequence[Pair]) -> str:
    """Write paddings as ``1, 1`` or, where before and after differ, ``0+1``."""
    return ", ".join(
        str(before) if before == after else f"{before}+{after}" for before, after in padding
    )
