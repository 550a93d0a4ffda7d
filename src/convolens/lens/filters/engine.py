"""Runs plans on a tile of an image with the kernels that convolutional layers run on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import final

import numpy as np

from convolens.backends.choose import choose
from convolens.backends.exact import exact
from convolens.lens.filters.grid import Grid
from convolens.lens.filters.plan import Plan
from convolens.ops import Add, Array, Conv
from convolens.spec import TensorSpec

_NO_PADDING = ((0, 0), (0, 0))


@final
class Channelwise:
    """One plan for every channel: channels lie side by side, so a tap's neighbour is C away.

    Args:
        plan: The plan.
        channels: C.
    """

    def __init__(self, plan: Plan, channels: int) -> None:
        self._chains = [list(map(_weight, chain)) for chain in plan.passes]
        self._channels = channels

    def __call__(self, tile: Array) -> Array:
        """Return [h, w, C] of a tile [h + R - 1, w + S - 1, C]."""
        height, width, channels = tile.shape
        x = tile.reshape(1, 1, height, width * channels)
        results = [reduce(self._along, chain, x) for chain in self._chains]
        y = reduce(_add, results)
        return y.reshape(y.shape[2], -1, channels)

    def _along(self, x: Array, weight: Array) -> Array:
        return _convolved(x, weight, (1, self._channels))


@final
class Separate:
    """A plan of its own for each channel.

    Args:
        plans: One a channel.
    """

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._runs = [Channelwise(plan, 1) for plan in plans]

    def __call__(self, tile: Array) -> Array:
        """Return [h, w, C] of a tile [h + R - 1, w + S - 1, C]."""
        planes = [
            run(np.ascontiguousarray(tile[..., c : c + 1])) for c, run in enumerate(self._runs)
        ]
        return np.concatenate(planes, axis=2)


@final
class MeanFirst:
    """One plan on the mean of the channels: that is the mean of its results.

    Args:
        plan: The plan.
        channels: C.
    """

    def __init__(self, plan: Plan, channels: int) -> None:
        self._mean = np.full((1, channels, 1, 1), 1 / channels, np.float32)
        self._run = Channelwise(plan, 1)

    def __call__(self, tile: Array) -> Array:
        """Return [h, w, 1] of a tile [h + R - 1, w + S - 1, C]."""
        mean = _convolved(tile.transpose(2, 0, 1)[None], self._mean, (1, 1))
        return self._run(mean[0, 0, :, :, None])


@final
class Mixed:
    """A grid for each channel, and the sum of the results: a layer with one output channel.

    Args:
        grids: One a channel.
    """

    def __init__(self, grids: Sequence[Grid]) -> None:
        weight = np.stack(grids).astype(np.float32)
        # Channels last, as the kernels read them.
        self._weight = np.ascontiguousarray(weight.transpose(1, 2, 0)).transpose(2, 0, 1)[None]

    def __call__(self, tile: Array) -> Array:
        """Return [h, w, 1] of a tile [h + R - 1, w + S - 1, C]."""
        y = _convolved(tile.transpose(2, 0, 1)[None], self._weight, (1, 1))
        return y[0, 0, :, :, None]


#: What turns a tile into its result.
Run = Callable[[Array], Array]


def _weight(grid: Grid) -> Array:
    return np.ascontiguousarray(grid, np.float32)[None, None]


def _convolved(x: Array, weight: Array, dilation: tuple[int, int]) -> Array:
    op = Conv((1, 1), _NO_PADDING, dilation, 1)
    with exact():  # the grid's own products are added up
        return choose(op, (_spec(x), _spec(weight))).run(x, weight)


def _add(a: Array, b: Array) -> Array:
    return choose(Add(), (_spec(a), _spec(b))).run(a, b)


def _spec(array: Array) -> TensorSpec:
    return TensorSpec(array.shape, array.dtype)
