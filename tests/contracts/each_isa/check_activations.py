"""The functions behind activations over the whole range of their arguments; their corners."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest

from convolens import ops
from convolens.ops import Op
from convolens.ops.erf import erf
from tolerance import FUNCTION

from .check_functions import SPECIAL, around_zero, assert_near, compute, every

EACH_END = pytest.mark.parametrize(
    "x", [every(-12, 12), around_zero(), SPECIAL], ids=["all", "zero", "special"]
)


@pytest.mark.parametrize(
    "x",
    [
        np.logspace(-44, 38, 100_003).astype(np.float32),
        every(0.7, 1.42),
        np.array([-1, -0.0, np.inf, -np.inf, np.nan], np.float32),
    ],
    ids=["all", "one", "special"],
)
def test_log(x: np.ndarray) -> None:
    with np.errstate(all="ignore"):
        assert_near(compute(ops.Log(), x), np.log(x.astype(np.float64)), FUNCTION)


@EACH_END
def test_erf(x: np.ndarray) -> None:
    assert_near(compute(ops.Erf(), x), erf(x.astype(np.float64)), FUNCTION)


@EACH_END
def test_e_to_the_x_less_one(x: np.ndarray) -> None:
    negative = -np.abs(x)
    assert_near(compute(ops.Elu(), negative), np.expm1(negative.astype(np.float64)), FUNCTION)


@pytest.mark.parametrize(
    "x", [every(-110, 90), around_zero(), SPECIAL], ids=["all", "zero", "ends"]
)
def test_softplus(x: np.ndarray) -> None:
    """log(1 + e^-|x|) has its own error and that of the exponential, of which it keeps its part."""
    wide = x.astype(np.float64)
    expected = np.maximum(wide, 0) + np.log1p(np.exp(-np.abs(wide)))
    assert_near(compute(ops.Softplus(threshold=math.inf), x), expected, 2 * FUNCTION + 4)


@pytest.mark.parametrize("x", [every(-12, 12), every(-0.3, 0.3)], ids=["all", "zero"])
def test_tanh_is_right_to_one_unit(x: np.ndarray) -> None:
    """One unit in the last place is at most 2 u of the number."""
    assert_near(compute(ops.Tanh(), x), np.tanh(x.astype(np.float64)), FUNCTION / 2)


#: Where pieces meet, the next numbers to both sides, and the ends of the number line.
CORNERS: dict[type[Op], tuple[float, ...]] = {
    ops.Abs: (0.0,),
    ops.LeakyRelu: (0.0,),
    ops.Clamp: (-1.0, 0.5),
    ops.Hardtanh: (-1.0, 1.0),
    ops.Hardsigmoid: (-3.0, 3.0),
    ops.Hardswish: (-3.0, 3.0),
    ops.Elu: (0.0,),
}
TRIED: dict[type[Op], Op] = {ops.Clamp: ops.Clamp(-1.0, 0.5)}


@pytest.mark.parametrize("operator", CORNERS, ids=lambda operator: operator.name)
def test_corners(operator: type[Op]) -> None:
    op = TRIED.get(operator) or operator()
    tiny = np.float32(1e-45)
    x = [np.float32(value) for corner in CORNERS[operator] for value in (corner, -corner)]
    x += [np.nextafter(value, way) for value in x for way in (-np.inf, np.inf)]
    x = np.array([*x, tiny, -tiny, 1e4, -1e4, np.inf, -np.inf, np.nan], np.float32)
    g = np.arange(1, len(x) + 1, dtype=np.float32)
    grad = getattr(ops, f"{operator.__name__}Grad")(*(getattr(op, f.name) for f in fields(op)))
    with np.errstate(all="ignore"):
        for call, arrays in ((op, [x]), (grad, [x, g])):
            expected = call.reference(*(a.astype(np.float64) for a in arrays))
            np.testing.assert_allclose(
                compute(call, *arrays), expected.astype(np.float32), rtol=8e-7, atol=3e-45
            )


def test_the_larger_and_the_smaller() -> None:
    a = np.array([1, 2, np.nan, 1, 0.0, np.inf, -np.inf], np.float32)
    b = np.array([1, 3, 1, np.nan, -0.0, 1, np.nan], np.float32)
    g = np.full(7, 8, np.float32)
    np.testing.assert_array_equal(
        compute(ops.Maximum(), a, b), [1, 3, np.nan, np.nan, 0, np.inf, np.nan]
    )
    np.testing.assert_array_equal(
        compute(ops.Minimum(), a, b), [1, 2, np.nan, np.nan, 0, 1, np.nan]
    )
    np.testing.assert_array_equal(compute(ops.MaximumGrad(), a, b, g), [4, 0, 8, 8, 4, 8, 8])
    np.testing.assert_array_equal(compute(ops.MaximumGrad(), b, a, g), [4, 8, 8, 8, 4, 0, 8])


@pytest.mark.parametrize("g", [np.inf, -np.inf, np.nan, 0.0, 1.0])
def test_the_tail_of_the_approximate_gelu(g: float) -> None:
    """Where 1 + tanh(u) is 0 in double precision the slope is, and infinity times it is NaN."""
    x = np.array([-6, -7, -7.3, -8, -9, -12, -100, -1e4, 7, 9, 1e4, np.inf, -np.inf], np.float32)
    op, upstream = ops.GeluGrad("tanh"), np.full_like(x, g)
    with np.errstate(all="ignore"):
        expected = op.reference(x.astype(np.float64), upstream.astype(np.float64))
        found = compute(op, x, upstream)
    np.testing.assert_allclose(found, expected.astype(np.float32), rtol=1e-2, atol=0)
