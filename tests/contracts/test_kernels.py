"""Every kernel computes what its operator's reference says, on every instruction set."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from convolens import _native
from convolens.backends.choose import candidates
from convolens.backends.native import KERNELS
from convolens.ops import OPERATORS, Sample
from convolens.spec import FLOATS, TensorSpec, float32, float64

CASES = [
    pytest.param(sample, verdict.candidate, id=f"{operator.name}-{number}-{verdict.candidate.name}")
    for operator in OPERATORS
    if operator in KERNELS
    for number, sample in enumerate(operator.samples())
    for verdict in candidates(sample.op, sample.specs)
    if not verdict.reason and verdict.candidate.name != "reference"
]


def assert_close(sample: Sample, computed: np.ndarray, inputs: list[np.ndarray]) -> None:
    """Compare with the float64 reference, within the rounding that the operator's sums allow."""
    wide = [a.astype(float64) if a.dtype in FLOATS else a for a in inputs]
    exact = np.asarray(sample.op.reference(*wide))
    absolute = [np.abs(a) if a.dtype in FLOATS else a for a in wide]
    del absolute
    length = sample.op.cost(*sample.specs).sum_length
    epsilon = np.finfo(float32).eps
    scale = float(np.max(np.abs(exact), initial=1.0))
    magnitude = scale * max(1.0, float(np.max([np.max(np.abs(a), initial=0) for a in wide])))
    assert computed.dtype == float32
    assert computed.shape == exact.shape
    np.testing.assert_allclose(
        computed, exact, rtol=4 * epsilon, atol=(length + 8) * epsilon * magnitude
    )


@pytest.mark.parametrize(("sample", "candidate"), CASES)
def test_kernel_equals_reference(sample: Sample, candidate: object) -> None:
    inputs = sample.arrays(np.random.default_rng(5))
    run = candidate.prepare(sample.op, sample.specs, sample.op.infer(*sample.specs))
    assert_close(sample, run(*inputs), inputs)
