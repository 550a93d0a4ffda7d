"""What may be passed instead of a right argument: numbers, arrays and things of all kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from .right_calls import floats, labels, truths


def read_only(*shape: int) -> np.ndarray:
    array = floats(*shape)
    array.flags.writeable = False
    return array


def unaligned(size: int) -> np.ndarray:
    return np.zeros(4 * size + 1, np.uint8)[1:].view(np.float32)


NUMBERS = [
    0,
    1,
    -1,
    2,
    3,
    16,
    17,
    2**20,
    2**31 - 1,
    2**31,
    2**32,
    2**33 + 1,
    2**60,
    2**62,
    2**63 - 1,
    -(2**63),
    2**64,
    10**30,
    True,
]
OTHERS = [
    None,
    1.5,
    float("nan"),
    float("inf"),
    -1e300,
    "direct",
    "gather",
    "gather_taps",
    "planes",
    "product",
    "scatter",
    "row_scatter",
    "",
    b"x",
    object(),
    [],
    [1],
    {},
    np.dtype(object),
    np.dtype("V0"),
    np.dtype("U3"),
    np.dtype(">f4"),
    np.dtype("f4,i8"),
    int,
]
ARRAYS: list[Callable[[], Any]] = [
    lambda: floats(),
    lambda: floats(0),
    lambda: floats(1),
    lambda: floats(3, 0, 2),
    lambda: floats(0, 3, 2, 2),
    lambda: floats(2, 3),
    lambda: floats(2, 3, 4),
    lambda: floats(2, 3, 4, 3),
    lambda: floats(1, 1, 1, 1, 1, 1, 1, 2),
    lambda: floats(*[1] * 32),
    lambda: read_only(2, 3, 4),
    lambda: read_only(2, 3),
    lambda: unaligned(6).reshape(2, 3),
    lambda: np.zeros((2, 3, 4), np.float64),
    lambda: np.zeros((2, 3, 4), np.float16),
    lambda: np.zeros((2, 3, 4), np.int32),
    lambda: np.zeros((2, 3), ">f4"),
    lambda: np.zeros((4, 6), np.float32)[::2, ::2],
    lambda: np.zeros((2, 3), np.float32)[:, ::-1],
    lambda: np.asfortranarray(np.zeros((2, 3, 4), np.float32)),
    lambda: np.zeros((2, 3, 4), np.float32),
    lambda: np.broadcast_to(np.float32(1), (2, 3, 4)),
    lambda: np.broadcast_to(np.float32(1), (2**20, 2**20, 2**10)),
    lambda: np.full((2, 3), None),
    lambda: np.full((2, 3, 4), "text", object)[:, ::2],
    lambda: np.zeros(3, "f4,i8"),
    lambda: np.zeros(3, "V0"),
    lambda: np.array(["a", "b"]),
    lambda: np.zeros((2, 3), bool),
    lambda: np.ma.masked_array([1.0, 2.0], [True, False]),
    lambda: labels(3),
    lambda: np.array([-1, 0, 2**62]),
    lambda: truths(2, 3, 4),
]
numbers = st.sampled_from(NUMBERS)
GARBAGE_ITEMS: list[Callable[[], Any]] = [
    *ARRAYS,
    *(lambda item=item: item for item in NUMBERS),
    *(lambda item=item: item for item in OTHERS),
]
garbage = st.one_of(
    st.sampled_from(GARBAGE_ITEMS).map(lambda make: make()),
    st.lists(numbers, max_size=5).map(tuple),
    st.lists(numbers, min_size=2, max_size=2).map(tuple),
    st.lists(numbers, min_size=4, max_size=4).map(tuple),
)
sizes = st.tuples(*[st.sampled_from([1, 2, 3, 16, 17, 35])] * 3)


def spoil(data: st.DataObject, arguments: list[Any]) -> list[Any]:
    """Replace some arguments, or a number within one."""
    for _ in range(data.draw(st.sampled_from([1, 1, 1, 2, 3]))):
        if not arguments:
            break
        place = data.draw(st.integers(0, len(arguments) - 1))
        old = arguments[place]
        if isinstance(old, tuple) and old and data.draw(st.integers(0, 3)):
            at = data.draw(st.integers(0, len(old) - 1))
            arguments[place] = (*old[:at], data.draw(numbers), *old[at + 1 :])
        elif isinstance(old, int) and not isinstance(old, bool) and data.draw(st.integers(0, 3)):
            arguments[place] = data.draw(numbers)
        else:
            arguments[place] = data.draw(garbage)
    if data.draw(st.integers(0, 19)) == 0:
        arguments = arguments[: data.draw(st.integers(0, len(arguments)))]
    return arguments
