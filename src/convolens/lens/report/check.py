"""Recomputes in double precision what is about to be shown, and refuses what is not the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from convolens import ops
from convolens.errors import ConvolensError
from convolens.lens.report.numbers import largest
from convolens.lens.report.rounding import sum_tolerance
from convolens.lens.report.steps import Step
from convolens.ops import Array
from convolens.spec import FLOATS, TensorSpec, float64

#: Sums of products or of elements, whose rounding error has a bound of its own.
_SUMS = (ops.Conv, ops.Linear, ops.Matmul, ops.AvgPool, ops.Add, ops.Sum, ops.Mean)


@final
class CheckError(ConvolensError, RuntimeError):
    """A picture that would have shown something else than what its definition says."""


@final
@dataclass(frozen=True)
class Checked:
    """What was recomputed.

    Attributes:
        numbers: How many numbers were compared.
        not_finite: How many are NaN, infinite or too large, and cannot be compared.
        worst: The largest difference, as a share of what rounding allows.
    """

    numbers: int = 0
    not_finite: int = 0
    worst: float = 0.0

    def __add__(self, other: Checked) -> Checked:
        return Checked(
            self.numbers + other.numbers,
            self.not_finite + other.not_finite,
            max(self.worst, other.worst),
        )


def check_steps(steps: Iterable[Step]) -> Checked:
    """Compare every output of every step with its definition, computed in double precision.

    The definition of an operator with a window gathers by the tap table.

    Raises:
        CheckError: If a number differs by more than rounding explains.

    Example:
        >>> from convolens import nn
        >>> from convolens.lens.report.steps import record_steps
        >>> check_steps(record_steps(nn.Conv2d(1, 2, 3), np.ones((1, 5, 5), np.float32))).numbers
        18
    """
    total = Checked()
    for step in steps:
        total += _check_step(step)
    return total


def _check_step(step: Step) -> Checked:
    if step.output.dtype not in FLOATS:
        return Checked()
    wide = [a.astype(float64) if a.dtype in FLOATS else a for a in step.inputs]
    # Not a number and infinite are what some networks have become, and are shown as such.
    with np.errstate(all="ignore"):
        expected = np.asarray(step.op.reference(*wide))
        allowed = np.broadcast_to(_tolerance(step, wide, expected), expected.shape)
        difference = np.abs(step.output.astype(float64) - expected)
        top = float(np.finfo(step.output.dtype).max)
        comparable = np.isfinite(expected) & np.isfinite(allowed) & (np.abs(expected) <= top)
        # Written so that it is true for a NaN, too.
        wrong = comparable & ~(difference <= allowed)
    if wrong.any():
        raise _wrong(step, wrong, expected, allowed)
    share = (difference / np.where(allowed > 0, allowed, 1.0))[comparable]
    count = int(np.count_nonzero(comparable))
    return Checked(count, expected.size - count, float(share.max(initial=0.0)))


def _tolerance(step: Step, wide: list[Array], expected: Array) -> Array:
    specs = [TensorSpec(array.shape, array.dtype) for array in step.inputs]
    terms = step.op.cost(*specs).sum_length
    dtype = step.output.dtype
    if isinstance(step.op, _SUMS):
        magnitude = step.op.reference(*(np.abs(array) for array in wide))
        # A product with a sum that was scaled, such as a mean, is rounded twice more.
        return sum_tolerance(terms + 2, np.asarray(magnitude), dtype)
    scale = largest(expected, *wide)
    # Eight more roundings for a division or an exponential.
    return sum_tolerance(terms + 8, np.asarray(2 * scale), dtype)


def _wrong(step: Step, wrong: NDArray[np.bool_], expected: Array, allowed: Array) -> CheckError:
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    name = f"{step.layer} ({step.kind})" if step.layer else step.kind
    return CheckError(
        f"{name}: {np.count_nonzero(wrong)} of {wrong.size} numbers are not what the definition "
        "says; nothing is drawn.",
        [
            ("at", at, "the first one"),
            ("engine", float(step.output[at]), ""),
            ("definition", float(expected[at]), "in double precision"),
            ("allowed", float(allowed[at]), "difference by rounding"),
        ],
        "this is a fault in convolens: please report it with the model.",
    )
