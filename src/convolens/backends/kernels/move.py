"""The kernel that copies between any strides, for operators that compute nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import LARGEST_RANK, estimate, refuse_other_types
from convolens.backends.layout import axes_in_order, empty, inverse
from convolens.ops import Array, Op, Stack
from convolens.ops._rearrangement import Rearrangement
from convolens.spec import TensorSpec


def _refuse(op: Op, specs: Specs) -> str:
    if max((spec.rank for spec in specs), default=0) > LARGEST_RANK:
        return f"an input has more than {LARGEST_RANK} dimensions"
    return refuse_other_types(op, specs)


def _prepare(op: Op, specs: Specs, output: TensorSpec) -> Run:
    return _filling(cast(Rearrangement, op), lambda: empty(output))


def _filling(rearrangement: Rearrangement, new: Callable[[], Array]) -> Run:
    """Return a run that moves inputs into a new array."""

    def run(*arrays: Array) -> Array:
        target = new()
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
    stack = cast(Stack, op)
    if specs[0].rank < 4 or stack.dim > 1:
        return _prepare(op, specs, output)
    # The new axis comes first, or behind N.
    order = axes_in_order((0, 1, *range(3, output.rank), 2))
    turned = TensorSpec(tuple(output.shape[axis] for axis in order), output.dtype)
    back = inverse(order)
    return _filling(stack, lambda: empty(turned).transpose(back))


def _prepare_expand(op: Op, specs: Specs, output: TensorSpec) -> Run:
    return lambda x: _native.expand(x, output.shape)


EXPAND = Candidate("native", lambda op, specs: "", estimate, _prepare_expand, any_order=True)
STACK = Candidate("native", _refuse, estimate, _prepare_stack, any_order=True)
MOVE = Candidate("native", _refuse, estimate, _prepare, any_order=True)
