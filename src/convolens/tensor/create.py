"""New tensors, from data or from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from convolens.errors import ArgumentError, DTypeError
from convolens.ops import Array, Concat
from convolens.tensor.apply import apply
from convolens.tensor.arrays import Size, array_of, dtype_of, filled, new_array
from convolens.tensor.axes import one_axis
from convolens.tensor.device import require_cpu
from convolens.tensor.given import given
from convolens.tensor.promote import result_type
from convolens.tensor.tensor import Tensor


def tensor(
    data: Any,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    *,
    device: Any = None,
) -> Tensor:
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
    return _leaf(
        array_of(source, None if dtype is None else dtype_of(dtype)), requires_grad, device
    )


def as_tensor(data: Any, dtype: DTypeLike | None = None, device: Any = None) -> Tensor:
    """Return ``data`` as a tensor, with its memory where it can be: of a tensor, of an array.

    Raises:
        DTypeError: If ``data`` is not numbers, or of a type that tensors do not have.
        ArgumentError: If its rows differ in length, or a number does not fit.

    Example:
        >>> x = tensor([1.0])
        >>> as_tensor(x) is x, as_tensor([1.0]).tolist()
        (True, [1.0])
    """
    require_cpu(device)
    if isinstance(data, np.ndarray):
        data = from_numpy(data)
    return data.to(dtype_of(dtype, data.dtype)) if isinstance(data, Tensor) else tensor(data, dtype)


def is_tensor(obj: object) -> bool:
    """Return whether an object is a tensor."""
    return isinstance(obj, Tensor)


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
    leaf.share()
    return leaf


def _leaf(array: Array, requires_grad: bool, device: Any = None) -> Tensor:
    require_cpu(device)
    dtype_of(array.dtype)
    return Tensor.leaf(array).requires_grad_(requires_grad)


def zeros(
    *size: Size,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return a tensor of zeros.

    Example:
        >>> zeros(2, 3).shape
        (2, 3)
    """
    return _leaf(filled(size, 0, dtype), requires_grad, device)


def ones(
    *size: Size,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return a tensor of ones."""
    return _leaf(filled(size, 1, dtype), requires_grad, device)


def empty(
    *size: Size,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return a tensor with any numbers in it: what its memory held before."""
    return _leaf(new_array(size, dtype), requires_grad, device)


def full(
    size: Size,
    fill_value: float,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    *,
    device: Any = None,
) -> Tensor:
    """Return a tensor of one number everywhere; its type is that of ``tensor(fill_value)``.

    Example:
        >>> full((2,), 3), full((2,), 3.0)
        (tensor([3, 3]), tensor([3., 3.]))
    """
    wanted = dtype_of(dtype, array_of(fill_value, None).dtype)
    return _leaf(filled((size,), fill_value, wanted), requires_grad, device)


def zeros_like(
    input: Tensor,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return zeros in the shape and type of ``input``."""
    return full_like(input, 0, dtype=dtype, requires_grad=requires_grad, device=device)


def ones_like(
    input: Tensor,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return ones in the shape and type of ``input``."""
    return full_like(input, 1, dtype=dtype, requires_grad=requires_grad, device=device)


def empty_like(
    input: Tensor,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return a tensor in the shape and type of ``input``, with any numbers in it."""
    return _leaf(new_array((input.shape,), dtype_of(dtype, input.dtype)), requires_grad, device)


def full_like(
    input: Tensor,
    fill_value: float,
    *,
    dtype: DTypeLike | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    """Return one number everywhere in the shape and type of ``input``."""
    wanted = dtype_of(dtype, input.dtype)
    return _leaf(filled((input.shape,), fill_value, wanted), requires_grad, device)


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Join tensors along an existing axis; their types become one, by torch's rule.

    Raises:
        ArgumentError: If there are none, or ``dim`` is out of range.
        ShapeError: If they differ in another axis.

    Example:
        >>> cat([zeros(2, 3), ones(2, 1)], dim=1).shape
        (2, 4)
    """
    if not tensors:
        raise ArgumentError("cat: there are no tensors to join.", hint="give at least one.")
    axis = one_axis("cat", dim, tensors[0].dim())
    if len({given("cat", each, f"input {i}").dtype for i, each in enumerate(tensors)}) > 1:
        dtype = result_type(tensors)
        tensors = [each.to(dtype) for each in tensors]
    return apply(Concat(axis), *tensors)
