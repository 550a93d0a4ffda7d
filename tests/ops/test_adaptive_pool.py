"""Poolings to a given size: a loop over every share, and what shares of an image are."""

from __future__ import annotations

import itertools
from math import ceil, floor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ArgumentError, ConvolensError, ShapeError
from convolens.nn import functional as F
from convolens.ops import (
    AdaptiveAvgPool,
    AdaptiveAvgPoolGrad,
    AdaptiveMaxPool,
    AdaptiveMaxPoolGrad,
    AdaptiveMaxPoolIndices,
    AdaptiveMaxPoolPick,
)
from convolens.spec import TensorSpec


@st.composite
def shares(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    rank = draw(st.integers(1, 3))
    sizes, outputs = (tuple(draw(st.integers(1, 6)) for _ in range(rank)) for _ in range(2))
    return outputs, (draw(st.integers(0, 2)), draw(st.integers(1, 2)), *sizes)


def windows(outputs: tuple[int, ...], sizes: tuple[int, ...]) -> Any:
    """Yield the place of each output, and the places of its share."""
    for out in itertools.product(*map(range, outputs)):
        ranges = [
            range(floor(o * size / count), ceil((o + 1) * size / count))
            for o, size, count in zip(out, sizes, outputs, strict=True)
        ]
        yield out, list(itertools.product(*ranges))


@given(shares())
@settings(max_examples=100)
def test_the_definition_is_the_loop(case: tuple[Any, Any]) -> None:
    outputs, shape = case
    random = np.random.default_rng(3)
    x = np.round(random.standard_normal(shape), 1)
    u = random.standard_normal(shape)
    g = random.standard_normal((*shape[:2], *outputs))
    mean, largest, picked = (np.zeros(g.shape) for _ in range(3))
    places = np.zeros(g.shape, np.int64)
    spread, sent = np.zeros(shape), np.zeros(shape)
    for n, c in itertools.product(range(shape[0]), range(shape[1])):
        for out, reads in windows(outputs, shape[2:]):
            o = (n, c, *out)
            winner = max(reads, key=lambda at: x[(n, c, *at)])
            mean[o] = sum(x[(n, c, *at)] for at in reads) / len(reads)
            largest[o], picked[o] = x[(n, c, *winner)], u[(n, c, *winner)]
            places[o] = np.ravel_multi_index(winner, shape[2:])
            sent[(n, c, *winner)] += g[o]
            for at in reads:
                spread[(n, c, *at)] += g[o] / len(reads)
    close = {"rtol": 1e-14, "atol": 1e-14}
    op = AdaptiveAvgPool(outputs)
    np.testing.assert_allclose(op.reference(x), mean, **close)
    np.testing.assert_allclose(op.spreading(shape[2:]).reference(g), spread, **close)
    np.testing.assert_array_equal(AdaptiveMaxPool(outputs).reference(x), largest)
    np.testing.assert_array_equal(AdaptiveMaxPoolIndices(outputs).reference(x), places)
    np.testing.assert_array_equal(AdaptiveMaxPoolPick(outputs).reference(x, u), picked)
    np.testing.assert_allclose(AdaptiveMaxPoolGrad(outputs).reference(x, g), sent, **close)


def test_shares_that_divide_evenly_are_windows() -> None:
    x = cl.randn(2, 5, 6, 8)
    np.testing.assert_array_equal(
        F.adaptive_avg_pool2d(x, (3, 2)).numpy(), F.avg_pool2d(x, (2, 4)).numpy()
    )
    np.testing.assert_array_equal(
        F.adaptive_max_pool2d(x, (3, 2)).numpy(), F.max_pool2d(x, (2, 4)).numpy()
    )


def test_an_uneven_axis_has_shares_that_overlap() -> None:
    x = cl.tensor([[[1.0, 2, 3, 4, 5]]])
    assert F.adaptive_avg_pool1d(x, 3).tolist() == [[[1.5, 3, 4.5]]]
    assert F.adaptive_max_pool1d(x, 3).tolist() == [[[2, 4, 5]]]


def test_more_outputs_than_inputs_repeat_them() -> None:
    x = cl.tensor([[[1.0, 2.0]]])
    assert F.adaptive_avg_pool1d(x, 4).tolist() == [[[1, 1, 2, 2]]]


def test_one_output_is_the_mean_of_the_map() -> None:
    x = cl.arange(12).float().reshape(1, 2, 2, 3)
    assert F.adaptive_avg_pool2d(x, 1).tolist() == [[[[2.5]], [[8.5]]]]
    largest, place = F.adaptive_max_pool2d(x, 1, return_indices=True)
    assert largest.tolist() == [[[[5]], [[11]]]]
    assert place.tolist() == [[[[5]], [[5]]]]


def test_none_leaves_a_size_and_nothing_has_no_pixels() -> None:
    x = cl.zeros(2, 3, 5, 7)
    assert F.adaptive_avg_pool2d(x, (None, 2)).shape == (2, 3, 5, 2)
    assert F.adaptive_avg_pool2d(x[0], (None, 2)).shape == (3, 5, 2)
    assert F.adaptive_avg_pool2d(x, (0, 2)).shape == (2, 3, 0, 2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: F.adaptive_avg_pool2d(x, -1), ArgumentError, "-1 outputs"),
        (lambda x: F.adaptive_avg_pool2d(x, (2, 2, 2)), ArgumentError, "or 2 of them"),
        (lambda x: F.adaptive_avg_pool2d(x, (2,)), ArgumentError, "or 2 of them"),
        (lambda x: F.adaptive_avg_pool2d(x, None), ArgumentError, "None"),
        (lambda x: F.adaptive_avg_pool1d(x[0], None), ArgumentError, "None"),
        (lambda x: F.adaptive_avg_pool2d(x[0, 0], 2), ShapeError, "dimensions"),
        (lambda x: F.adaptive_max_pool2d(x, 2.5), ArgumentError, "2.5"),
        (lambda x: F.adaptive_max_pool2d(cl.zeros(1, 2, 0, 4), 2), ShapeError, "no pixels"),
        (lambda x: F.adaptive_max_pool2d(x.long(), 2), TypeError, "int64"),
    ],
    ids=range(9),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        call(cl.zeros(1, 2, 4, 4))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: F.adaptive_avg_pool2d(x, 2**62),
        lambda x: F.adaptive_max_pool2d(x, (2**31, 1)),
        lambda x: F.adaptive_max_pool2d(x, 2**70),
        lambda x: F.max_pool2d(x, 2**40, 1, 2**39),
        lambda x: F.avg_pool2d(x, 2**70, 1, 2**69),
        lambda x: F.max_pool2d(x, 2, 2**70),
    ],
    ids=range(6),
)
def test_huge_numbers_are_refused_before_anything_is_allocated(call: Any) -> None:
    with pytest.raises(ConvolensError):
        call(cl.ones(1, 1, 4, 4))


def test_a_huge_stride_leaves_one_window() -> None:
    assert F.max_pool2d(cl.ones(1, 1, 4, 4), 2, 2**62).shape == (1, 1, 1, 1)


def test_a_gradient_adds_up_as_many_numbers_as_windows_read_its_input() -> None:
    """Of seven windows on two inputs four read each, though the largest window reads only two."""
    x, g = TensorSpec((1, 1, 2)), TensorSpec((1, 1, 7))
    assert AdaptiveMaxPool((7,)).taps((2,)) == 2
    assert AdaptiveMaxPoolGrad((7,)).cost(x, g).sum_length == 4
    assert AdaptiveAvgPoolGrad((7,), sizes=(2,)).cost(g).sum_length == 4 + 1
