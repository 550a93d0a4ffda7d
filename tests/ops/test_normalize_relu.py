"""A normalisation, a sum and ReLU or ReLU6 as one operator: definition and gradient are of all."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

import convolens as cl
from convolens import ops
from convolens.ops import Sample
from convolens.tensor import Tensor, apply
from ops.one_by_one import assert_same

SAMPLES = pytest.mark.parametrize(
    "sample", [*ops.NormalizeRelu.samples()], ids=lambda sample: f"{sample.op} {sample.specs}"
)
PLAIN = ops.NormalizeRelu(eps=0.0, fixed=True)


def apart(op: ops.NormalizeRelu, *inputs: Tensor) -> Tensor:
    y = apply(op.normalize, *inputs[:4])
    for addend in inputs[4:]:
        y = y + addend
    return apply(ops.Hardtanh(0.0, op.max_val), y) if op.max_val < inf else y.relu()


def test_by_hand() -> None:
    x, m = np.array([[1.0, 2], [5, 6]]), np.array([[3.0, 2], [4, 1]])
    assert PLAIN.reference(x, m).tolist() == [[0, 0], [1, 4]]
    weight, bias, s = np.array([1.0, -1]), np.array([0.0, 3]), np.array([[2.0, -4], [-2, 2]])
    assert PLAIN.reference(x, m, weight, bias).tolist() == [[0, 3], [1, 0]]
    assert PLAIN.reference(x, m, weight, bias, s).tolist() == [[1, 0], [0, 1]]
    bounded = ops.NormalizeRelu(eps=0.0, fixed=True, max_val=2.5)
    assert bounded.reference(x, m).tolist() == [[0, 0], [1, 2.5]]
    assert bounded.reference(x, m, weight, bias).tolist() == [[0, 2.5], [1, 0]]


def test_nothing_passes_at_the_bounds() -> None:
    x = cl.tensor([[-1.0], [0.0], [0.5], [2.0], [3.0]], requires_grad=True)
    y = apply(ops.NormalizeRelu(eps=0.0, fixed=True, max_val=2.0), x, cl.tensor([[0.0], [1.0]]))
    assert y.tolist() == [[0.0], [0.0], [0.5], [2.0], [2.0]]
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[0.0], [0.0], [1.0], [0.0], [0.0]]


def test_nan_stays_nan() -> None:
    x, m = np.array([[np.nan], [-1.0]]), np.array([[0.0], [1.0]])
    for most in (inf, 6.0):
        op = ops.NormalizeRelu(eps=0.0, fixed=True, max_val=most)
        np.testing.assert_array_equal(op.reference(x, m), [[np.nan], [0]])


@SAMPLES
def test_it_is_the_operators_one_after_the_other(sample: Sample) -> None:
    assert_same(sample, apart, constant=1)


def test_one_tensor_in_both_places() -> None:
    m, c = cl.tensor([[0.0], [1.0]]), cl.ones(1)
    x = cl.tensor([[1.0], [-1.0]], requires_grad=True)
    y = apply(PLAIN, x, m, c, c, x)
    assert y.tolist() == [[3.0], [0.0]]
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[2.0], [0.0]]
