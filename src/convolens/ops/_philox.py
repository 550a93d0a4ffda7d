"""Philox-4x32-10: random numbers as a function of a key and a counter.

The number at a position depends on nothing else, so any thread can compute any part.

Source: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def philox(count: int, seed: int, stream: int) -> NDArray[np.uint32]:
    """Return the first ``count`` 32-bit numbers of a stream.

    Args:
        count: How many numbers.
        seed: The key, of 64 bits.
        stream: Which of the 2**64 streams of the key.

    Example:
        >>> [hex(word) for word in philox(4, seed=0, stream=0)]  # Random123's known answers
        ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    blocks = np.arange((count + 3) // 4, dtype=np.uint64)
    upper = np.uint64(stream & (2**64 - 1))
    c = [
        blocks & _LOW,
        blocks >> _HALF,
        np.full_like(blocks, upper & _LOW),
        np.full_like(blocks, upper >> _HALF),
    ]
    key = [seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF]
    for _ in range(10):
        first, second = _MULTIPLIERS[0] * c[0], _MULTIPLIERS[1] * c[2]
        c = [
            (second >> _HALF) ^ c[1] ^ np.uint64(key[0]),
            second & _LOW,
            (first >> _HALF) ^ c[3] ^ np.uint64(key[1]),
            first & _LOW,
        ]
        key = [(k + w) & 0xFFFFFFFF for k, w in zip(key, _WEYL, strict=True)]
    return np.stack(c, axis=1).reshape(-1)[:count].astype(np.uint32)
