"""Gradients of expressions, compared with finite differences."""

from __future__ import annotations

import numpy as np

from convolens import ops
from convolens.ops import Array, Call, Value
from convolens.ops._differentiate import differentiate
from convolens.spec import TensorSpec, float64


def compute(value: Value, known: dict[int, Array]) -> Array:
    if id(value) not in known:
        assert isinstance(value, Call)
        known[id(value)] = value.op.reference(*(compute(arg, known) for arg in value.args))
    return known[id(value)]


def expression(x: Value, y: Value) -> Value:
    """exp(x y) (x + y) + x, where x is used four times."""
    return ops.Add()(ops.Mul()(ops.Exp()(ops.Mul()(x, y)), ops.Add()(x, y)), x)


def test_an_expression_whose_parts_are_used_several_times() -> None:
    random = np.random.default_rng(0)
    a, b, g = (random.standard_normal((3, 4)) for _ in range(3))
    spec = TensorSpec((3, 4), float64)
    x, y, upstream, other = (Value(spec) for _ in range(4))
    slopes = differentiate(expression(x, y), upstream, [x, y, other])
    assert slopes[2] is None
    known = {id(x): a, id(y): b, id(upstream): g}

    def total(a: Array, b: Array) -> float:
        return float((g * (np.exp(a * b) * (a + b) + a)).sum())

    step = 1e-6
    for number, slope in enumerate(slopes[:2]):
        assert slope is not None
        d = random.standard_normal((3, 4))
        moved = [total(a + s * d, b) if number == 0 else total(a, b + s * d) for s in (step, -step)]
        measured = (moved[0] - moved[1]) / (2 * step)
        np.testing.assert_allclose(float((compute(slope, known) * d).sum()), measured, rtol=1e-7)


def test_an_input_may_be_an_inner_call() -> None:
    """It is taken as given: nothing flows past it."""
    x = Value(TensorSpec((2,), float64))
    inner = ops.Exp()(x)
    slopes = differentiate(ops.Mul()(inner, inner), Value(TensorSpec((2,), float64)), [inner, x])
    assert slopes[0] is not None
    assert slopes[1] is None
