"""What a loss does with its parts: average them, add them up, or leave them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from convolens.errors import ArgumentError, ShapeError
from convolens.ops._op import Array, Value
from convolens.ops.scale import Scale
from convolens.ops.sum import Expand
from convolens.spec import TensorSpec

Reduction = Literal["mean", "sum", "none"]
REDUCTIONS: tuple[Reduction, ...] = ("mean", "sum", "none")


def check_reduction(operator: str, reduction: str) -> None:
    """Refuse an unknown reduction.

    Raises:
        ArgumentError: If it is not ``'mean'``, ``'sum'`` or ``'none'``.
    """
    if reduction not in REDUCTIONS:
        raise ArgumentError(
            f"{operator}: reduction is {reduction!r}, but must be 'mean', 'sum' or 'none'."
        )


def require_parts(operator: str, reduction: Reduction, x: TensorSpec) -> None:
    """Refuse the mean of nothing, of which torch says NaN.

    Raises:
        ShapeError: If ``x`` is empty and its mean is wanted.
    """
    if reduction == "mean" and x.size == 0:
        raise ShapeError(
            f"{operator}: there is nothing to average in {x}.",
            [("input", x, "")],
            "leave empty batches out.",
        )


def reduce(parts: Array, reduction: Reduction) -> Array:
    """Return the parts' mean or sum, or the parts."""
    if reduction == "none":
        return parts
    total = parts.sum(dtype=parts.dtype)
    return np.asarray(total / parts.dtype.type(parts.size) if reduction == "mean" else total)


def share(g: Value, reduction: Reduction, shape: tuple[int, ...]) -> Value:
    """Return the gradient of each part, in their shape: that of the loss, shared for a mean."""
    if reduction == "none":
        return g
    if reduction == "mean":
        g = Scale(1 / max(1, int(np.prod(shape, dtype=np.int64))))(g)
    return Expand(shape)(g)
