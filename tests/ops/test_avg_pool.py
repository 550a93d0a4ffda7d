"""Average pooling: a loop over every window, and what its divisor counts."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import convolens as cl
from convolens.errors import ArgumentError
from convolens.nn import functional as F
from convolens.ops import AvgPool, LPPool, LPPoolGrad
from convolens.spec import TensorSpec

from .test_max_pool import poolings, windows


@pytest.mark.parametrize("include", [True, False])
@given(poolings(dilated=False))
@settings(max_examples=100)
def test_the_definition_is_the_loop(include: bool, case: tuple[Any, Any]) -> None:
    window, shape = case
    op = AvgPool(*window, include)
    random = np.random.default_rng(3)
    x = random.standard_normal(shape)
    g = random.standard_normal(op.output_shape(TensorSpec(shape)))
    y, dx = np.zeros(g.shape), np.zeros(shape)
    for out, reads in windows(x, op):
        cells = 1
        for o, k, s, (before, after), size in zip(
            out, op.kernel, op.stride, op.padding, shape[2:], strict=True
        ):
            start = o * s - before
            # A window of ceil_mode ends with the padding; what lies beyond never counts.
            cells *= min(start + k, size + after) - start
        divisor = cells if include else len(reads)
        if divisor == 0:
            continue
        for n, c in itertools.product(range(shape[0]), range(shape[1])):
            y[(n, c, *out)] = sum(x[(n, c, *at)] for at in reads) / divisor
            for at in reads:
                dx[(n, c, *at)] += g[(n, c, *out)] / divisor
    counted = op.divisors(shape[2:]) > 0
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(op.reference(x)[..., counted], y[..., counted], atol=1e-14)
        if counted.all():
            grad = op.spreading(shape[2:])
            np.testing.assert_allclose(grad.reference(g), dx, atol=1e-14)


@given(poolings(dilated=False))
@settings(max_examples=50)
def test_the_cost_counts_what_is_read(case: tuple[Any, Any]) -> None:
    window, shape = case
    x = TensorSpec(shape)
    op = AvgPool(*window)
    read = sum(len(reads) for _, reads in windows(np.zeros(shape), op)) * shape[0] * shape[1]
    g = TensorSpec(op.output_shape(x))
    assert op.cost(x).multiply_adds == read
    assert op.spreading(shape[2:]).cost(g).multiply_adds == read
    assert LPPool(*window).cost(x).multiply_adds == read
    assert LPPoolGrad(*window).cost(x, g).multiply_adds == read


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "ceil", "read"),
    [(8, 3, 2, False, 11), (4, 3, 1, False, 10), (8, 3, 2, True, 12)],
)
def test_padding_costs_nothing(size: int, kernel: int, stride: int, ceil: bool, read: int) -> None:
    op = AvgPool((kernel,) * 2, (stride,) * 2, ((1, 1),) * 2, (1, 1), ceil)
    assert op.cost(TensorSpec((1, 1, size, size))).multiply_adds == read**2


def test_padding_counts_or_does_not() -> None:
    x = cl.ones(1, 1, 2, 2)
    quarter = [[0.25, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 0.25]]
    assert F.avg_pool2d(x, 2, 1, padding=1).tolist() == [[quarter]]
    alone = F.avg_pool2d(x, 2, 1, padding=1, count_include_pad=False)
    assert alone.tolist() == [[[[1.0] * 3] * 3]]


def test_cells_beyond_the_padding_never_count() -> None:
    x = cl.ones(1, 1, 1, 5)
    for include in (True, False):
        y = F.avg_pool2d(x, (1, 2), 2, ceil_mode=True, count_include_pad=include)
        assert y.tolist() == [[[[1, 1, 1]]]]


def test_a_divisor_takes_the_place_of_the_cells() -> None:
    x = cl.ones(1, 1, 3, 3)
    y = F.avg_pool2d(x, 2, 1, padding=1, divisor_override=-2)
    assert y.tolist() == [[[[-0.5, -1, -1, -0.5], *[[-1, -2, -2, -1]] * 2, [-0.5, -1, -1, -0.5]]]]
    assert F.avg_pool3d(cl.ones(1, 1, 2, 2, 2), 2, divisor_override=1).item() == 8


@pytest.mark.parametrize(("divisor", "words"), [(0, "divisor_override is 0"), (1.5, "1.5")])
def test_a_divisor_is_a_whole_number_but_not_zero(divisor: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        F.avg_pool2d(cl.ones(1, 1, 2, 2), 2, divisor_override=divisor)


def test_the_mean_of_a_constant_is_the_constant() -> None:
    x = cl.full((2, 5, 9, 9), 0.5)
    assert (F.avg_pool2d(x, 3).numpy() == 0.5).all()


def test_the_gradient_is_spread_evenly() -> None:
    x = cl.randn(1, 1, 4, 4).requires_grad_()
    F.avg_pool2d(x, 2).sum().backward()
    assert x.grad is not None
    assert (x.grad.numpy() == 0.25).all()
