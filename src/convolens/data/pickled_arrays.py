"""The few names that a pickled NumPy array uses, as functions that check and build it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple, final

import numpy as np

# Values come from a file that may be hostile. So they are tested by type before they are compared,
# hashed or printed: tuples that hold each other twice, thirty deep, would take for ever.

_MOST_DIMENSIONS = 8
_NUMBERS = re.compile(r"[<>=|]?([biuf][1248]|\?)")


class RefusedError(Exception):
    """Something in a pickle that is not read, with a hint."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


class Name(NamedTuple):
    """A module and the name of a class or function in it, as the pickle spells them."""

    module: str
    attribute: str


@final
class Pending:
    """An array or data type that a pickle has announced but not described yet.

    Attributes:
        kind: The data type without its byte order, or None for an array.
        slots: The places in the pickle's memo that hold it, to be filled when it is described.
    """

    def __init__(self, kind: np.dtype[Any] | None = None) -> None:
        self.kind = kind
        self.slots: list[int] = []

    def described(self, state: Any) -> np.ndarray[Any, Any] | np.dtype[Any]:
        """Return the array or data type that ``state``, given by the pickle, describes."""
        if self.kind is None:
            return _array(state)
        return _ordered(self.kind, state)


def call(name: Name, arguments: Any) -> Any:
    """Return what the function ``name``, one of :data:`ALLOWED`, stands for.

    Raises:
        RefusedError: If the arguments are not those of a pickled array of numbers.
    """
    function = ALLOWED[name]
    if function is None or not isinstance(arguments, tuple):
        raise RefusedError(f"the pickle calls {'.'.join(name)} in a way that arrays do not need.")
    return function(*arguments)


def _reconstruct(kind: Any, shape: Any, code: Any) -> Pending:
    if not isinstance(kind, Name) or kind.attribute != "ndarray":
        raise RefusedError("the pickle announces an array of an unknown kind.")
    return Pending()


def _dtype(code: Any, align: Any = 0, copy: Any = 1) -> Pending:
    text = _ascii(code)
    if _NUMBERS.fullmatch(text) is None:
        raise RefusedError(f"the pickle holds an array of {text[:40]!r}, not of plain numbers.")
    return Pending(np.dtype(text))


def _ordered(kind: np.dtype[Any], state: Any) -> np.dtype[Any]:
    if type(state) is not tuple or any(part is not None for part in state[2:5]):
        raise RefusedError("the pickle holds an array of records, not of plain numbers.")
    return kind.newbyteorder(_ascii(state[1]))  # type: ignore[arg-type]


def _array(state: Any) -> np.ndarray[Any, Any]:
    version, shape, dtype, by_columns, content = state
    if type(version) is not int or version != 1:
        raise RefusedError("the pickle holds an array of an unknown version.")
    return _from_bytes(content, dtype, shape, "F" if by_columns is True else "C")


def _from_bytes(content: Any, dtype: Any, shape: Any, order: Any) -> np.ndarray[Any, Any]:
    if not (
        type(content) is bytes
        and isinstance(dtype, np.dtype)
        and type(shape) is tuple
        and len(shape) <= _MOST_DIMENSIONS
        and all(type(extent) is int and 0 <= extent < 2**63 for extent in shape)
    ):
        raise RefusedError("the pickle describes an array in an unknown way.")
    wanted = math.prod(shape) * dtype.itemsize
    if wanted != len(content):
        raise RefusedError(
            f"the pickle holds {len(content):,} bytes for an array that needs {wanted:,}."
        )
    by_columns = _ascii(order) == "F"
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if by_columns else "C")
    return array.astype(dtype.newbyteorder("="), copy=False)


def _ascii(text: Any) -> str:
    if type(text) is bytes:
        return text.decode("ascii")
    if type(text) is str:
        return text
    raise RefusedError("the pickle has something else where an array has a word.")


def _encode(text: Any, encoding: Any = "utf-8") -> bytes:
    # How Python 3 writes bytes in protocol 2.
    if type(text) is not str or _ascii(encoding) not in ("latin1", "latin-1"):
        raise RefusedError("the pickle encodes text in an unknown way.")
    return text.encode("latin-1")


def _no_bytes() -> bytes:
    # How Python 3 writes empty bytes in protocol 2.
    return b""


# None marks names that are only mentioned, never called. NumPy 2 renamed numpy.core.
ALLOWED: dict[Name, Callable[..., Any] | None] = {
    Name("numpy", "ndarray"): None,
    Name("numpy", "dtype"): _dtype,
    Name("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    Name("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    Name("numpy.core.numeric", "_frombuffer"): _from_bytes,
    Name("numpy._core.numeric", "_frombuffer"): _from_bytes,
    Name("_codecs", "encode"): _encode,
    Name("__builtin__", "bytes"): _no_bytes,
}
