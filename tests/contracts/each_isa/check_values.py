"""Every kernel computes what its operator's definition says, within the rounding of its steps."""

from __future__ import annotations

import pytest

from contracts.calls import big, native, run, small, with_kernels
from convolens.ops import Op
from tolerance import Expected, drawn

EACH_KERNEL = pytest.mark.parametrize("operator", with_kernels(), ids=lambda op: op.name)


@EACH_KERNEL
def test_small_calls(operator: type[Op]) -> None:
    computed = 0
    for sample in small(operator):
        arrays = drawn(sample)
        expected = Expected(sample.op, arrays)
        for candidate in native(sample):
            expected.require(run(sample, candidate, arrays), candidate.name)
            computed += 1
    assert computed >= 30


@EACH_KERNEL
def test_big_calls(operator: type[Op]) -> None:
    for sample in big(operator):
        arrays = drawn(sample)
        expected = Expected(sample.op, arrays)
        for candidate in native(sample):
            expected.require(run(sample, candidate, arrays), candidate.name)
