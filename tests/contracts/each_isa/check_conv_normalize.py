"""A convolution that ends with a normalisation has the bits of the operators one by one."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import numpy as np
import pytest

from contracts.calls import big, native, run, small
from contracts.each_isa.guarded_calls import by_kernel
from convolens import ops
from convolens.backends.candidate import Candidate
from convolens.ops import Array, Sample
from convolens.ops.conv_normalize import with_variances
from convolens.spec import TensorSpec
from tolerance import drawn


def apart(sample: Sample, by: Candidate, arrays: list[Array]) -> Array:
    """Return what the kernels compute one after the other, the convolution by the same way."""
    assert isinstance(sample.op, ops.ConvNormalize)
    conv = Sample(sample.op.conv, sample.specs[:3])
    (way,) = (candidate for candidate in native(conv) if candidate.name == by.name)
    y = run(conv, way, arrays[:3])
    y = by_kernel(sample.op.normalize, y, *arrays[3:6])
    for addend in arrays[6:]:
        y = by_kernel(ops.Add(), y, addend)
    if sample.op.max_val is None:
        return y
    most = sample.op.max_val
    return by_kernel(ops.Relu() if most == inf else ops.Hardtanh(0.0, most), y)


def check(sample: Sample, arrays: list[Array]) -> None:
    for candidate in native(sample):
        expected = apart(sample, candidate, arrays)
        computed = run(sample, candidate, arrays)
        np.testing.assert_array_equal(computed, expected, f"{sample} by {candidate.name}")
        numbers = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(computed[numbers]), np.signbit(expected[numbers]))


def test_the_same_bits() -> None:
    for sample in (*small(ops.ConvNormalize), *big(ops.ConvNormalize)):
        check(sample, drawn(sample))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.0])
@pytest.mark.parametrize("place", ["x", "bias", "m", "gamma", "beta", "s"])
def test_special_numbers(value: float, place: str) -> None:
    random = np.random.default_rng(11)
    number = {"x": 0, "bias": 2, "m": 3, "gamma": 4, "beta": 5, "s": 6}[place]
    for sample in small(ops.ConvNormalize, every=7):
        arrays = drawn(sample)
        if number < len(arrays):
            spoiled = arrays[number]
            spoiled.flat[random.integers(0, max(1, spoiled.size), 2)] = value
            with np.errstate(all="ignore"):
                check(sample, arrays)


def larger_than_the_caches() -> Iterator[Sample]:
    """Outputs of 32 MiB, which are written past any cache."""
    padded, plain = ((1, 1), (1, 1)), ((0, 0), (0, 0))
    for weight, padding, groups in (
        ((32, 16, 3, 3), padded, 1),
        ((32, 16, 1, 1), plain, 1),
        ((32, 1, 3, 3), padded, 32),
    ):
        op = ops.ConvNormalize((1, 1), padding, (1, 1), groups, max_val=0.5)
        k, side = weight[:1], 512
        shapes = (1, groups * weight[1], side, side), weight, k, (2, *k), k, k
        yield Sample(op, tuple(map(TensorSpec, shapes)), prepare=with_variances)


@pytest.mark.parametrize("sample", [*larger_than_the_caches()], ids=lambda s: str(s.specs[1:2]))
def test_outputs_larger_than_the_caches(sample: Sample) -> None:
    check(sample, drawn(sample))
