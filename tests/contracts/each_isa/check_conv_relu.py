"""A convolution with its ReLU has the bits of the two one after the other, by each algorithm."""

from __future__ import annotations

import numpy as np
import pytest

from contracts.calls import big, native, run, small
from convolens import ops
from convolens.ops import Array, Sample
from tolerance import drawn

RELU = ops.Relu()


def unfused(sample: Sample, name: str, arrays: list[Array]) -> Array:
    """Return the kernel's ReLU of the convolution by the algorithm called ``name``."""
    assert isinstance(sample.op, ops.ConvRelu)
    conv = Sample(sample.op.conv, sample.specs)
    (algorithm,) = (candidate for candidate in native(conv) if candidate.name == name)
    between = run(conv, algorithm, arrays)
    behind = Sample(RELU, (conv.op.infer(*conv.specs),))
    (relu,) = native(behind)
    return run(behind, relu, [between])


def check(sample: Sample, arrays: list[Array]) -> None:
    for candidate in native(sample):
        expected = unfused(sample, candidate.name, arrays)
        computed = run(sample, candidate, arrays)
        np.testing.assert_array_equal(computed, expected, f"{sample} by {candidate.name}")
        numbers = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(computed[numbers]), np.signbit(expected[numbers]))


def test_the_same_bits() -> None:
    for sample in (*small(ops.ConvRelu), *big(ops.ConvRelu)):
        check(sample, drawn(sample))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.0])
def test_special_numbers(value: float) -> None:
    random = np.random.default_rng(11)
    for sample in small(ops.ConvRelu):
        x, *others = drawn(sample)
        x.flat[random.integers(0, max(1, x.size), 3 if x.size else 0)] = value
        with np.errstate(all="ignore"):
            check(sample, [x, *others])


def test_about_half_is_zero() -> None:
    """The rectifier is really there."""
    (sample, *_) = big(ops.ConvRelu)
    for candidate in native(sample):
        y = run(sample, candidate, drawn(sample))
        assert (y >= 0).all()
        assert 0.4 < (y == 0).mean() < 0.6
