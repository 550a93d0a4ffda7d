"""How numbers are put in order: by keys of whole numbers, or, for the first few, by a kernel.

The bits of a float, read as a whole number, are in its order once the sign is taken care of. With
the place of each number behind them no two keys are equal, so any way to sort keeps the order of
equal numbers; and NumPy sorts whole numbers several times faster than floats with their places.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_other_types
from convolens.backends.kernels.reduce import sized
from convolens.backends.layout import dense, empty, memory_order
from convolens.ops import ArgSort, Array, Op, TopK
from convolens.spec import TensorSpec

_SIGN = np.uint32(1 << 31)
_ALL = np.uint32(2**32 - 1)
_LONGEST = 2**31 - 1
#: The kernel keeps so many in order while it looks at the others.
_MOST = 64


def _prepare_keys(op: Op, specs: Specs, output: TensorSpec) -> Run:
    dim, descending = cast(ArgSort, op).dim, cast(ArgSort, op).descending

    def run(x: Array) -> Array:
        keys = _keys(np.moveaxis(x, dim, -1), descending)
        keys.sort(axis=-1)
        return dense(np.moveaxis((keys & np.uint64(_ALL)).astype(np.int64), -1, dim))

    return run


def _keys(line: Array, descending: bool) -> Array:
    """Return a key of 64 bits for each number: 32 of its order, 32 of its place in the line."""
    line = np.ascontiguousarray(line + np.float32(0))  # -0 becomes 0, which is equal to it
    bits = line.view(np.uint32)
    bits = np.where(np.isnan(line), _ALL, np.where(bits & _SIGN, ~bits, bits | _SIGN))
    if descending:
        bits = ~bits
    keys: Array = bits.astype(np.uint64) << np.uint64(32)
    keys |= np.arange(line.shape[-1], dtype=np.uint64)
    return keys


def _refuse(op: Op, specs: Specs) -> str:
    if reason := refuse_other_types(op, specs):
        return reason
    (x,) = specs
    return "the axis is too long" if x.shape[cast(ArgSort | TopK, op).dim] > _LONGEST else ""


def _refuse_top(op: Op, specs: Specs) -> str:
    if reason := _refuse(op, specs):
        return reason
    top = cast(TopK, op)
    if not 1 <= top.count <= _MOST:
        return f"the kernel finds from 1 to {_MOST} numbers, not {top.count}"
    if sized(specs[0], (top.dim,)).inner > 1:
        return f"axis {top.dim} is not the innermost one in memory"
    return ""


def _prepare_top(op: Op, specs: Specs, output: TensorSpec) -> Run:
    (x,), top = specs, cast(TopK, op)
    outer, length, _ = sized(x, (top.dim,))
    order = memory_order(x.rank)

    def run(array: Array) -> Array:
        y = empty(output)
        _native.top(dense(array), y.transpose(order).reshape(outer, -1), length, top.largest)
        return y

    return run


ARGSORT = Candidate("keys", _refuse, estimate, _prepare_keys)
TOPK = Candidate("native", _refuse_top, estimate, _prepare_top)
