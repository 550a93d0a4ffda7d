"""Cells along one axis in any order, some of them repeated: slices put side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convolens.tensor import Tensor, cat


def pick(input: Tensor, dim: int, cells: Sequence[int]) -> Tensor:
    """Return the cells of an axis, in the order given. The gradient of a cell taken twice adds up.

    Example:
        >>> import convolens as cl
        >>> pick(cl.tensor([5.0, 6.0, 7.0]), 0, [2, 1, 0, 0]).tolist()
        [7.0, 6.0, 5.0, 5.0]
    """
    before = (slice(None),) * (dim % input.ndim)
    parts = [input[(*before, slice(start, stop))] for start, stop in _runs(cells)]
    return parts[0] if len(parts) == 1 else cat(parts, dim)


def flip(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Return the elements in the opposite order along each of ``dims``."""
    result = input
    for dim in dims:
        result = pick(result, dim, range(input.shape[dim])[::-1])
    return result


def _runs(cells: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of each run of ascending neighbours."""
    start = 0
    for place in range(1, len(cells) + 1):
        if place == len(cells) or cells[place] != cells[place - 1] + 1:
            yield cells[start], cells[place - 1] + 1
            start = place
