"""Steps of optimisers: what they touch, what they refuse, and that they are the definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convolens import _native
from convolens.backends import update
from convolens.ops import Array
from tolerance import rounding

from .guards import guarded

BOTH_SIDES = pytest.mark.parametrize("at_end", [True, False], ids=["end", "start"])
EACH = pytest.mark.parametrize("name", ["sgd", "adagrad", "rmsprop", "adam"])
UPWARDS = pytest.mark.parametrize("maximize", [False, True])
SHAPES = [
    *((size,) for size in range(1, 70)),
    *((2, channels, 3, 5) for channels in range(1, 36)),
]


def numbers(maximize: bool = False) -> _native.Update:
    made = _native.Update()
    made.lr, made.momentum, made.epsilon, made.beta2 = 0.1, 0.9, 1e-8, 0.99
    made.maximize = maximize
    return made


@BOTH_SIDES
@UPWARDS
@pytest.mark.parametrize("states", [2, 3])
@EACH
def test_updates(name: str, states: int, maximize: bool, at_end: bool) -> None:
    step = getattr(_native, name)
    for shape in SHAPES:
        arrays = [guarded(np.ones(shape, np.float32), at_end) for _ in range(2 + states)]
        parameter, gradient, *state = (each.array for each in arrays)
        step(numbers(maximize), parameter, gradient, *state, *[None] * (3 - states))
        for each in arrays:
            each.check()
        assert (parameter != 1).all()
        assert (gradient == 1).all()


@EACH
@pytest.mark.parametrize("place", range(5))
def test_updates_refuse_arrays_that_do_not_fit(name: str, place: int) -> None:
    """Each array is checked for its shape, type and order, as any other."""
    shape = (2, 3, 4)
    for spoiled in (
        np.ones((2, 3, 5), np.float32),
        np.ones((2, 4, 3), np.float32),
        np.ones(shape, np.float64),
        np.ones((2, 3, 8), np.float32)[..., ::2],
        [1.0],
    ):
        arrays: list[Any] = [_native.dense(np.ones(shape, np.float32)) for _ in range(5)]
        arrays[place] = spoiled
        with pytest.raises((ValueError, TypeError, RuntimeError)):
            getattr(_native, name)(numbers(), *arrays)
        for array in arrays:
            assert array is spoiled or (array == 1).all()


NUMBERS = update.Numbers(
    lr=0.1,
    weight_decay=0.1,
    shrink=0.9,
    momentum=0.5,
    fresh_share=0.75,
    beta1_rest=0.25,
    beta2=0.5,
    beta2_rest=0.5,
    epsilon=0.5,
    root_correction=0.5,
)


def step(name: str, arrays: list[Array], first: bool, third: bool, n: update.Numbers) -> None:
    parameter, gradient, one, two, three = arrays
    momentum, last = one if first else None, three if third else None
    if name == "sgd":
        update.sgd(parameter, gradient, momentum, n)
    elif name == "adagrad":
        update.adagrad(parameter, gradient, two, n)
    elif name == "rmsprop":
        update.rmsprop(parameter, gradient, momentum, two, last, n)
    else:
        update.adam(parameter, gradient, one, two, last, n)


@EACH
@UPWARDS
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("third", [False, True])
def test_updates_are_the_definition(
    name: str, third: bool, first: bool, fresh: bool, nesterov: bool, maximize: bool
) -> None:
    """With numbers of up to 32 no difference magnifies a rounding, of which there are some 12."""
    n = NUMBERS._replace(maximize=maximize, nesterov=nesterov, fresh=fresh)
    for size in (*range(1, 35), 1000):
        random = np.random.default_rng(size)
        narrow = [random.uniform(1, 2, size).astype(np.float32) for _ in range(5)]
        narrow[3] += 8  # a mean of squares is no less than the mean's square
        if name == "adam":
            narrow[4] += random.integers(0, 16, size).astype(np.float32)  # smaller, and larger
        wide = [array.astype(np.float64) for array in narrow]
        step(name, narrow, first, third, n)
        step(name, wide, first, third, n)
        for found, wanted in zip(narrow, wide, strict=True):
            assert (np.abs(found - wanted) <= 12 * rounding(np.float32) * 32).all()


@EACH
@UPWARDS
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("third", [False, True])
def test_an_incomplete_register_has_the_bits_of_a_whole_one(
    name: str, third: bool, first: bool, maximize: bool
) -> None:
    random = np.random.default_rng(1)
    for size in (1, 19, 47, 67):
        for _ in range(20):
            values = random.uniform(1, 2, 5).astype(np.float32) + np.float32([0, 0, 0, 3, 0])
            arrays = [np.full(size, value, np.float32) for value in values]
            step(name, arrays, first, third, NUMBERS._replace(maximize=maximize))
            for array in arrays:
                assert (array == array[0]).all()
