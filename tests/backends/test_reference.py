"""The definitions as a candidate: dense results, silent about infinities, exact in float64."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from convolens import _native
from convolens.backends.recording import Recording
from convolens.backends.reference import REFERENCE
from convolens.ops import OPERATORS, BceLoss, Op
from convolens.spec import FLOATS, TensorSpec, float32
from tolerance import assert_within, drawn

EACH = pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)


@EACH
def test_in_float32_it_keeps_to_the_bounds_too(operator: type[Op]) -> None:
    for sample in operator.samples():
        arrays = drawn(sample)
        output = sample.op.infer(*sample.specs)
        result = REFERENCE.prepare(sample.op, sample.specs, output)(*arrays)
        assert TensorSpec(result.shape, result.dtype) == output
        assert operator.is_view or _native.is_dense(result)
        if output.dtype == float32:
            assert_within(sample.op, arrays, result)


@EACH
def test_infinities_give_no_warnings(operator: type[Op]) -> None:
    """Warnings are errors in these tests."""
    if operator is BceLoss:
        pytest.skip("it refuses what is not between 0 and 1")
    for sample in operator.samples():
        for value in (np.inf, np.nan, 3e38):
            arrays = [np.full_like(a, value) if a.dtype in FLOATS else a for a in drawn(sample)]
            output = sample.op.infer(*sample.specs)
            REFERENCE.prepare(sample.op, sample.specs, output)(*arrays)


@EACH
def test_a_recording_calls_it_again(operator: type[Op]) -> None:
    """Also where a kernel makes its result dense."""
    for sample in islice(operator.samples(), 3):
        arrays, others = drawn(sample), drawn(sample, 1)
        run = REFERENCE.prepare(sample.op, sample.specs, sample.op.infer(*sample.specs))
        recording = Recording()
        result = recording.add(run, arrays)
        for own, other in zip(arrays, others, strict=True):
            own[...] = other
        recording.replay()
        np.testing.assert_array_equal(result, run(*arrays))
