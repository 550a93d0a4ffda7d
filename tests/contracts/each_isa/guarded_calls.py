"""Calls of kernels whose results lie between guards."""

from __future__ import annotations

from contracts.calls import native, run
from contracts.each_isa.guards import guarded_outputs
from convolens.ops import Array, Op, Sample
from convolens.spec import TensorSpec


def by_kernel(op: Op, *arrays: Array, name: str = "", at_end: bool = False) -> Array:
    """Compute a call by a kernel, else the first; the result begins at a page, or ends there."""
    sample = Sample(op, tuple(TensorSpec(array.shape) for array in arrays))
    kernel = next(each for each in native(sample) if name in ("", each.name))
    with guarded_outputs(at_end) as outputs:
        result = run(sample, kernel, [*arrays])
    for each in outputs:
        each.check()
    return result
