"""What all rows share: the conditions of the kernels, and a plain way to call one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache

import numpy as np

from convolens import _native
from convolens.backends.candidate import Run, Specs
from convolens.backends.layout import dense, empty
from convolens.ops import Array, Op
from convolens.spec import FLOATS, TensorSpec, float32

_CALL = 1_000.0
_MULTIPLY_ADD = 0.012
_ELEMENT = 0.1

#: Kernels count windows, steps and cells in numbers up to here.
_LARGEST = 2**31 - 1

#: Kernels that move numbers take 16 axes, and operators split each of an input's into up to two.
LARGEST_RANK = 8


@lru_cache(maxsize=4096)
def refuse_all_but_float32(op: Op, specs: Specs) -> str:
    """Return why kernels cannot compute the call: other floats, nothing to do, huge attributes."""
    for spec in specs:
        if spec.dtype in FLOATS and spec.dtype != float32:
            return f"kernels compute in float32, not {spec.dtype.name}"
        if spec.size == 0:
            return "an input is empty"
    for field in fields(op):
        if (number := _largest(getattr(op, field.name))) > _LARGEST:
            return f"{field.name} is {number}, and kernels count to {_LARGEST}"
    return ""


def _largest(value: object) -> int:
    """Return the size of the largest whole number in an attribute, in tuples of tuples too."""
    if isinstance(value, tuple):
        return max(map(_largest, value), default=0)
    return abs(value) if isinstance(value, int) else 0


def refuse_other_types(op: Op, specs: Specs) -> str:
    """Return why kernels that move numbers cannot: the numbers are not float32, or there are none.

    Unlike kernels that compute, their operators take whole numbers and truths too.
    """
    for spec in specs:
        if spec.dtype != float32:
            return f"kernels move float32, not {spec.dtype.name}"
    return refuse_all_but_float32(op, specs)


def estimate(op: Op, specs: Specs) -> float:
    """Return about how long a well-fitting kernel takes, in nanoseconds."""
    cost = op.cost(*specs)
    return _CALL + _MULTIPLY_ADD * cost.multiply_adds + _ELEMENT * cost.elements_moved


def in_index_order(array: Array) -> Array:
    """Return the array, or a copy, that lies in memory in the order of its indices."""
    if array.flags.c_contiguous and array.flags.aligned:
        return array
    flat = empty(TensorSpec((array.size,), array.dtype))
    _native.move(array, flat.reshape(array.shape))
    return flat.reshape(array.shape)


def tiled(row: Array, times: int) -> Array:
    """Return a row so many times, one behind the other."""
    flat = empty(TensorSpec((times * row.size,), row.dtype))
    _native.move(row[np.newaxis], flat.reshape(times, row.size))
    return flat


def into_new(kernel: Callable[..., None]) -> Callable[[Op, Specs, TensorSpec], Run]:
    """Return how to prepare a kernel that takes the inputs and then the output."""

    def prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
        if len(specs) == 1:

            def run_one(x: Array) -> Array:
                y = empty(output)
                kernel(dense(x), y)
                return y

            return run_one

        def run(*arrays: Array) -> Array:
            y = empty(output)
            kernel(*map(dense, arrays), y)
            return y

        return run

    return prepare
