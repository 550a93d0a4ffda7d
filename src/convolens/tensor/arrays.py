"""Arrays for new tensors, from data or from nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convolens.backends.layout import empty as empty_array
from convolens.errors import ArgumentError, DTypeError, MemoryLimitError
from convolens.ops import Array
from convolens.spec import (
    DType,
    TensorSpec,
    bool_,
    checked,
    float32,
    float64,
    int32,
    int64,
    uint8,
)

Size = int | Sequence[int]

#: torch's names of tensors by their type, such as in ``torch.FloatTensor``.
NAMES: dict[DType, str] = {
    float32: "FloatTensor",
    float64: "DoubleTensor",
    int64: "LongTensor",
    int32: "IntTensor",
    uint8: "ByteTensor",
    bool_: "BoolTensor",
}
_BY_NAME = {name: dtype for dtype, name in NAMES.items()}


def dtype_of(wanted: Any, default: DType = float32) -> DType:
    """Return a data type by what torch's users write for it; ``default`` if it is None.

    Raises:
        DTypeError: If tensors do not have it.

    Example:
        >>> dtype_of("torch.LongTensor")
        dtype('int64')
    """
    if wanted is None:
        return default
    if isinstance(wanted, str):
        wanted = _BY_NAME.get(wanted.rpartition(".")[2], wanted)
    try:
        found: DType | None = np.dtype(wanted)
    except TypeError:
        found = None
    if found not in NAMES:
        raise DTypeError(
            f"tensors cannot hold {wanted if found is None else found}.",
            hint=f"use one of {', '.join(dtype.name for dtype in NAMES)}.",
        )
    return found


def array_of(data: Any, dtype: DTypeLike | None) -> Array:
    """Return a copy of numbers, nested lists or arrays, with torch's defaults for their type.

    Raises:
        DTypeError: If ``data`` is not numbers, or of a type that tensors do not have.
        ArgumentError: If its rows differ in length, or a number does not fit.
    """
    try:
        array = np.array(data, dtype)
    except (ValueError, TypeError, OverflowError) as error:
        kind = DTypeError if isinstance(error, TypeError) else ArgumentError
        raise kind(
            f"the data cannot be made a tensor: {error}.",
            hint="give numbers, or nested lists whose rows have equal lengths.",
        ) from None
    if array.dtype == object and isinstance(_first_number(data), int):
        raise ArgumentError(f"{_first_number(data)} does not fit int64.")
    if dtype is None:
        types = _types_in(data)
        if array.dtype == np.float64 and np.float64 not in types:
            array = array.astype(float32)
        elif array.dtype.kind == "i" and not any(issubclass(t, np.integer) for t in types):
            array = array.astype(int64)
    dtype_of(array.dtype)
    return array


def _types_in(data: Any) -> set[type]:
    """Return the types of the numbers in nested lists, arrays and tensors."""
    if hasattr(data, "dtype"):
        return {data.dtype.type}
    if not isinstance(data, list | tuple):
        return {type(data)}
    types = set(map(type, data))
    if all(issubclass(t, np.generic | float | int) for t in types):
        return types
    return set().union(*map(_types_in, data))


def _first_number(data: Any) -> Any:
    """Return the first number of nested lists, or the array in them."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return data


def shape_of(size: tuple[Size, ...]) -> tuple[int, ...]:
    """Return a shape that is given as numbers or as one sequence of them.

    Raises:
        DTypeError: If they are not whole numbers.

    Example:
        >>> shape_of((2, 3)), shape_of(([2, 3],))
        ((2, 3), (2, 3))
    """
    flat = size[0] if len(size) == 1 and isinstance(size[0], Sequence) else size
    try:
        return tuple(index(extent) for extent in flat)  # type: ignore[arg-type]
    except TypeError:
        raise DTypeError(
            f"a shape must be whole numbers, not {size!r}.", hint="write zeros(2, 3)."
        ) from None


def new_array(size: tuple[Size, ...], dtype: Any) -> Array:
    """Return an array with any numbers in it.

    Raises:
        ShapeError: If an extent is negative, or the bytes do not fit 64 bits.
        MemoryLimitError: If there is no memory.
    """
    spec = checked(shape_of(size), dtype_of(dtype))
    return in_memory(spec, lambda: empty_array(spec))


def in_memory(spec: TensorSpec, make: Callable[[], Array]) -> Array:
    """Return what ``make`` makes, an array of ``spec``.

    Raises:
        MemoryLimitError: If there is no memory.
    """
    try:
        return make()
    except MemoryError:
        raise MemoryLimitError(
            f"there is no memory for {spec}: it needs {spec.nbytes / 2**30:.1f} GiB.",
            hint="make it smaller.",
        ) from None


def filled(size: tuple[Size, ...], value: float, dtype: Any) -> Array:
    """Return an array of one number everywhere.

    Raises:
        ArgumentError: If the number does not fit the type.
    """
    array = new_array(size, dtype)
    try:
        array.fill(value)
    except (OverflowError, ValueError, TypeError) as error:
        raise ArgumentError(f"{value!r} does not fit {array.dtype.name}: {error}.") from None
    return array


def spec_of(array: Array) -> TensorSpec:
    """Return the spec of an array."""
    return TensorSpec(array.shape, array.dtype)
