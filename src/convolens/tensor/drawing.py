"""New tensors of random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convolens.errors import ArgumentError, DTypeError
from convolens.ops import Array
from convolens.spec import FLOATS, DType, bool_, checked, float32, float64, int64
from convolens.tensor import random
from convolens.tensor.arrays import Size, dtype_of, in_memory, new_array
from convolens.tensor.device import require_cpu
from convolens.tensor.tensor import Tensor

Draw = Callable[[tuple[int, ...]], Array]


def rand(
    *size: Size,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return random numbers from [0, 1)."""
    return _drawn(random.uniform, size, dtype, requires_grad, device)


def randn(
    *size: Size,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return random numbers from the normal distribution with mean 0 and deviation 1."""
    return _drawn(random.normal, size, dtype, requires_grad, device)


def rand_like(
    input: Tensor,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return random numbers from [0, 1) in the shape and type of ``input``."""
    return _drawn(
        random.uniform, (input.shape,), dtype_of(dtype, input.dtype), requires_grad, device
    )


def randn_like(
    input: Tensor,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return random numbers from the normal distribution in the shape and type of ``input``."""
    return _drawn(
        random.normal, (input.shape,), dtype_of(dtype, input.dtype), requires_grad, device
    )


def _drawn(
    draw: Draw, size: tuple[Size, ...], dtype: Any, requires_grad: bool, device: Any
) -> Tensor:
    require_cpu(device)
    wanted = dtype_of(dtype)
    if wanted not in FLOATS:
        raise DTypeError(f"random numbers are float32 or float64, not {wanted.name}.")
    array = new_array(size, wanted)
    array[...] = draw(array.shape)
    return Tensor.leaf(array).requires_grad_(requires_grad)


def randint(
    low: int = 0,
    high: int | Sequence[int] | None = None,
    size: Sequence[int] | None = None,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return whole numbers from ``low`` to ``high`` - 1, each as likely.

    ``randint(high, size)`` begins at 0.

    Raises:
        ArgumentError: If there is no number from ``low`` to ``high`` - 1, or one of them does not
            fit the type.
        DTypeError: If an argument is not a whole number.

    Example:
        >>> randint(10, (2, 3)).shape
        (2, 3)
    """
    require_cpu(device)
    first, end, shape = low, high, size
    if size is None:
        first, end, shape = 0, low, high  # type: ignore[assignment]
    elif high is None:
        first, end = 0, low
    if not isinstance(first, int | np.integer) or not isinstance(end, int | np.integer):
        raise DTypeError(
            f"randint: the bounds are {first!r} and {end!r}, but must be whole numbers.",
            hint="write randint(low, high, (2, 3)).",
        )
    if not isinstance(shape, Sequence):
        raise DTypeError(
            f"randint: the size is {shape!r}, but must be a sequence.", hint="write (3,) for 3."
        )
    if first >= end:
        raise ArgumentError(
            f"randint: there is no whole number from {first} to {end} - 1.",
            hint="high must be larger than low; it is not drawn itself.",
        )
    wanted = dtype_of(dtype, int64)
    array = new_array((shape,), wanted)
    smallest, largest = (0, 1) if wanted == bool_ else _whole_numbers(wanted)
    if first < smallest or end - 1 > largest:
        raise ArgumentError(f"randint: numbers from {first} to {end - 1} do not fit {wanted.name}.")
    array[...] = random.integers(array.shape, int(first), int(end))
    return Tensor.leaf(array).requires_grad_(requires_grad)


def _whole_numbers(dtype: DType) -> tuple[int, int]:
    """Return the smallest and the largest whole number to draw; for floats those of int64."""
    limits = np.iinfo(int64 if dtype in FLOATS else dtype)  # type: ignore[type-var]
    return int(limits.min), int(limits.max)


def randperm(
    n: int,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return the numbers from 0 to ``n`` - 1 in a random order.

    Raises:
        ArgumentError: If ``n`` is negative, or its numbers do not fit the type.
        ShapeError: If their bytes do not fit 64 bits.
        MemoryLimitError: If there is no memory.
        DTypeError: If ``n`` is not a whole number, or the type is bool.

    Example:
        >>> sorted(randperm(4).tolist())
        [0, 1, 2, 3]
    """
    require_cpu(device)
    if not isinstance(n, int | np.integer):
        raise DTypeError(f"randperm: n is {n!r}, but must be a whole number.")
    if n < 0:
        raise ArgumentError(f"randperm: n is {n}, but must not be negative.")
    wanted = dtype_of(dtype, int64)
    if wanted == bool_:
        raise DTypeError("randperm: truth values are no numbers to order.", hint="use int64.")
    # Larger floats leave whole numbers out, so that some would come twice.
    largest = (
        2**24 if wanted == float32 else 2**53 if wanted == float64 else _whole_numbers(wanted)[1]
    )
    if n > largest + 1:
        raise ArgumentError(f"randperm: numbers from 0 to {n - 1} do not fit {wanted.name}.")
    order = in_memory(checked((int(n),), int64), lambda: random.permutation(int(n)).astype(wanted))
    return Tensor.leaf(order).requires_grad_(requires_grad)
