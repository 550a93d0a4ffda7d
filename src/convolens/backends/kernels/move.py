"""The kernel that copies between any strides, for operators that compute nothing."""

from __future__ import annotations

from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_other_types
from convolens.backends.layout import empty, inverse, memory_order
from convolens.ops import Array, Op, Stack
from convolens.ops._rearrangement import Rearrangement
from convolens.spec import TensorSpec

#: The kernel takes 16 axes, and operators split each of an input's into up to two.
_LARGEST_RANK = 8


def _refuse(op: Op, specs: Specs) -> str:
    if max((spec.rank for spec in specs), default=0) > _LARGEST_RANK:
        return f"an input has more than {_LARGEST_RANK} dimensions"
    return refuse_other_types(op, specs)


def _prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
    rearrangement = cast(Rearrangement, op)

    def run(*arrays: Array) -> Array:
        target = empty(output)
        if not rearrangement.covers:
            target.fill(rearrangement.fill_value())
        for to, source in rearrangement.pieces(target, *arrays):
            _native.move(source, to)
        return target

    return run


def _prepare_stack(op: Op, specs: Specs, output: TensorSpec) -> Run:
    """Return a run that leaves batches of images as they lie.

    Stacked along their first or second axis, what runs on in memory stays the channels, so that
    parts of the result, and the result with the first axes joined, are dense.
    """
    x, dim = specs[0], cast(Stack, op).dim
    if x.rank < 4 or dim > 1:
        return _prepare(op, specs, output)
    memory = (0, 1, *range(3, output.rank), 2)  # the new axis comes first, or behind N
    order = [0] * output.rank
    for place, axis in zip(memory_order(output.rank), memory, strict=True):
        order[place] = axis
    turned = TensorSpec(tuple(output.shape[axis] for axis in order), output.dtype)
    back = inverse(tuple(order))

    def run(*arrays: Array) -> Array:
        target = empty(turned).transpose(back)
        for to, source in cast(Stack, op).pieces(target, *arrays):
            _native.move(source, to)
        return target

    return run


def _prepare_expand(op: Op, specs: Specs, output: TensorSpec) -> Run:
    return lambda x: _native.expand(x, output.shape)


EXPAND = Candidate("native", lambda op, specs: "", estimate, _prepare_expand, any_order=True)
STACK = Candidate("native", _refuse, estimate, _prepare_stack, any_order=True)
MOVE = Candidate("native", _refuse, estimate, _prepare, any_order=True)
