"""The data type of a result whose operands have several, by torch's rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convolens.errors import DTypeError
from convolens.spec import DType, bool_

if TYPE_CHECKING:
    from convolens.tensor.base import TensorBase

_CATEGORIES = {"b": 0, "u": 1, "i": 1, "f": 2}


def category(dtype: DType) -> int:
    """Return 0 for truth values, 1 for whole numbers, 2 for floats."""
    return _CATEGORIES[dtype.kind]


def result_type(tensors: Sequence[TensorBase]) -> DType:
    """Return the common type of ``tensors``.

    The highest category decides: floats, then whole numbers, then truth values; within it the
    widest type. A single number (rank 0) has a say only if no tensor with axes has its category.

    Source: PyTorch documentation, "Tensor Attributes", type promotion.

    Example:
        >>> import convolens as cl
        >>> result_type([cl.ones(2), cl.tensor(1.0, dtype="float64")]).name
        'float32'
        >>> result_type([cl.ones(2, dtype="uint8"), cl.ones(2, dtype="int32")]).name
        'int32'
    """
    highest = max(category(t.dtype) for t in tensors)
    of_it = [t for t in tensors if category(t.dtype) == highest]
    with_axes = [t.dtype for t in of_it if t.ndim]
    return max(with_axes or [t.dtype for t in of_it], key=lambda dtype: dtype.itemsize)


def refuse_truths(operator: str, *dtypes: DType) -> None:
    """Refuse truth values where torch does: in a subtraction and a negation.

    Raises:
        DTypeError: If one of ``dtypes`` is bool.
    """
    if bool_ in dtypes:
        raise DTypeError(
            f"{operator}: truth values cannot be subtracted.",
            hint="compare with != instead, or convert them: x.long().",
        )
