"""The vector functions over the whole range of their arguments, and numbers that are not finite."""

from __future__ import annotations

import numpy as np
import pytest

from contracts.calls import EVERY, native, prepare, small, with_kernels
from convolens import ops
from convolens.ops import Op, Sample
from convolens.spec import FLOATS, TensorSpec
from tolerance import FUNCTION, OWN_BOUNDS, drawn, exact, rounding

from .equal import assert_equal

U = rounding(np.float32)
TINY = float(np.finfo(np.float32).tiny)
SPECIAL = np.array([0.0, -0.0, np.inf, -np.inf, np.nan], np.float32)


def compute(op: Op, *arrays: np.ndarray) -> np.ndarray:
    sample = Sample(op, tuple(TensorSpec(a.shape, a.dtype) for a in arrays))
    (kernel,) = native(sample)
    return prepare(sample, kernel)(*arrays)


def every(low: float, high: float, count: int = 100_003) -> np.ndarray:
    return np.linspace(low, high, count, dtype=np.float32)


def around_zero() -> np.ndarray:
    powers = np.logspace(-44, 0, 5001)
    return np.concatenate([powers, -powers]).astype(np.float32)


@pytest.mark.parametrize(
    "x",
    [every(-110, 95), every(88.70, 88.75), every(-104.2, -87.2), around_zero(), SPECIAL],
    ids=["all", "high", "low", "zero", "special"],
)
def test_exp(x: np.ndarray) -> None:
    with np.errstate(all="ignore"):
        expected = np.exp(x.astype(np.float64))
        assert_near(compute(ops.Exp(), x), expected, FUNCTION)


@pytest.mark.parametrize(
    "x", [every(-120, 120), around_zero(), SPECIAL], ids=["all", "zero", "special"]
)
def test_sigmoid(x: np.ndarray) -> None:
    wide = x.astype(np.float64)
    with np.errstate(all="ignore"):
        assert_near(compute(ops.Sigmoid(), x), 1 / (1 + np.exp(-wide)), 2 * FUNCTION + 2)


@pytest.mark.parametrize(
    "x",
    [every(-12, 12), every(0.62, 0.63), around_zero(), SPECIAL],
    ids=["all", "seam", "zero", "special"],
)
def test_tanh(x: np.ndarray) -> None:
    assert_near(compute(ops.Tanh(), x), np.tanh(x.astype(np.float64)), FUNCTION)


def assert_near(computed: np.ndarray, expected: np.ndarray, roundings: float) -> None:
    """Equal to so many roundings; below the normal numbers, to one step of their fixed spacing."""
    largest = float(np.finfo(np.float32).max)
    overflows = np.abs(expected) > largest * (1 - roundings * U)
    spacing = float(np.finfo(np.float32).smallest_subnormal)
    with np.errstate(invalid="ignore"):
        error = np.abs(computed.astype(np.float64) - expected)
        near = error <= roundings * U * np.abs(expected) + 2 * spacing
    infinite = overflows & (np.isinf(computed) | near)
    right = near | infinite | (np.isnan(expected) & np.isnan(computed)) | (computed == expected)
    assert right.all(), (computed[~right][:3], expected[~right][:3])
    zeros = expected == 0
    assert (np.signbit(computed[zeros]) == np.signbit(expected[zeros])).all()


@pytest.mark.parametrize("classes", [1, 2, 10, 33, 1000, 70_000])
def test_the_logarithm_of_sums(classes: int) -> None:
    """log_softmax of equal numbers is -log n."""
    x = np.zeros((2, classes), np.float32)
    np.testing.assert_allclose(
        compute(ops.LogSoftmax(1), x), -np.log(float(classes)), rtol=(FUNCTION + 2) * U, atol=0
    )


@pytest.mark.parametrize("beta", [0.5, 0.75, 0.6, 1.0, 2.5])
@pytest.mark.parametrize("k", [1e-30, 1e-6, 1.0, 1e6, 1e30])
def test_powers_of_response_norm(beta: float, k: float) -> None:
    op = ops.LocalResponseNorm(1, 0.0, beta, k, "sum")
    x = np.ones((1, 19), np.float32)
    expected = np.float64(np.float32(k)) ** -beta
    if TINY < expected < 1 / TINY:
        # s^-beta: the rounded beta counts log s times.
        roundings = FUNCTION + beta * abs(np.log(k)) + 2
        np.testing.assert_allclose(compute(op, x), expected, rtol=roundings * U)


def test_response_norm_without_k() -> None:
    """Squares below the smallest normal number: the sum is small, but its power is not."""
    for beta in (0.75, 0.6):
        op = ops.LocalResponseNorm(1, 1.0, beta, 0.0, "sum")
        x = np.full((1, 17), 1e-20, np.float32)
        squares = np.float64(np.float32(x[0, 0] * x[0, 0]))  # has fewer digits than a normal one
        expected = x.astype(np.float64) * squares**-beta
        np.testing.assert_allclose(compute(op, x), expected, rtol=1e-4)


