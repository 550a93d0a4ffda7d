"""New tensors of regular numbers: in steps, in equal parts, ones on a diagonal."""

from __future__ import annotations

from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import DTypeLike

from convolens.errors import ArgumentError, MemoryLimitError
from convolens.ops import Array
from convolens.spec import DType, checked, float32, float64, int64
from convolens.tensor.arrays import dtype_of, filled, in_memory
from convolens.tensor.device import require_cpu
from convolens.tensor.tensor import Tensor


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return the numbers from ``start`` in steps of ``step``, before ``end``.

    ``arange(end)`` starts at 0. Whole numbers give int64, others float32.

    Raises:
        ArgumentError: If ``step`` is 0 or leads away from ``end``, or a number is not finite or
            does not fit 64 bits.
        MemoryLimitError: If there is no memory.

    Example:
        >>> arange(4).tolist()
        [0, 1, 2, 3]
    """
    require_cpu(device)
    first, last = (0, start) if end is None else (start, end)
    if not all(-(2**63) <= number < 2**63 for number in (first, last, step)):
        raise ArgumentError(
            f"arange: numbers from {first} to {last} in steps of {step} do not fit 64 bits."
        )
    if step == 0 or (last - first) * step < 0:
        raise ArgumentError(
            f"arange: steps of {step} do not lead from {first} to {last}.",
            hint="use a step with the sign of end - start.",
        )
    whole = all(isinstance(number, SupportsIndex) for number in (first, last, step))
    wanted: DType = dtype_of(dtype, int64 if whole else float32)
    try:
        numbers: Array = np.arange(first, last, step)
    except (MemoryError, ValueError):
        raise MemoryLimitError(
            f"arange: there is no memory for the numbers from {first} to {last} in steps of {step}."
        ) from None
    return Tensor.leaf(numbers.astype(wanted)).requires_grad_(requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return ``steps`` numbers in equal distances, from ``start`` to ``end``, both included.

    Raises:
        ArgumentError: If ``steps`` is negative.
        ShapeError: If the bytes do not fit 64 bits.
        MemoryLimitError: If there is no memory.

    Example:
        >>> linspace(0, 1, 5).tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    require_cpu(device)
    if steps < 0:
        raise ArgumentError(f"linspace: the number of steps is {steps}, but must not be negative.")
    wanted = dtype_of(dtype)
    numbers = in_memory(
        checked((steps,), float64),  # in which they are computed
        lambda: np.linspace(float(start), float(end), steps).astype(wanted),
    )
    return Tensor.leaf(numbers).requires_grad_(requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return a matrix [n, m] with ones on the diagonal; ``m`` is ``n`` if not given.

    Raises:
        ArgumentError: If a size is negative.

    Example:
        >>> eye(2).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    require_cpu(device)
    sizes: tuple[Any, Any] = (n, n if m is None else m)
    if min(sizes) < 0:
        raise ArgumentError(
            f"eye: the sizes are {sizes[0]} and {sizes[1]}, but must not be negative."
        )
    matrix = filled(sizes, 0, dtype)
    np.fill_diagonal(matrix, 1)
    return Tensor.leaf(matrix).requires_grad_(requires_grad)
