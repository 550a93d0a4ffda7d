"""Dropout: the random numbers' known answers, shares, independence of threads and of layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError
from convolens.nn.functional import dropout
from convolens.ops import Dropout
from convolens.ops._philox import philox
from convolens.spec import DType, float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


def test_known_answers() -> None:
    """Random123's file kat_vectors: philox4x32-10 of counter and key."""
    assert [int(x) for x in philox(4, 0, 0)] == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    # The third vector has counter (243f6a88 85a308d3 13198a2e 03707344): its block is far out, so
    # it is reached by the rounds themselves.
    assert [int(x) for x in philox(8, 0xA4093822299F31D0, 0)][:4] != [
        int(x) for x in philox(4, 0, 0)
    ]


def test_numbers_depend_on_nothing_but_their_place() -> None:
    whole = philox(1000, 7, 3)
    np.testing.assert_array_equal(philox(17, 7, 3), whole[:17])
    assert (philox(1000, 7, 4) != whole).mean() > 0.99
    assert (philox(1000, 8, 3) != whole).mean() > 0.99
    assert (philox(1000, 7 + 2**32, 3) != whole).mean() > 0.99
    assert (philox(1000, 7, 3 + 2**32) != whole).mean() > 0.99


def test_the_numbers_are_even() -> None:
    """Chi-squared of the top byte: 255 degrees of freedom, deviation sqrt(2 * 255)."""
    numbers = philox(1_000_000, 5, 1)
    for shift in (0, 8, 16, 24):
        counts = np.bincount((numbers >> np.uint32(shift)) & 255, minlength=256)
        expected = len(numbers) / 256
        chi_squared = ((counts - expected) ** 2 / expected).sum()
        assert abs(chi_squared - 255) < 5 * np.sqrt(2 * 255)
    bits = np.unpackbits(numbers.view(np.uint8)).astype(float) - 0.5
    for lag in (1, 32, 128):
        assert abs((bits[lag:] * bits[:-lag]).mean()) < 5 * 0.25 / np.sqrt(len(bits))


@BOTH
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_share_and_the_mean(p: float, dtype: DType) -> None:
    cl.manual_seed(1)
    x = cl.ones(300_000, dtype=dtype)
    y = dropout(x, p).numpy()
    dropped = (y == 0).mean()
    assert abs(dropped - p) < 5 * np.sqrt(p * (1 - p) / y.size)
    np.testing.assert_array_equal(np.unique(y), np.array([0, 1 / (1 - p)], dtype))


def test_neighbours_are_independent() -> None:
    cl.manual_seed(2)
    kept = (dropout(cl.ones(500_000)).numpy() > 0) - 0.5
    for lag in (1, 2, 3, 4, 16, 64):
        assert abs((kept[lag:] * kept[:-lag]).mean()) < 5 * 0.25 / np.sqrt(kept.size)


def test_each_call_has_a_mask_of_its_own_and_a_seed_brings_it_back() -> None:
    x = cl.ones(1000)
    cl.manual_seed(3)
    first, second = dropout(x).numpy(), dropout(x).numpy()
    assert (first != second).mean() > 0.3
    cl.manual_seed(3)
    np.testing.assert_array_equal(dropout(x).numpy(), first)
    np.testing.assert_array_equal(dropout(x).numpy(), second)


def test_masks_do_not_depend_on_the_kernel_or_the_type() -> None:
    masks = []
    for dtype in (float32, float64):
        for algorithm in ("native", "reference"):
            cl.manual_seed(11)
            with cl.algorithm(algorithm) if dtype == float32 else cl.enable_grad():
                masks.append(dropout(cl.ones(2, 19, 7, 5, dtype=dtype), 0.3).numpy() > 0)
    for mask in masks[1:]:
        np.testing.assert_array_equal(mask, masks[0])


def test_masks_do_not_depend_on_threads() -> None:
    before = cl.get_num_threads()
    masks = []
    for count in (1, 2, 5):
        cl.set_num_threads(count)
        cl.manual_seed(12)
        masks.append(dropout(cl.ones(1_000_003)).numpy())
    cl.set_num_threads(before)
    np.testing.assert_array_equal(masks[0], masks[1])
    np.testing.assert_array_equal(masks[0], masks[2])


@BOTH
def test_the_gradient_has_the_same_mask(dtype: DType) -> None:
    x = cl.ones(1000, dtype=dtype, requires_grad=True)
    y = dropout(x, 0.3)
    y.sum().backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())


def test_ends() -> None:
    x = cl.randn(100)
    assert dropout(x, 0.0) is x
    assert dropout(x, 0.5, training=False) is x
    assert (dropout(x, 1.0).numpy() == 0).all()
    tiny, nearly = Dropout(1e-9), Dropout(1 - 1e-9)
    assert (tiny.threshold, nearly.threshold) == (4, 2**32 - 4)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan"), float("inf")])
def test_no_probability(p: float) -> None:
    for call in (
        lambda: dropout(cl.ones(3), p),
        lambda: cl.nn.Dropout(p),
        lambda: dropout(cl.ones(3), p, training=False),
    ):
        with pytest.raises(ArgumentError, match="must be a probability between 0 and 1"):
            call()


@pytest.mark.parametrize("p", ["x", None, [0.5]])
def test_no_number(p: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        cl.nn.Dropout(p)
