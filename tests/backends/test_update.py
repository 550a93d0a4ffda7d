"""Steps of optimisers, and of averages: the kernel against the definition in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from convolens.backends import update
from convolens.backends.update import Numbers
from convolens.ops import Array
from tolerance import rounding

RMSPROP = Numbers(lr=0.1, beta2=0.99, beta2_rest=0.01, epsilon=1e-8)
ADAM = Numbers(
    lr=0.1, beta1_rest=0.1, beta2=0.999, beta2_rest=0.001, epsilon=1e-8, root_correction=0.03
)
STEPS: dict[str, tuple[Callable[..., None], int, Numbers]] = {
    "sgd": (lambda p, g, n: update.sgd(p, g, None, n), 0, Numbers(lr=0.1, weight_decay=0.01)),
    "sgd fresh": (update.sgd, 1, Numbers(lr=0.1, momentum=0.9, fresh_share=0.7, fresh=True)),
    "sgd momentum": (update.sgd, 1, Numbers(lr=0.1, momentum=0.9, fresh_share=0.7)),
    "sgd nesterov": (update.sgd, 1, Numbers(lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True)),
    "adagrad": (update.adagrad, 1, Numbers(lr=0.1, weight_decay=0.1, epsilon=1e-10)),
    "rmsprop": (lambda p, g, s, n: update.rmsprop(p, g, None, s, None, n), 1, RMSPROP),
    "rmsprop momentum": (
        lambda p, g, m, s, n: update.rmsprop(p, g, m, s, None, n),
        2,
        RMSPROP._replace(momentum=0.9, weight_decay=0.1),
    ),
    "rmsprop centered": (lambda p, g, s, a, n: update.rmsprop(p, g, None, s, a, n), 2, RMSPROP),
    "rmsprop of all": (
        update.rmsprop,
        3,
        RMSPROP._replace(momentum=0.9, weight_decay=0.1, maximize=True),
    ),
    "adam": (
        lambda p, g, m, s, n: update.adam(p, g, m, s, None, n),
        2,
        ADAM._replace(weight_decay=0.1),
    ),
    "adamw": (
        lambda p, g, m, s, n: update.adam(p, g, m, s, None, n),
        2,
        ADAM._replace(shrink=0.99),
    ),
    "amsgrad": (update.adam, 3, ADAM),
    "adam of all": (update.adam, 3, ADAM._replace(weight_decay=0.1, shrink=0.9, maximize=True)),
    "sgd upwards": (
        lambda p, g, n: update.sgd(p, g, None, n),
        0,
        Numbers(lr=0.1, weight_decay=0.01, maximize=True),
    ),
    "sgd nesterov upwards": (
        update.sgd,
        1,
        Numbers(lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True, maximize=True),
    ),
    "adagrad upwards": (
        update.adagrad,
        1,
        Numbers(lr=0.1, weight_decay=0.1, epsilon=1e-10, maximize=True),
    ),
}


def effect(step: Callable[..., None], arrays: list[Array], numbers: Numbers) -> list[Array]:
    """Return |result| + sum of |slope in an input times that input|, by differences."""
    base = [a.copy() for a in arrays]
    step(*base, numbers)
    total = [np.abs(a) for a in base]
    share = 1e-6
    for place in range(len(arrays)):
        moved = [a * (1 + share * (i == place)) for i, a in enumerate(arrays)]
        step(*moved, numbers)
        for bound, a, b in zip(total, moved, base, strict=True):
            bound += np.abs(a - b) / share
    return total


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("size", [*range(1, 36), 1000, 100_003])
def test_the_kernel_is_the_definition(name: str, size: int) -> None:
    step, states, numbers = STEPS[name]
    random = np.random.default_rng(size)

    def draw() -> Array:
        return np.abs(random.standard_normal(size)).astype(np.float32)

    parameter, gradient, *state = (draw() for _ in range(2 + states))
    gradient -= np.float32(0.7)
    if name in ("rmsprop centered", "rmsprop of all"):
        state[-2] += state[-1] ** 2  # a mean of squares is no less than the mean's square
    exact = [a.astype(np.float64) for a in (parameter, gradient, *state)]
    computed = [a.copy() for a in (parameter, gradient, *state)]
    step(*exact, numbers)
    step(*computed, numbers)
    # A step takes at most some 12 roundings. Each acts on the result as a change by u of an input.
    before = [a.astype(np.float64) for a in (parameter, gradient, *state)]
    for wide, narrow, bound in zip(exact, computed, effect(step, before, numbers), strict=True):
        assert narrow.dtype == np.float32
        assert (np.abs(narrow - wide) <= 12 * rounding(np.float32) * bound).all()
    np.testing.assert_array_equal(computed[1], gradient)


@pytest.mark.parametrize("name", STEPS)
def test_in_place_and_for_images_too(name: str) -> None:
    step, states, numbers = STEPS[name]
    flat = [np.full(24, 0.5, np.float32) for _ in range(2 + states)]
    image = [
        np.full((2, 2, 2, 3), 0.5, np.float32).transpose(0, 3, 1, 2) for _ in range(2 + states)
    ]
    step(*flat, numbers)
    step(*image, numbers)
    for a, b in zip(flat, image, strict=True):
        assert (b == a[0]).all()


BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@BOTH
def test_a_variance_that_roundings_made_negative_is_zero(dtype: type) -> None:
    p, g = np.zeros(37, dtype), np.full(37, 2, dtype)
    squares, mean = np.full(37, 3.9, dtype), np.full(37, 2, dtype)
    update.rmsprop(p, g, None, squares, mean, Numbers(lr=1, beta2=1, beta2_rest=0, epsilon=0.5))
    np.testing.assert_array_equal(p, -4)


@BOTH
def test_what_is_no_number_stays_so(dtype: type) -> None:
    """A largest mean of squares hides no NaN, of now or before; a variance neither."""
    bad = np.isnan(np.where(np.arange(37) % 5, 0, np.nan))
    for place in range(2):
        p, g, mean = (np.ones(37, dtype) for _ in range(3))
        state = [np.ones(37, dtype), np.full(37, 2, dtype)]
        state[place][bad] = np.nan
        update.adam(p, g, mean, *state, ADAM)
        assert (np.isnan(p) == bad).all()
        assert (np.isnan(state[1]) == bad).all()
        p, state = np.ones(37, dtype), [np.full(37, 2, dtype), np.ones(37, dtype)]
        state[place][bad] = np.nan
        update.rmsprop(p, g, None, *state, RMSPROP)
        assert (np.isnan(p) == bad).all()


@BOTH
def test_the_largest_mean_of_squares_stays(dtype: type) -> None:
    p, g, mean = (np.ones(37, dtype) for _ in range(3))
    squares, largest = np.full(37, 0.5, dtype), np.where(np.arange(37) % 2, 9, 0).astype(dtype)
    update.adam(p, g, mean, squares, largest, ADAM._replace(beta2=1, beta2_rest=0))
    np.testing.assert_array_equal(squares, dtype(0.5))
    np.testing.assert_array_equal(largest, np.where(np.arange(37) % 2, 9, 0.5))


@BOTH
@pytest.mark.parametrize("gaps", [False, True])
def test_an_average_goes_part_of_the_way(dtype: type, gaps: bool) -> None:
    """From 2 to 10 by a quarter; also where numbers lie apart, and whose neighbours stay."""
    memory = np.full(40, 2, dtype)
    average = memory[::2] if gaps else memory[:20]
    update.approach(average, np.full(20, 10, dtype), 0.25)
    np.testing.assert_array_equal(average, 4)
    assert (memory == 2).sum() == 20


def test_an_average_in_float32_is_that_in_float64() -> None:
    random = np.random.default_rng(5)
    average, value = (random.standard_normal(33).astype(np.float32) for _ in range(2))
    wide = average.astype(np.float64)
    update.approach(wide, value.astype(np.float64), 0.1)
    bound = 4 * rounding(np.float32) * (np.abs(average) + np.abs(value))
    update.approach(average, value, 0.1)
    assert (np.abs(average - wide) <= bound).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_a_small_value_is_not_lost_beside_a_large_average(share: float, dtype: str) -> None:
    average, value = np.array([3.0, 1.0, 0.0], dtype), np.array([1e-9, 2e-9, 3e-9], dtype)
    expected = (1 - share) * average.astype(np.float64) + share * value.astype(np.float64)
    update.approach(average, value, share)
    np.testing.assert_allclose(average, expected, rtol=4 * float(np.finfo(dtype).eps))
