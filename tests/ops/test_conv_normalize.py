"""A convolution, a normalisation and what follows as one operator: definition and gradient."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

import convolens as cl
from convolens import _native, ops
from convolens.backends.choose import candidates, choose
from convolens.ops import Sample
from convolens.tensor import Tensor, apply
from ops.one_by_one import assert_same

PLAIN = ops.ConvNormalize((1, 1), ((0, 0), (0, 0)), (1, 1), eps=0.0)
ALL = [*ops.ConvNormalize.samples()]
SAMPLES = pytest.mark.parametrize("sample", ALL, ids=lambda sample: f"{sample.op} {sample.specs}")


def apart(op: ops.ConvNormalize, *inputs: Tensor) -> Tensor:
    y = apply(op.normalize, apply(op.conv, *inputs[:3]), *inputs[3:6])
    for addend in inputs[6:]:
        y = y + addend
    if op.max_val is None:
        return y
    return y.relu() if op.max_val == inf else apply(ops.Hardtanh(0.0, op.max_val), y)


def test_by_hand() -> None:
    x = np.array([[[[1.0, 2, 3]]]])
    weight, bias = np.array([[[[2.0]]], [[[-1.0]]]]), np.array([1.0, 0])
    m = np.array([[5.0, -2], [4, 1]])  # the sums are 3, 5, 7 and -1, -2, -3
    gamma, beta = np.array([10.0, 3]), np.array([0.0, 1])
    numbers = x, weight, bias, m, gamma, beta
    assert PLAIN.reference(*numbers).tolist() == [[[[-10, 0, 10]], [[4, 1, -2]]]]
    s = np.array([[[[1.0, -1, 1]], [[0, 0, 5]]]])
    assert PLAIN.reference(*numbers, s).tolist() == [[[[-9, -1, 11]], [[4, 1, 3]]]]
    geometry = PLAIN.stride, PLAIN.padding, PLAIN.dilation
    relu6 = ops.ConvNormalize(*geometry, eps=0.0, max_val=6.0)
    assert relu6.reference(*numbers).tolist() == [[[[0, 0, 6]], [[4, 1, 0]]]]


@SAMPLES
def test_it_is_the_operators_one_after_the_other(sample: Sample) -> None:
    assert_same(sample, apart, constant=3)


@SAMPLES
@pytest.mark.parametrize("exact", [False, True])
def test_each_algorithm_has_the_estimate_of_the_convolution(sample: Sample, exact: bool) -> None:
    """So the choice is that of the convolution, and its bits are the same."""
    assert isinstance(sample.op, ops.ConvNormalize)
    conv, specs = sample.op.conv, sample.specs[:3]
    with cl.exact(exact):
        own, others = candidates(sample.op, sample.specs), candidates(conv, specs)
        for verdict, other in zip(own[:-1], others[:-1], strict=True):
            assert verdict.candidate.name == other.candidate.name
            assert (verdict.nanoseconds, verdict.reason) == (other.nanoseconds, other.reason)
        assert choose(sample.op, sample.specs).name == choose(conv, specs).name


def test_packed_weights_are_shared_with_the_convolution() -> None:
    x, weight, k = cl.randn(1, 8, 9, 9), cl.randn(8, 8, 3, 3), cl.ones(8)
    for _ in range(2):
        apply(PLAIN, x, weight, k, cl.ones(2, 8), k, k)
        apply(PLAIN.conv, x, weight)
    assert weight.version._kept is not None
    assert len(weight.version._kept) == 1


def test_kernels_refuse_what_does_not_fit() -> None:
    def image(*shape: int) -> np.ndarray:
        made = _native.empty(shape, np.dtype(np.float32))
        made.fill(1)
        return made

    def numbers(channels: int) -> _native.ConvEnd:
        one = np.ones(channels, np.float32)
        return _native.ConvEnd(np.ones((2, channels), np.float32), one, one, 0.0, -inf, inf)

    x, y, weight = image(1, 1, 5, 5), image(1, 3, 5, 5), image(3, 1, 1, 1)
    sizes = x.shape, y.shape, (1, 1), (1, 1), (0, 0), (1, 1), 1
    conv, planes = (_native.Conv(*sizes, name) for name in ("direct", "planes"))
    weights, own = conv.pack(weight, False), planes.pack(weight, False)
    conv.forward(x, weights, None, numbers(3), y, image(*y.shape))
    planes.forward(x, own, None, numbers(3), None, y)
    with pytest.raises(ValueError, match="another number of channels"):
        conv.forward(x, weights, None, numbers(4), None, y)
    with pytest.raises(ValueError, match="addend"):
        conv.forward(x, weights, None, numbers(3), x, y)
    with pytest.raises(ValueError, match="an addend needs an end"):
        conv.forward(x, weights, None, None, y, y)
    with pytest.raises(ValueError, match="planes do not add an image"):
        planes.forward(x, own, None, numbers(3), y, y)
    with pytest.raises(ValueError, match="or none of them"):
        _native.ConvEnd(None, np.ones(3, np.float32), None, 0.0, 0.0, 1.0)
