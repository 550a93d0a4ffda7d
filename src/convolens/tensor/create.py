"""New tensors, from data or from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import DTypeLike

from convolens.backends.layout import empty as empty_array
from convolens.errors import ArgumentError, DTypeError, MemoryLimitError
from convolens.ops import Concat
from convolens.spec import FLOATS, DType, TensorSpec, checked, float32, int64
from convolens.tensor import random
from convolens.tensor.apply import apply
from convolens.tensor.axes import one_axis
from convolens.tensor.tensor import SUPPORTED, Tensor

Size = int | Sequence[int]


def tensor(data: Any, dtype: DTypeLike | None = None, requires_grad: bool = False) -> Tensor:
    """Return a new tensor with a copy of ``data``: numbers, nested lists, arrays, tensors.

    Python's floats become float32 and whole numbers int64, as in torch; arrays keep their type.

    Raises:
        DTypeError: If ``data`` is not numbers, or of a type that tensors do not have.
        ArgumentError: If its rows differ in length, or a number does not fit.

    Example:
        >>> tensor([[1.0, 2.0], [3.0, 4.0]]).shape
        (2, 2)
    """
    source = data.array if isinstance(data, Tensor) else data
    try:
        array = np.array(source, dtype)
    except (ValueError, TypeError, OverflowError) as error:
        kind = DTypeError if isinstance(error, TypeError) else ArgumentError
        raise kind(
            f"the data cannot be made a tensor: {error}.",
            hint="give numbers, or nested lists whose rows have equal lengths.",
        ) from None
    if array.dtype == object and isinstance(_first_number(source), int):
        raise ArgumentError(f"{_first_number(source)} does not fit int64.")
    if dtype is None and not isinstance(_first_number(source), np.ndarray | np.generic):
        # torch's defaults for Python's numbers.
        if array.dtype == np.float64:
            array = array.astype(float32)
        elif array.dtype.kind == "i":
            array = array.astype(int64)
    return _leaf(array, requires_grad)


def _first_number(data: Any) -> Any:
    """Return the first number of nested lists, or the array in them."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return data


def from_numpy(array: np.ndarray[Any, Any]) -> Tensor:
    """Return a tensor that shares its memory with ``array``.

    Raises:
        DTypeError: If ``array`` is not a NumPy array, or of a type that tensors do not have.
        ArgumentError: If its bytes are not in this machine's order.

    Example:
        >>> a = np.zeros(3, np.float32)
        >>> t = from_numpy(a)
        >>> a[1] = 5
        >>> t.tolist()
        [0.0, 5.0, 0.0]
    """
    if not isinstance(array, np.ndarray):
        raise DTypeError(
            f"from_numpy needs a NumPy array, not {type(array).__name__}.",
            hint="use tensor(data) for other data.",
        )
    if not array.dtype.isnative:
        raise ArgumentError(
            f"the array's type is {array.dtype.str}, whose bytes are in another order than this "
            "machine's.",
            hint="convert it: array.astype(array.dtype.newbyteorder('=')).",
        )
    return _shared(array)


def from_dlpack(source: Any) -> Tensor:
    """Return a tensor that shares its memory with an array of another library, by DLPack.

    Raises:
        DTypeError: If ``source`` does not offer DLPack for the CPU, or has an unsupported type.
    """
    try:
        array = np.from_dlpack(source)
    except (TypeError, AttributeError, BufferError, RuntimeError, ValueError) as error:
        raise DTypeError(
            f"{type(source).__name__} cannot be read by DLPack: {error}.",
            hint="it must be an array in CPU memory that does not require a gradient.",
        ) from None
    return _shared(array)


def _shared(array: np.ndarray[Any, Any]) -> Tensor:
    leaf = _leaf(array, requires_grad=False)
    leaf.version.shared = True
    return leaf


def _supported(dtype: DTypeLike) -> DType:
    wanted: DType = np.dtype(dtype)
    if wanted not in SUPPORTED:
        raise DTypeError(
            f"tensors cannot hold {wanted}.",
            hint=f"use one of {', '.join(d.name for d in SUPPORTED)}.",
        )
    return wanted


def _leaf(array: np.ndarray[Any, Any], requires_grad: bool) -> Tensor:
    _supported(array.dtype)
    leaf = Tensor.leaf(array)
    if requires_grad:
        leaf.requires_grad_()
    return leaf


