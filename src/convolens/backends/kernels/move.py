"""The kernel that copies between any strides, for operators that compute nothing."""

from __future__ import annotations

from typing import cast

from convolens import _native
from convolens.backends.candidate import Candidate, Run, Specs
from convolens.backends.kernels._common import estimate, refuse_other_types
from convolens.backends.layout import empty
from convolens.ops import Array, Op
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


MOVE = Candidate("native", _refuse, estimate, _prepare, any_order=True)
