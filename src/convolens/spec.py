"""TensorSpec: the shape and data type of an array, without its values."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from convolens.errors import DTypeError, ShapeError

DType = np.dtype[np.generic]

float32: DType = np.dtype(np.float32)
float64: DType = np.dtype(np.float64)
int64: DType = np.dtype(np.int64)
int32: DType = np.dtype(np.int32)
uint8: DType = np.dtype(np.uint8)
bool_: DType = np.dtype(np.bool_)

FLOATS = (float32, float64)
_LARGEST = 2**63 - 1
#: The hint of the error for a shape whose bytes do not fit 64 bits.
TOO_LARGE_HINT = "make the tensor smaller."


class TensorSpec(NamedTuple):
    """The shape and data type of an array.

    Example:
        >>> TensorSpec((1, 3, 8, 8), float32)
        float32[1, 3, 8, 8]
    """

    shape: tuple[int, ...]
    dtype: DType = float32

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """The number of bytes of the elements."""
        return self.size * self.dtype.itemsize

    def __str__(self) -> str:
        return f"{self.dtype.name}[{', '.join(map(str, self.shape))}]"

    def __repr__(self) -> str:
        return str(self)


def checked(shape: tuple[int, ...], dtype: DType) -> TensorSpec:
    """Return the spec, after checking that its byte count fits 64 bits.

    Raises:
        ShapeError: If a dimension is negative or the number of bytes exceeds 2**63 - 1.
    """
    if any(extent < 0 for extent in shape):
        raise ShapeError(f"a shape cannot have a negative dimension: {list(shape)}.")
    # Zero-sized dimensions must not hide an overflow of the others.
    if math.prod(max(extent, 1) for extent in shape) * dtype.itemsize > _LARGEST:
        raise ShapeError(
            f"shape {list(shape)} of {dtype.name} needs more than 2**63 - 1 bytes.",
            hint=TOO_LARGE_HINT,
        )
    return TensorSpec(shape, dtype)


def require_float(operator: str, **specs: TensorSpec) -> DType:
    """Return the one float dtype that all of ``specs`` share.

    Raises:
        DTypeError: If one is not float32 or float64, or if two differ.
    """
    dtypes = {spec.dtype for spec in specs.values()}
    facts = [(name, spec, "") for name, spec in specs.items()]
    for name, spec in specs.items():
        if spec.dtype not in FLOATS:
            raise DTypeError(
                f"{operator}: {name} is {spec.dtype.name}, but float32 or float64 is needed.",
                facts,
                f"convert it: {name}.float().",
            )
    if len(dtypes) > 1:
        raise DTypeError(
            f"{operator}: the inputs have different data types: "
            f"{', '.join(sorted(d.name for d in dtypes))}.",
            facts,
            "convert them to one type with .float() or .double().",
        )
    return dtypes.pop()
