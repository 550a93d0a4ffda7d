"""Random tensors: the same numbers for the same seed, their distributions, refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, GradientError, ShapeError
from convolens.tensor.random import random_state, set_random_state


@pytest.fixture(autouse=True)
def _state_is_kept() -> Iterator[None]:
    state = random_state()
    cl.manual_seed(1)
    yield
    set_random_state(state)


DRAWS: dict[str, Callable[[], cl.Tensor]] = {
    "rand": lambda: cl.rand(3, 40),
    "rand float64": lambda: cl.rand((3, 40), dtype="float64"),
    "randn": lambda: cl.randn(3, 40),
    "rand_like": lambda: cl.rand_like(cl.zeros(3, 40)),
    "randn_like": lambda: cl.randn_like(cl.zeros(3, 40, dtype="float64")),
    "randint": lambda: cl.randint(-5, 1000, (3, 40)),
    "randperm": lambda: cl.randperm(40),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_gives_its_numbers_again(name: str) -> None:
    cl.manual_seed(7)
    first, second = DRAWS[name]().numpy(), DRAWS[name]().numpy()
    cl.manual_seed(7)
    np.testing.assert_array_equal(DRAWS[name]().numpy(), first)
    state = random_state()
    np.testing.assert_array_equal(DRAWS[name]().numpy(), second)
    set_random_state(state)
    np.testing.assert_array_equal(DRAWS[name]().numpy(), second)
    cl.manual_seed(8)
    other = DRAWS[name]().numpy()
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_a_draw_of_nothing_is_a_draw() -> None:
    assert cl.rand(0, 3).shape == (0, 3)
    assert cl.randn(0).shape == cl.randperm(0).shape == cl.randint(3, (0,)).shape == (0,)
    assert random_state() == (1, 4)


def test_even_numbers() -> None:
    x = cl.rand(100_000).numpy()
    assert x.min() >= 0
    assert x.max() < 1
    # Five deviations of the mean and of a tenth's count; the seed is fixed.
    assert abs(x.mean() - 0.5) < 5 * np.sqrt(1 / 12 / x.size)
    counts = np.histogram(x, 10, (0, 1))[0]
    assert (abs(counts - x.size / 10) < 5 * np.sqrt(x.size * 0.09)).all()


def test_normal_numbers() -> None:
    x = cl.randn(100_001, dtype="float64").numpy()
    assert abs(x.mean()) < 5 / np.sqrt(x.size)
    assert abs(x.var() - 1) < 5 * np.sqrt(2 / x.size)
    assert abs((x**4).mean() - 3) < 5 * np.sqrt(96 / x.size)
    assert abs((x[:-1] * x[1:]).mean()) < 5 / np.sqrt(x.size)


def test_whole_numbers_are_as_likely() -> None:
    x = cl.randint(-2, 5, (70_000,)).numpy()
    counts = np.bincount(x + 2)
    assert counts.size == 7
    assert (abs(counts - 10_000) < 5 * np.sqrt(70_000 * 6 / 49)).all()


@given(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**63), 2**63 - 1),
    st.lists(st.integers(0, 3), max_size=3),
)
@settings(max_examples=60)
def test_whole_numbers_stay_in_their_bounds(a: int, b: int, size: list[int]) -> None:
    low, high = min(a, b), max(a, b) + 1
    x = cl.randint(low, high, size)
    assert x.dtype == "int64"
    assert x.shape == tuple(size)
    assert all(low <= number < high for number in x.reshape(-1).tolist())


@pytest.mark.parametrize(
    "call",
    [
        lambda: cl.randint(6, (4,)),
        lambda: cl.randint(6, size=(4,)),
        lambda: cl.randint(high=6, size=(4,)),
        lambda: cl.randint(0, 6, (4,)),
        lambda: cl.randint(low=0, high=6, size=[4]),
        lambda: cl.randint(np.int64(6), (4,)),
    ],
    ids=range(6),
)
def test_each_way_to_call_randint(call: Callable[[], cl.Tensor]) -> None:
    expected = cl.randint(0, 6, (4,)).tolist()
    cl.manual_seed(1)
    assert call().tolist() == expected


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "uint8", "bool"])
def test_types_of_whole_numbers(dtype: str) -> None:
    x = cl.randint(0, 2, (64,), dtype=dtype)
    assert x.dtype == dtype
    assert set(x.tolist()) == {0, 1}


def test_an_order_of_all_numbers() -> None:
    for n in (1, 2, 255, 1000):
        order = cl.randperm(n)
        assert order.dtype == "int64"
        assert sorted(order.tolist()) == list(range(n))
    assert sorted(cl.randperm(256, dtype="uint8").tolist()) == list(range(256))
    assert cl.randperm(3, dtype="float32", requires_grad=True).requires_grad
    # All orders of three come.
    assert len({tuple(cl.randperm(3).tolist()) for _ in range(100)}) == 6


def test_like_another() -> None:
    x = cl.zeros(2, 3, 4, 5, dtype="float64")
    for draw in (cl.rand_like, cl.randn_like):
        assert draw(x).spec == x.spec
        assert draw(x, dtype="float32").dtype == "float32"
        assert draw(x, requires_grad=True).requires_grad
        with pytest.raises(DTypeError, match="not int64"):
            draw(cl.arange(3))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: cl.rand(2, dtype="int64"), DTypeError, "float32 or float64, not int64"),
        (lambda: cl.randn(-1), ShapeError, "negative dimension"),
        (lambda: cl.rand(2.5), DTypeError, "whole numbers"),
        (lambda: cl.randint(0, 5), DTypeError, "the size is 5"),
        (lambda: cl.randint(5, size=3), DTypeError, "the size is 3"),
        (lambda: cl.randint(5), DTypeError, "the size is None"),
        (lambda: cl.randint(5, 5, (1,)), ArgumentError, "from 5 to 5 - 1"),
        (lambda: cl.randint(0, (2,)), ArgumentError, "from 0 to 0 - 1"),
        (lambda: cl.randint(0.5, 2, (1,)), DTypeError, "0.5 and 2"),
        (lambda: cl.randint(0, 257, (1,), dtype="uint8"), ArgumentError, "to 256 do not fit"),
        (lambda: cl.randint(-1, 2, (1,), dtype="uint8"), ArgumentError, "do not fit uint8"),
        (lambda: cl.randint(3, (1,), dtype="bool"), ArgumentError, "do not fit bool"),
        (lambda: cl.randint(0, 2**70, (1,)), ArgumentError, "do not fit int64"),
        (lambda: cl.randint(0, 2**70, (1,), dtype="float32"), ArgumentError, "do not fit"),
        (lambda: cl.randint(3, (1,), requires_grad=True), GradientError, "int64"),
        (lambda: cl.randperm(-1), ArgumentError, "n is -1"),
        (lambda: cl.randperm(2.0), DTypeError, "n is 2.0"),
        (lambda: cl.randperm(257, dtype="uint8"), ArgumentError, "do not fit uint8"),
        (lambda: cl.randperm(2**24 + 2, dtype="float32"), ArgumentError, "do not fit float32"),
        (lambda: cl.randperm(2, dtype="bool"), DTypeError, "truth values"),
    ],
    ids=range(20),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
