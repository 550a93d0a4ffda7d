"""Weighted tap tables: which inputs each output of a resampled axis reads, and how much of each.

A table has one row an output; its entries are input indices, or ``PAD`` where a row needs fewer
taps than the longest, and a weight for each, 0 where the entry is ``PAD``. The weights of a row sum
to 1. The gradient of a resampling is the transposed table.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convolens.ops._taps import PAD, Table

Mode = Literal["nearest", "nearest-exact", "linear", "cubic", "area"]
Weights = NDArray[np.float64]

#: The slope parameter of cubic interpolation.
_A = -0.75


class Weighted(NamedTuple):
    """A weighted table.

    Shapes:
        taps [P, T], weights [P, T]
    """

    taps: Table
    weights: Weights


class Entries(NamedTuple):
    """The entries of a weighted table that are not ``PAD``, row after row.

    Those of row p are ``taps[first[p]:first[p + 1]]``, and their weights likewise.
    """

    first: Table
    taps: Table
    weights: NDArray[Any]


def nearest(size: int, outputs: int, scale: float | None = None) -> Weighted:
    """Return the table of output p reading input floor(p size / outputs).

    Args:
        size: The number of inputs.
        outputs: The number of outputs.
        scale: Outputs per input; ``outputs / size`` if not given. torch takes it as it is, though
            it gives the number of outputs only rounded down.

    Example:
        >>> nearest(3, 5).taps[:, 0].tolist()
        [0, 0, 1, 1, 2]
    """
    place = np.arange(outputs, dtype=np.int64)
    if outputs == size:
        return _one_tap(place)
    if outputs == 2 * size:
        return _one_tap(place // 2)
    # torch's index is a float32: a product that ought to be whole may be rounded down.
    product = place.astype(np.float32) * _step32(size, outputs, scale)
    return _one_tap(np.minimum(_floor32(product), size - 1))


def nearest_exact(size: int, outputs: int, scale: float | None = None) -> Weighted:
    """Return the table of output p reading the input in which the centre of its cell lies.

    Example:
        >>> nearest_exact(3, 5).taps[:, 0].tolist()
        [0, 0, 1, 2, 2]
    """
    centre = np.arange(outputs) + 0.5
    step = np.float64(_step32(size, outputs, scale))
    return _one_tap(np.minimum(_floor32(centre * step), size - 1))


def linear(
    size: int, outputs: int, scale: float | None = None, align_corners: bool = False
) -> Weighted:
    """Return the table of the two inputs around the place of each output, the nearer one heavier.

    Args:
        size: The number of inputs.
        outputs: The number of outputs.
        scale: Outputs per input; ``outputs / size`` if not given.
        align_corners: The centres of the first and last outputs lie on those of the inputs;
            otherwise the edges of the cells do, and places beyond the first input are the first.

    Example:
        >>> linear(2, 4).weights.tolist()
        [[1.0, 0.0], [0.75, 0.25], [0.25, 0.75], [0.75, 0.25]]
    """
    if outputs == size:
        return _one_tap(np.arange(size, dtype=np.int64))
    place = np.maximum(_places(size, outputs, scale, align_corners), 0.0)
    below = np.minimum(np.floor(place), size - 1)
    rest = np.clip(place - below, 0.0, 1.0)
    taps = np.stack([below, np.minimum(below + 1, size - 1)], axis=1).astype(np.int64)
    return _without_zeros(taps, np.stack([1.0 - rest, rest], axis=1))


def cubic(
    size: int, outputs: int, scale: float | None = None, align_corners: bool = False
) -> Weighted:
    """Return the table of the four inputs around the place of each output, by cubic convolution.

    The parameter a is -0.75, as in torch and OpenCV. Beyond an end its input is repeated.

    Source: Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981.

    Example:
        >>> cubic(4, 8).weights[3].tolist()
        [-0.10546875, 0.87890625, 0.26171875, -0.03515625]
    """
    place = _places(size, outputs, scale, align_corners)
    below = np.minimum(np.floor(place), size - 1)
    rest = np.clip(place - below, 0.0, 1.0)
    around = np.stack([below - 1, below, below + 1, below + 2], axis=1)
    taps = np.clip(around, 0, size - 1).astype(np.int64)
    weights = [_far(rest + 1), _near(rest), _near(1 - rest), _far(2 - rest)]
    return _without_zeros(taps, np.stack(weights, axis=1))


def area(size: int, outputs: int) -> Weighted:
    """Return the table of the mean of the inputs that each output covers, wholly or in part.

    Example:
        >>> area(5, 2).taps.tolist()
        [[0, 1, 2], [2, 3, 4]]
    """
    place = np.arange(outputs, dtype=np.int64)
    first = place * size // outputs
    counts = -(-(place + 1) * size // outputs) - first
    taps = first[:, None] + np.arange(counts.max(initial=1), dtype=np.int64)
    inside = taps < (first + counts)[:, None]
    return Weighted(np.where(inside, taps, PAD), inside / counts[:, None])


def table(
    mode: Mode, size: int, outputs: int, scale: float | None, align_corners: bool
) -> Weighted:
    """Return the table of an axis for any mode."""
    if mode == "nearest":
        return nearest(size, outputs, scale)
    if mode == "nearest-exact":
        return nearest_exact(size, outputs, scale)
    if mode == "area":
        return area(size, outputs)
    return (linear if mode == "linear" else cubic)(size, outputs, scale, align_corners)


def transposed(weighted: Weighted, inputs: int) -> Weighted:
    """Return the table seen from the inputs: which outputs read each of them, and how much.

    Shapes:
        taps [P, T] -> [inputs, most outputs that read one input]

    Example:
        >>> transposed(nearest(2, 4), 2).taps.tolist()
        [[0, 1], [2, 3]]
    """
    output, tap = np.nonzero(weighted.taps >= 0)
    read = weighted.taps[output, tap]
    order = np.argsort(read, kind="stable")
    counts = np.bincount(read, minlength=inputs)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    width = int(counts.max(initial=1))
    taps = np.full((inputs, width), PAD, dtype=np.int64)
    weights = np.zeros((inputs, width))
    taps[read[order], rank] = output[order]
    weights[read[order], rank] = weighted.weights[output, tap][order]
    return Weighted(taps, weights)


def entries(weighted: Weighted) -> Entries:
    """Return the entries that are not ``PAD``.

    Example:
        >>> entries(area(5, 2)).first.tolist()
        [0, 3, 6]
    """
    real = weighted.taps >= 0
    first = np.zeros(len(real) + 1, dtype=np.int64)
    np.cumsum(real.sum(axis=1), out=first[1:])
    return Entries(first, weighted.taps[real], weighted.weights[real])


def _places(size: int, outputs: int, scale: float | None, align_corners: bool) -> Weights:
    """Return where the outputs lie among the inputs: 0 is the centre of the first one."""
    output = np.arange(outputs, dtype=np.float64)
    if align_corners:
        return output * ((size - 1) / (outputs - 1) if outputs > 1 else 0.0)
    return (output + 0.5) * (1 / scale if scale else size / outputs) - 0.5


def _near(x: Weights) -> Weights:
    """Return the weight of an input at a distance of at most 1."""
    return ((_A + 2) * x - (_A + 3)) * x * x + 1


def _far(x: Weights) -> Weights:
    """Return the weight of an input at a distance from 1 to 2."""
    return ((_A * x - 5 * _A) * x + 8 * _A) * x - 4 * _A


def _one_tap(taps: Table) -> Weighted:
    return Weighted(taps[:, None], np.ones((len(taps), 1)))


def _without_zeros(taps: Table, weights: Weights) -> Weighted:
    """Return the table without taps of weight 0: what does not count is not read."""
    return Weighted(np.where(weights != 0, taps, PAD), weights)


def _step32(size: int, outputs: int, scale: float | None) -> np.float32:
    """Return the inputs per output, as a float32."""
    return np.float32(1 / scale) if scale else np.float32(size) / np.float32(outputs)


def _floor32(place: NDArray[Any]) -> Table:
    return np.floor(place.astype(np.float32)).astype(np.int64)
