"""Activations: hand-made numbers, their two ways to be written, learned slopes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ShapeError
from convolens.nn import functional as F
from convolens.ops import OPERATORS, Array, Call, Op, Value
from convolens.ops._activation import CurvedSlope
from convolens.ops._pairwise_loss import PairwiseLossGrad
from convolens.ops._reduction import share
from convolens.spec import DType, TensorSpec, float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)
SIGMOID_OF_1 = 1 / (1 + math.exp(-1))

#: A function, and what it makes of -4, -1, 0, 1 and 8.
VALUES: dict[str, tuple[Any, list[float]]] = {
    "relu6": (F.relu6, [0, 0, 0, 1, 6]),
    "hardtanh": (lambda x: F.hardtanh(x, -2.0, 3.0), [-2, -1, 0, 1, 3]),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.5), [-2, -0.5, 0, 1, 8]),
    "elu": (lambda x: F.elu(x, 2.0), [2 * math.expm1(-4), 2 * math.expm1(-1), 0, 1, 8]),
    "selu": (
        F.selu,
        [
            1.7580993408473766 * math.expm1(-4),
            1.7580993408473766 * math.expm1(-1),
            0,
            1.0507009873554805,
            8 * 1.0507009873554805,
        ],
    ),
    "hardsigmoid": (F.hardsigmoid, [0, 1 / 3, 0.5, 2 / 3, 1]),
    "hardswish": (F.hardswish, [0, -1 / 3, 0, 2 / 3, 8]),
    "gelu": (
        F.gelu,
        [x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in (-4, -1, 0, 1, 8)],
    ),
    "gelu tanh": (
        lambda x: F.gelu(x, approximate="tanh"),
        [
            x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
            for x in (-4, -1, 0, 1, 8)
        ],
    ),
    "silu": (
        F.silu,
        [-4 / (1 + math.exp(4)), SIGMOID_OF_1 - 1, 0, SIGMOID_OF_1, 8 / (1 + math.exp(-8))],
    ),
    "softplus": (F.softplus, [math.log1p(math.exp(x)) for x in (-4, -1, 0, 1, 8)]),
    "softplus sharp": (
        lambda x: F.softplus(x, 2.0, 1.0),
        [math.log1p(math.exp(2 * x)) / 2 for x in (-4, -1, 0)] + [1, 8],
    ),
    "scaled_tanh": (F.scaled_tanh, [1.7159 * math.tanh(2 * x / 3) for x in (-4, -1, 0, 1, 8)]),
}


@BOTH
@pytest.mark.parametrize("name", VALUES)
def test_values_by_hand(name: str, dtype: DType) -> None:
    function, expected = VALUES[name]
    computed = function(cl.tensor([-4.0, -1, 0, 1, 8], dtype=dtype)).numpy()
    eps = float(np.finfo(dtype).eps)
    # 1 + erf(x / sqrt(2)) is as exact as 1.
    np.testing.assert_allclose(computed, expected, rtol=8 * eps, atol=4 * eps)


def test_the_tanh_of_1998_passes_its_targets() -> None:
    """The constants are chosen so that f(1) = 1 and f(-1) = -1."""
    y = F.scaled_tanh(cl.tensor([-1.0, 1.0], dtype=float64)).numpy()
    np.testing.assert_allclose(y, [-1, 1], atol=5e-6)


def evaluate(value: Value, known: dict[int, Array]) -> Array:
    if id(value) not in known:
        assert isinstance(value, Call)
        arrays = [evaluate(arg, known) for arg in value.args]
        known[id(value)] = np.asarray(value.op.reference(*arrays))
    return known[id(value)]


CURVED = [operator for operator in OPERATORS if issubclass(operator, CurvedSlope)]


@pytest.mark.parametrize("operator", CURVED, ids=lambda operator: operator.name)
def test_an_expansion_is_the_operator(operator: type[Op]) -> None:
    for sample in operator.samples():
        arrays = sample.arrays(np.random.default_rng(2), float64)
        x, g = (Value(TensorSpec(a.shape, float64)) for a in arrays)
        assert isinstance(sample.op, CurvedSlope)
        expanded = sample.op.expand(x, g)
        with np.errstate(all="ignore"):
            found = evaluate(expanded, {id(x): arrays[0], id(g): arrays[1]})
        np.testing.assert_allclose(found, sample.op.reference(*arrays), rtol=1e-11, atol=1e-14)


PAIRED = [operator for operator in OPERATORS if issubclass(operator, PairwiseLossGrad)]


@pytest.mark.parametrize("operator", PAIRED, ids=lambda operator: operator.name)
def test_an_expansion_is_the_gradient_of_a_loss(operator: type[Op]) -> None:
    for sample in operator.samples():
        arrays = sample.arrays(np.random.default_rng(2), float64)
        values = [Value(TensorSpec(a.shape, float64)) for a in arrays]
        op = sample.op
        assert isinstance(op, PairwiseLossGrad)
        each = share(values[-1], op.reduction, values[0].shape)
        known = {id(v): a for v, a in zip(values, arrays, strict=True)}
        found = evaluate(op.expand(values[:-1], each), known)
        np.testing.assert_allclose(found, op.reference(*arrays), rtol=1e-11, atol=1e-14)


@BOTH
def test_learned_slopes(dtype: DType) -> None:
    x = cl.tensor([[-2.0, 4.0], [-6.0, -8.0]], dtype=dtype, requires_grad=True)
    weight = cl.tensor([0.5, 0.25], dtype=dtype, requires_grad=True)
    y = F.prelu(x, weight)
    assert y.tolist() == [[-1, 4], [-3, -2]]
    y.backward(cl.tensor([[1.0, 10.0], [2.0, 3.0]], dtype=dtype))
    assert x.grad is not None
    assert weight.grad is not None
    assert x.grad.tolist() == [[0.5, 10], [1, 0.75]]
    assert weight.grad.tolist() == [-2 - 12, -24]


@BOTH
def test_one_learned_slope(dtype: DType) -> None:
    x = cl.tensor(np.full((2, 3, 4, 5), -2.0, dtype), requires_grad=True)
    for weight in (cl.tensor(0.5, dtype=dtype), cl.tensor([0.5], dtype=dtype)):
        weight.requires_grad_()
        F.prelu(x, weight).sum().backward()
        assert weight.grad is not None
        assert weight.grad.shape == weight.shape
        assert weight.grad.item() == -2 * 120


def test_slopes_of_channels_are_those_of_the_channels() -> None:
    """In channels-last memory and out of it, for few channels and many."""
    for channels in (1, 3, 16, 255, 300):
        x = -np.ones((2, channels, 3, 4), np.float32)
        weight = np.arange(channels, dtype=np.float32)
        for layout in (x, np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)):
            y = F.prelu(cl.from_numpy(layout), cl.from_numpy(weight)).numpy()
            np.testing.assert_array_equal(y, x * weight[:, None, None])


def test_a_wrong_number_of_slopes() -> None:
    with pytest.raises(ShapeError, match="there are 2 slopes, but 3 channels"):
        F.prelu(cl.ones(4, 3), cl.ones(2))
