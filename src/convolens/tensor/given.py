"""The refusal of what is no tensor, where one is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from convolens.errors import DTypeError
from convolens.spec import TensorSpec

if TYPE_CHECKING:
    from convolens.tensor.tensor import Tensor


def given(operator: str, value: object, name: str = "input") -> Tensor:
    """Return the value if it is a tensor.

    Args:
        operator: What it was given to.
        value: What was given.
        name: The argument's name.

    Raises:
        DTypeError: If it is no tensor.

    Example:
        >>> given("log", 2.0)
        Traceback (most recent call last):
        convolens.errors.DTypeError: log: input is a float, but must be a tensor.
        Hint: convolens.tensor(...) makes a tensor of numbers, lists and arrays.
    """
    if not isinstance(getattr(value, "spec", None), TensorSpec):
        raise DTypeError(
            f"{operator}: {name} is a {type_name(value)}, but must be a tensor.",
            hint="convolens.tensor(...) makes a tensor of numbers, lists and arrays"
            + (", from_dlpack(...) of another library's." if is_foreign(value) else "."),
        )
    return cast("Tensor", value)


def type_name(value: object) -> str:
    """Return what a thing is called, with its library if it is another's tensor.

    Example:
        >>> type_name(2.0)
        'float'
    """
    kind = type(value)
    return f"{kind.__module__}.{kind.__name__}" if is_foreign(value) else kind.__name__


def is_foreign(value: object) -> bool:
    """Return whether a thing is called as our tensors are, and is none."""
    return type(value).__name__ == "Tensor" and hasattr(value, "__dlpack__")
