"""Dropout as a function."""

from __future__ import annotations

from convolens import ops
from convolens.spec import int64
from convolens.tensor import Tensor, apply, random, tensor


def dropout(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Return input with a share p of its elements zero and the others divided by 1 - p.

    Outside training input itself is returned. The elements follow from ``manual_seed``.

    Raises:
        ArgumentError: If p is not a probability.
    """
    op = ops.Dropout(float(p))
    if not training or p == 0.0:
        return input
    return apply(op, input, tensor(random.next_key(), dtype=int64))
