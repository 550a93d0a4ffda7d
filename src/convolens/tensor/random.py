"""Random numbers: a seed and a counter of draws, nothing else.

Each draw takes the next stream of the seed, so the state is two numbers, and a saved state
continues exactly.

Source: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
"""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from convolens.errors import ArgumentError

_seed = 0
_stream = 0
_LARGEST = 2**63 - 1


def manual_seed(seed: int) -> None:
    """Begin the random numbers anew from ``seed``, a whole number from 0 to 2**63 - 1.

    Raises:
        ArgumentError: If ``seed`` is outside that range.
    """
    set_random_state((seed, 0))


def random_state() -> tuple[int, int]:
    """Return the seed and the number of draws so far."""
    return _seed, _stream


def set_random_state(state: tuple[int, int]) -> None:
    """Continue from a state that ``random_state`` returned.

    Raises:
        ArgumentError: If a number is not from 0 to 2**63 - 1.
    """
    global _seed, _stream
    for name, value in zip(("seed", "draws"), state, strict=True):
        if not isinstance(value, int | np.integer) or not 0 <= value <= _LARGEST:
            raise ArgumentError(
                f"the random {name} is {value}, but must be from 0 to 2**63 - 1.",
                hint="use a whole number that is not negative.",
            )
    _seed, _stream = int(state[0]), int(state[1])


def next_key() -> tuple[int, int]:
    """Take the next stream: return (seed, stream)."""
    global _stream
    key = (_seed, _stream)
    _stream += 1
    return key


def uniform(shape: tuple[int, ...], low: float = 0.0, high: float = 1.0) -> NDArray[np.float32]:
    """Draw float32 numbers evenly from [low, high)."""
    unit = (_bits(prod(shape)) >> np.uint32(8)).astype(np.float32) * np.float32(2**-24)
    return (np.float32(low) + np.float32(high - low) * unit).reshape(shape)


def normal(shape: tuple[int, ...], mean: float = 0.0, std: float = 1.0) -> NDArray[np.float32]:
    """Draw float32 numbers from the normal distribution.

    Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
    """
    count = prod(shape)
    half = (count + 1) // 2
    bits = _bits(2 * half)
    # From (0, 1], since the logarithm of 0 is not finite.
    first = ((bits[:half] >> np.uint32(8)) + np.uint32(1)).astype(np.float32) * np.float32(2**-24)
    angle = bits[half:].astype(np.float32) * np.float32(2 * np.pi / 2**32)
    radius = np.sqrt(np.float32(-2) * np.log(first))
    values = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:count]
    return (np.float32(mean) + np.float32(std) * values).reshape(shape)


def integers(shape: tuple[int, ...], low: int, high: int) -> NDArray[np.int64]:
    """Draw whole numbers evenly from ``low`` to ``high`` - 1: 64 random bits, modulo the range."""
    offsets, span = _words(prod(shape)), high - low
    if span < 2**64:
        offsets %= np.uint64(span)
    return (offsets.view(np.int64) + np.int64(low)).reshape(shape)


def permutation(count: int) -> NDArray[np.int64]:
    """Draw an order of the numbers from 0 to ``count`` - 1, by sorting as many random words."""
    return np.argsort(_words(count), kind="stable")


def _bits(count: int) -> NDArray[np.uint32]:
    return _words((count + 1) // 2).view(np.uint32)[:count]


def _words(count: int) -> NDArray[np.uint64]:
    seed, stream = next_key()
    return np.random.Philox(key=seed, counter=[0, 0, stream, 0]).random_raw(count)