def _shape(size: tuple[Size, ...]) -> tuple[int, ...]:
    flat = size[0] if len(size) == 1 and isinstance(size[0], Sequence) else size
    try:
        return tuple(index(extent) for extent in flat)  # type: ignore[arg-type]
    except TypeError:
        raise DTypeError(
            f"a shape must be whole numbers, not {size!r}.", hint="write zeros(2, 3)."
        ) from None


def _filled(size: tuple[Size, ...], value: float, dtype: DTypeLike, requires_grad: bool) -> Tensor:
    spec = checked(_shape(size), _supported(dtype))
    array = _allocate(spec)
    try:
        array.fill(value)
    except (OverflowError, ValueError, TypeError) as error:
        raise ArgumentError(f"{value!r} does not fit {spec.dtype.name}: {error}.") from None
    return _leaf(array, requires_grad)


def _allocate(spec: TensorSpec) -> np.ndarray[Any, Any]:
    try:
        return empty_array(spec)
    except MemoryError:
        raise MemoryLimitError(
            f"there is no memory for {spec}: it needs {spec.nbytes / 2**30:.1f} GiB.",
            hint="make it smaller.",
        ) from None


def zeros(*size: Size, dtype: DTypeLike = float32, requires_grad: bool = False) -> Tensor:
    """Return a tensor of zeros.

    Example:
        >>> zeros(2, 3).shape
        (2, 3)
    """
    return _filled(size, 0, dtype, requires_grad)


def ones(*size: Size, dtype: DTypeLike = float32, requires_grad: bool = False) -> Tensor:
    """Return a tensor of ones."""
    return _filled(size, 1, dtype, requires_grad)


def full(
    size: Size, fill_value: float, dtype: DTypeLike = float32, requires_grad: bool = False
) -> Tensor:
    """Return a tensor of one number everywhere."""
    return _filled((size,), fill_value, dtype, requires_grad)


def zeros_like(tensor: Tensor) -> Tensor:
    """Return zeros in the shape and type of ``tensor``."""
    return zeros(tensor.shape, dtype=tensor.dtype)


def ones_like(tensor: Tensor) -> Tensor:
    """Return ones in the shape and type of ``tensor``."""
    return ones(tensor.shape, dtype=tensor.dtype)


def rand(*size: Size, dtype: DTypeLike = float32, requires_grad: bool = False) -> Tensor:
    """Return random numbers from [0, 1)."""
    return _random(random.uniform, size, dtype, requires_grad)


def randn(*size: Size, dtype: DTypeLike = float32, requires_grad: bool = False) -> Tensor:
    """Return random numbers from the normal distribution with mean 0 and deviation 1."""
    return _random(random.normal, size, dtype, requires_grad)


def _random(draw: Any, size: tuple[Size, ...], dtype: DTypeLike, requires_grad: bool) -> Tensor:
    spec = checked(_shape(size), _supported(dtype))
    if spec.dtype not in FLOATS:
        raise DTypeError(f"random numbers are float32 or float64, not {spec.dtype.name}.")
    array = _allocate(spec)
    array[...] = draw(spec.shape)
    return _leaf(array, requires_grad)


def arange(
    start: float, end: float | None = None, step: float = 1, dtype: DTypeLike | None = None
) -> Tensor:
    """Return the numbers from ``start`` in steps of ``step``, before ``end``.

    ``arange(end)`` starts at 0. Whole numbers give int64, others float32.

    Raises:
        ArgumentError: If ``step`` is 0 or leads away from ``end``.

    Example:
        >>> arange(4).tolist()
        [0, 1, 2, 3]
    """
    first, last = (0, start) if end is None else (start, end)
    if step == 0 or (last - first) * step < 0:
        raise ArgumentError(
            f"arange: steps of {step} do not lead from {first} to {last}.",
            hint="use a step with the sign of end - start.",
        )
    whole = all(isinstance(number, SupportsIndex) for number in (first, last, step))
    wanted: DType = np.dtype(dtype) if dtype is not None else int64 if whole else float32
    numbers: np.ndarray[Any, Any] = np.arange(first, last, step)
    return _leaf(numbers.astype(wanted), requires_grad=False)


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors along an existing axis.

    Raises:
        ArgumentError: If there are none, or ``dim`` is out of range.
        ShapeError: If they differ in another axis.

    Example:
        >>> cat([zeros(2, 3), ones(2, 1)], dim=1).shape
        (2, 4)
    """
    if not tensors:
        raise ArgumentError("cat: there are no tensors to join.", hint="give at least one.")
    return apply(Concat(one_axis("cat", dim, tensors[0].dim())), *tensors)
