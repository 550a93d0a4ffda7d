"""How much memory a candidate takes for a call, besides its inputs and its output."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from convolens import _native
from convolens.backends.candidate import Candidate, Packed, Specs
from convolens.backends.layout import empty
from convolens.backends.reference import REFERENCE
from convolens.ops import Op


class Memory(NamedTuple):
    """Bytes that a call takes.

    Attributes:
        packed: The weights in an order of the algorithm's own. They are kept while the weights
            stay the same.
        scratch: The most that exists besides during the call, on all threads.
    """

    packed: int
    scratch: int


def memory(candidate: Candidate, op: Op, specs: Specs) -> Memory | None:
    """Return what a candidate takes for a call that it does not refuse; None for the reference.

    The candidate runs, with all kernels left out, and what it asks for is counted. Scratch grows
    with the number of threads.

    Example:
        >>> from convolens.backends.choose import candidates
        >>> from convolens.ops import Relu
        >>> from convolens.spec import TensorSpec
        >>> specs = (TensorSpec((100, 400)),)
        >>> memory(candidates(Relu(), specs)[0].candidate, Relu(), specs)
        Memory(packed=0, scratch=0)
    """
    if candidate is REFERENCE:
        return None
    arrays: list[Any] = [
        empty(spec) if spec.dtype.kind == "f" else np.zeros(spec.shape, spec.dtype)
        for spec in specs
    ]
    run = candidate.prepare(op, specs, op.infer(*specs))
    own = candidate.scratch(op, specs)
    if not isinstance(run, Packed):
        return Memory(0, own + _counted(run, arrays)[1])
    kept: list[Any] = []
    packed, most = _counted(
        lambda *inputs: kept.extend(map(run.pack, inputs)), [arrays[i] for i in run.indices]
    )
    scratch = max(most - packed, _counted(run.run, _put(arrays, run.indices, kept))[1] + own)
    if run.borrow is not None:
        scratch = max(scratch, _counted(run, arrays)[1] + own)
    return Memory(packed, scratch)


def _put(arrays: list[Any], indices: tuple[int, ...], others: list[Any]) -> list[Any]:
    """Return the arrays with others in the places of some."""
    replaced = dict(zip(indices, others, strict=True))
    return [replaced.get(index, array) for index, array in enumerate(arrays)]


def _counted(call: Any, arrays: list[Any]) -> tuple[int, int]:
    """Return the bytes that a call leaves behind, and the most that it held."""
    _native.begin_dry_run()
    try:
        with np.errstate(all="ignore"):  # the numbers are any
            call(*arrays)
    finally:
        counted = _native.end_dry_run()
    return counted
