"""A convolution and its ReLU as one operator: the definition and the gradient are those of both."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens import ops
from convolens.backends.choose import candidates, choose
from convolens.nn import functional as F
from convolens.ops import Sample
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.tensor import apply
from ops.one_by_one import assert_same

PLAIN = ops.ConvRelu((1, 1), ((0, 0), (0, 0)), (1, 1))
SAMPLES = pytest.mark.parametrize("sample", ops.ConvRelu.samples(), ids=lambda s: str(s.specs[1]))


def test_by_hand() -> None:
    x = np.array([[[[1.0, 2, 3], [4, 5, 6], [-7, -8, -9]]]])
    weight = np.ones((1, 1, 2, 2))
    assert PLAIN.reference(x, weight, np.array([-13.0])).tolist() == [[[[0, 3], [0, 0]]]]
    assert PLAIN.reference(x, -weight).tolist() == [[[[0, 0], [6, 6]]]]


def test_nan_stays_nan() -> None:
    x = np.array([[[[np.nan, 1.0, -1.0]]]])
    y = PLAIN.reference(x, np.ones((1, 1, 1, 1)))
    np.testing.assert_array_equal(y, [[[[np.nan, 1, 0]]]])


@SAMPLES
def test_it_is_both_operators_one_after_the_other(sample: Sample) -> None:
    assert_same(sample, lambda op, *inputs: F.relu(apply(op.conv, *inputs)))


@SAMPLES
@pytest.mark.parametrize("exact", [False, True])
def test_each_algorithm_has_the_same_estimate(sample: Sample, exact: bool) -> None:
    """So the choice is that of the convolution, and its bits are the same."""
    conv = ops.Conv(**shared(sample.op, ConvGeometry))
    with cl.exact(exact):
        assert candidates(sample.op, sample.specs) == candidates(conv, sample.specs)
        assert choose(sample.op, sample.specs).name == choose(conv, sample.specs).name


def test_packed_weights_are_shared_with_the_convolution() -> None:
    x, weight = cl.randn(1, 8, 9, 9), cl.randn(8, 8, 3, 3)
    for _ in range(2):
        apply(PLAIN, x, weight)
        apply(PLAIN.conv, x, weight)
    assert weight.version._kept is not None
    assert len(weight.version._kept) == 1
    with cl.no_grad():
        weight.mul_(-1)
    y, apart = apply(PLAIN, x, weight), F.relu(apply(PLAIN.conv, x, weight))
    np.testing.assert_array_equal(y.numpy(), apart.numpy())