@pytest.mark.parametrize("place", [0, 40, 99])
@pytest.mark.parametrize("op", [ops.Softmax(1), ops.LogSoftmax(1)], ids=lambda op: op.name)
def test_nan_fills_its_row_and_no_other(op: Op, place: int) -> None:
    x = np.random.default_rng(1).standard_normal((3, 100), np.float32)
    before = compute(op, x)
    x[1, place] = np.nan
    after = compute(op, x)
    assert np.isnan(after[1]).all()
    np.testing.assert_array_equal(after[::2], before[::2])


@pytest.mark.parametrize("place", [0, 40, 99])
def test_nan_is_the_loss_of_its_row_and_no_other(place: int) -> None:
    x = np.random.default_rng(1).standard_normal((3, 100), np.float32)
    labels = np.array([3, 40, 5])
    before = compute(ops.CrossEntropy("none"), x, labels)
    x[1, place] = np.nan
    after = compute(ops.CrossEntropy("none"), x, labels)
    assert np.isnan(after[1])
    np.testing.assert_array_equal(after[::2], before[::2])


def test_relu_keeps_nan_and_infinity() -> None:
    x = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45, -1e-45], np.float32)
    kept = np.array([np.nan, np.inf, 0, 0, 1e-45, 0], np.float32)
    np.testing.assert_array_equal(compute(ops.Relu(), x), kept)
    g = np.full(6, 2, np.float32)
    np.testing.assert_array_equal(compute(ops.ReluGrad(), x, g), [2, 2, 0, 0, 2, 0])


@pytest.mark.parametrize("operator", [ops.Softmax, ops.LogSoftmax])
def test_softmax_of_extremes(operator: type[Op]) -> None:
    rows = [
        [1e4, -1e4, 0],
        [3e38, 3e38, -3e38],
        [np.inf, 0, 0],
        [-np.inf, 0, 1],
        [-np.inf] * 3,
        [np.nan, 0, 0],
        [0, 0, np.inf],
        [1e-45, 0, -1e-45],
    ]
    for row in rows:
        for filler in range(18):  # in each place of a register
            x = np.full((1, 3 + filler), np.float32(-np.inf))
            x[0, filler:] = row
            with np.errstate(all="ignore"):
                expected = operator(1).reference(x.astype(np.float64)).astype(np.float32)
            # Shares have an absolute error of some roundings; their logarithms a relative one too.
            np.testing.assert_allclose(
                compute(operator(1), x), expected, rtol=20 * U, atol=20 * U, err_msg=str(x)
            )


@pytest.mark.parametrize(
    "logits", [[1e4, -1e4, 0], [np.inf, 0, 0], [-np.inf, 0, 1], [np.nan, 0, 0], [-np.inf] * 3]
)
def test_cross_entropy_of_extremes(logits: list[float]) -> None:
    x = np.array([logits], np.float32)
    for label in range(3):
        labels = np.array([label])
        with np.errstate(all="ignore"):
            expected = ops.CrossEntropy("none").reference(x.astype(np.float64), labels)
            slope = ops.CrossEntropyGrad("none").reference(x.astype(np.float64), labels, np.ones(1))
        np.testing.assert_allclose(
            compute(ops.CrossEntropy("none"), x, labels), expected, rtol=20 * U, atol=20 * U
        )
        np.testing.assert_allclose(
            compute(ops.CrossEntropyGrad("none"), x, labels, np.ones(1, np.float32)),
            slope,
            rtol=20 * U,
            atol=20 * U,
        )


#: Which inputs may hold numbers that are not finite without the definition's 0 x infinity for
#: padding: padding is skipped by the kernels.
PLACES = {
    ops.Conv: (0, 2),
    ops.ConvRelu: (0, 2),
    ops.ConvNormalize: (0, 2, 3, 4, 5, 6),
    ops.ConvTranspose: (0, 2),
    ops.ConvInputGrad: (1,),
    ops.ConvWeightGrad: (0,),
    ops.BceLoss: (),  # refuses them
}


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("operator", with_kernels(), ids=lambda op: op.name)
def test_one_number_that_is_not_finite(operator: type[Op], value: float) -> None:
    """It reaches exactly the outputs that depend on it: not a neighbour, not a padded lane."""
    random = np.random.default_rng(9)
    for number, sample in enumerate(small(operator, every=5)):
        clean = drawn(sample)
        untouched = None
        for place in PLACES.get(operator, range(len(clean))):
            if place >= len(clean) or clean[place].dtype not in FLOATS or not clean[place].size:
                continue
            arrays = [array.copy() for array in clean]
            arrays[place].flat[random.integers(arrays[place].size)] = value
            if number % EVERY:  # the others' places are drawn all the same, and so the same
                continue
            with np.errstate(all="ignore"):
                expected = exact(sample.op, arrays)
                if untouched is None:
                    untouched = exact(sample.op, clean)
            finite = np.isfinite(expected)
            for candidate in native(sample):
                run = prepare(sample, candidate)
                computed = run(*arrays)
                if candidate.name in OWN_BOUNDS:
                    # It makes a tile of outputs from all of the tile's inputs.
                    assert not np.isfinite(computed[~finite]).any(), sample.op
                    continue
                assert_equal(computed[~finite], expected[~finite], str(sample.op))
                assert np.isfinite(computed[finite]).all(), sample.op
                same = expected == untouched
                assert_equal(computed[same], run(*clean)[same], str(sample.op))
