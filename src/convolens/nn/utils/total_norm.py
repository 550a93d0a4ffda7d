"""The norm of several tensors as one vector, also where squares would overflow."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

import numpy as np

from convolens.spec import float32, float64
from convolens.tensor import Tensor, tensor
from convolens.tensor.given import given

Tensors = Tensor | Iterable[Tensor]


def listed(operator: str, tensors: Tensors) -> list[Tensor]:
    """Return the tensors, or a single one, as a list.

    Raises:
        DTypeError: If one is no tensor.
    """
    if isinstance(tensors, Tensor):
        return [tensors]
    return [given(operator, each, f"item {place}") for place, each in enumerate(tensors)]


def total_norm(tensors: list[Tensor], order: float) -> Tensor:
    """Return the norm of the norms of all tensors.

    Example:
        >>> import convolens as cl
        >>> total_norm([cl.tensor([3e30]), cl.tensor([4e30])], 2.0)
        tensor(5.e+30)
    """
    if not tensors:
        return tensor(0.0)
    norms = [_norm(each.detach(), order) for each in tensors]
    widest = float64 if any(each.dtype == float64 for each in tensors) else float32
    with np.errstate(over="ignore"):
        return tensor(_norm(tensor(norms, dtype=float64), order), dtype=widest)


def _norm(x: Tensor, order: float) -> float:
    """Return the norm of all elements.

    Where the sum of powers is too large or too small for the type, that of the elements over the
    largest of them.
    """
    with np.errstate(all="ignore"):
        found: float = x.norm(order).item()
        if order <= 0 or order == inf or x.numel() == 0 or _is_exact(found, order, x):
            return found
        most: float = x.norm(inf).item()
        if not 0 < most < inf:
            return most
        return most * float((x / most).norm(order).item())


def _is_exact(norm: float, order: float, x: Tensor) -> bool:
    """Return whether the sum of powers is so large that what small ones lose is nothing to it."""
    kind = np.finfo(np.float64 if x.dtype == float64 else np.float32)
    least = float(kind.tiny) / float(kind.eps)
    return bool(least ** (1 / order) <= norm < inf)
