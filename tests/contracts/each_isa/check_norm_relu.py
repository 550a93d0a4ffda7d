"""A normalisation, its sum and its ReLU or ReLU6: the bits of the operators one after the other."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from contracts.calls import big, native, run, small
from convolens import ops
from convolens.ops import Array, Op, Sample
from convolens.spec import TensorSpec
from tolerance import drawn


def by_kernel(op: Op, specs: tuple[TensorSpec, ...], arrays: list[Array]) -> Array:
    sample = Sample(op, specs)
    (candidate,) = native(sample)
    return run(sample, candidate, arrays)


def unfused(sample: Sample, arrays: list[Array]) -> Array:
    """Return the kernels' normalisation, sum and ReLU, or what cuts off at two bounds."""
    assert isinstance(sample.op, ops.NormalizeRelu)
    x = sample.specs[0]
    y = by_kernel(sample.op.normalize, sample.specs[:4], arrays[:4])
    for addend in arrays[4:]:
        y = by_kernel(ops.Add(), (x, x), [y, addend])
    most = sample.op.max_val
    return by_kernel(ops.Relu() if most == inf else ops.Hardtanh(0.0, most), (x,), [y])


def check(sample: Sample, arrays: list[Array]) -> None:
    expected = unfused(sample, arrays)
    (candidate,) = native(sample)
    computed = run(sample, candidate, arrays)
    np.testing.assert_array_equal(computed, expected, str(sample))
    numbers = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(computed[numbers]), np.signbit(expected[numbers]))


def test_the_same_bits() -> None:
    for sample in (*small(ops.NormalizeRelu), *big(ops.NormalizeRelu)):
        check(sample, drawn(sample))


@pytest.mark.parametrize("place", [0, 4])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.0])
def test_special_numbers(value: float, place: int) -> None:
    random = np.random.default_rng(11)
    for sample in small(ops.NormalizeRelu):
        arrays = drawn(sample)
        if place < len(arrays):
            array = arrays[place]
            array.flat[random.integers(0, array.size, 3)] = value
            with np.errstate(all="ignore"):
                check(sample, arrays)


def test_zeros_keep_their_sign() -> None:
    """-0 is not negative: it stays."""
    shape = (2, 3, 4)
    x, m, ones = np.zeros(shape), np.array([[0.0] * 3, [1.0] * 3]), np.ones(3)
    arrays = [a.astype(np.float32) for a in (x, m, -ones, -0.0 * ones, np.full(shape, -0.0))]
    for most in (inf, 6.0):
        op = ops.NormalizeRelu(fixed=True, max_val=most)
        sample = Sample(op, tuple(TensorSpec(a.shape) for a in arrays))
        assert np.signbit(unfused(sample, arrays)).all()
        check(sample, arrays)
