"""Which native kernels an operator has, and what each refuses among the operator's samples."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from convolens.backends.native import KERNELS
from convolens.ops import Op
from convolens.spec import FLOATS, TensorSpec, float64


class Kernel(NamedTuple):
    """A kernel: its name, how many samples it computes, and why not the others."""

    name: str
    computes: int
    of: int
    reasons: tuple[str, ...]


@cache
def kernels(operator: type[Op]) -> tuple[Kernel, ...]:
    """Return the operator's kernels, in the order in which they are asked."""
    samples = list(operator.samples())
    wide = tuple(
        TensorSpec(spec.shape, float64 if spec.dtype in FLOATS else spec.dtype)
        for spec in samples[0].specs
    )
    result = []
    for candidate in KERNELS.get(operator, ()):
        reasons = [candidate.refuse(sample.op, sample.specs) for sample in samples]
        refused = {reason for reason in (*reasons, candidate.refuse(samples[0].op, wide)) if reason}
        result.append(
            Kernel(candidate.name, reasons.count(""), len(samples), tuple(sorted(refused)))
        )
    return tuple(result)
