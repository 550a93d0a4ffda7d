"""Random numbers that depend on seed, epoch, image and draw, and on nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ArgumentError

_WORD = 2**64 - 1


def hashed(*words: int | NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of a row of whole numbers, element by element over arrays.

    Each word is added to the state, which is stepped and mixed as SplitMix64 does. All of it is
    integer arithmetic, so the values are the same on every machine and with every NumPy.

    Args:
        words: Python ints of any size (taken modulo 2**64) or int64 arrays of one shape.

    Returns:
        uint64, of the arrays' shape, or [1] where there is none.

    Example:
        >>> hashed(0, 0) == hashed(0, np.array([0, 1]))
        array([ True, False])

    Source: G. L. Steele, D. Lea, C. H. Flood, Fast Splittable Pseudorandom Number Generators,
        OOPSLA 2014, figure 15.
    """
    state = np.zeros(1, np.uint64)
    for word in words:
        if isinstance(word, np.ndarray):
            value = word.astype(np.uint64)
        else:
            value = np.array([int(word) & _WORD], np.uint64)
        state = (state ^ value) + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return state


def shuffled(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return the numbers 0 to ``count - 1`` in an order fixed by ``seed`` and ``epoch``.

    Example:
        >>> shuffled(5, seed=0, epoch=1)
        array([1, 0, 4, 3, 2])
    """
    keys = hashed(_SHUFFLE, seed, epoch, np.arange(count))
    return np.argsort(keys, kind="stable").astype(np.int64, copy=False)


_SHUFFLE = 1
_SAMPLE = 2


@final
@dataclass(frozen=True, eq=False)
class SampleRandom:
    """The random numbers of a batch: for each image its own, whatever batch it is in.

    Attributes:
        seed: The seed of the run.
        epoch: The number of the epoch.
        indices: Which image of the dataset each row of the batch is, int64 [B].
        stream: Apart for each user of random numbers, so that two transforms differ.

    Example:
        >>> both = SampleRandom(0, 1, np.array([7, 9])).uniform()
        >>> alone = SampleRandom(0, 1, np.array([9])).uniform()
        >>> bool(both[1] == alone[0])
        True
    """

    seed: int
    epoch: int
    indices: NDArray[np.int64]
    stream: int = 0

    def with_stream(self, stream: int) -> SampleRandom:
        """Return the numbers of another stream for the same images."""
        return replace(self, stream=stream)

    def uniform(self, draw: int = 0) -> NDArray[np.float64]:
        """Return one number in [0, 1) for each image, float64 [B]; other draws are independent."""
        word = hashed(_SAMPLE, self.seed, self.epoch, self.stream, draw, self.indices)
        return (word >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def integers(self, low: int, high: int, draw: int = 0) -> NDArray[np.int64]:
        """Return one whole number from ``low`` to ``high`` inclusive for each image, int64 [B].

        Raises:
            ArgumentError: If ``high`` is less than ``low``.
        """
        if high < low:
            raise ArgumentError(f"random numbers from {low} to {high}: the range is empty.")
        return low + (self.uniform(draw) * (high - low + 1)).astype(np.int64)
