"""Max pooling: the book's numbers, a loop over every window, ties, NaN and padding."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional as F
from convolens.ops import AvgPool, MaxPool, MaxPoolGrad, MaxPoolIndices, MaxPoolPick
from convolens.ops._op import Array
from convolens.spec import TensorSpec, float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


@st.composite
def poolings(draw: st.DrawFn, dilated: bool = True) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    rank = draw(st.sampled_from((1, 2, 3)))

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(low, high)) for _ in range(rank))

    kernel, dilation = each(1, 3), each(1, 2) if dilated else (1,) * rank
    extents = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    padding = tuple((draw(st.integers(0, k // 2)), draw(st.integers(0, k // 2))) for k in kernel)
    sizes = [
        max(1, e - sum(p)) + draw(st.integers(0, 3)) for e, p in zip(extents, padding, strict=True)
    ]
    window = (kernel, each(1, 3), padding, dilation, draw(st.booleans()))
    return window, (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *sizes)


def windows(x: Array, op: MaxPool | AvgPool) -> Any:
    """Yield the place of each output, and the places that it reads, in reading order."""
    sizes = x.shape[2:]
    for out in itertools.product(*map(range, op.output_shape(TensorSpec(x.shape))[2:])):
        reads = []
        for tap in itertools.product(*map(range, op.kernel)):
            at = tuple(
                o * s + t * d - p[0]
                for o, s, t, d, p in zip(out, op.stride, tap, op.dilation, op.padding, strict=True)
            )
            if all(0 <= i < size for i, size in zip(at, sizes, strict=True)):
                reads.append(at)
        yield out, reads


@given(poolings())
@settings(max_examples=150)
def test_the_definition_is_the_loop(case: tuple[Any, Any]) -> None:
    window, shape = case
    op = MaxPool(*window)
    random = np.random.default_rng(3)
    x = np.round(random.standard_normal(shape), 1)  # with ties
    g = random.standard_normal(op.output_shape(TensorSpec(shape)))
    y, dx, picked = np.full(g.shape, -np.inf), np.zeros(shape), np.zeros(g.shape)
    u = random.standard_normal(shape)
    places = np.full(g.shape, -1)
    for n, c in itertools.product(range(shape[0]), range(shape[1])):
        for out, reads in windows(x, op):
            if reads:
                winner = max(reads, key=lambda at: x[(n, c, *at)])  # the first of equal ones
                y[(n, c, *out)] = x[(n, c, *winner)]
                dx[(n, c, *winner)] += g[(n, c, *out)]
                picked[(n, c, *out)] = u[(n, c, *winner)]
                places[(n, c, *out)] = np.ravel_multi_index(winner, shape[2:])
    np.testing.assert_array_equal(op.reference(x), y)
    np.testing.assert_allclose(MaxPoolGrad(*window).reference(x, g), dx, rtol=1e-15, atol=1e-15)
    np.testing.assert_array_equal(MaxPoolPick(*window).reference(x, u), picked)
    np.testing.assert_array_equal(MaxPoolIndices(*window).reference(x), places)


@BOTH
def test_the_book(dtype: Any) -> None:
    x = cl.tensor([[[[1, 2, 1, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 4, 0, 1]]]]).to(dtype)
    assert F.max_pool2d(x, 2).tolist() == [[[[2, 3], [4, 2]]]]


@BOTH
def test_the_first_of_equal_numbers_gets_the_gradient(dtype: Any) -> None:
    x = cl.ones(1, 1, 2, 4, dtype=dtype, requires_grad=True)
    F.max_pool2d(x, 2).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[[[1, 0, 1, 0], [0, 0, 0, 0]]]]


@BOTH
def test_the_last_nan_wins(dtype: Any) -> None:
    row = [[[[1, np.nan, 3, np.nan, 2, 0]]]]
    x = cl.tensor(np.array(row), requires_grad=False).to(dtype).requires_grad_()
    y = F.max_pool2d(x, (1, 6))
    assert np.isnan(y.item())
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[[[0, 0, 0, 1, 0, 0]]]]


@BOTH
def test_infinities_pass(dtype: Any) -> None:
    x = cl.tensor([[[[-np.inf, -np.inf, np.inf, 1]]]]).to(dtype).requires_grad_()
    y = F.max_pool2d(x, (1, 2))
    assert y.tolist() == [[[[-np.inf, np.inf]]]]
    y.backward(cl.ones(1, 1, 1, 2, dtype=dtype))
    assert x.grad is not None
    assert x.grad.tolist() == [[[[1, 0, 1, 0]]]]


@BOTH
def test_padding_never_wins(dtype: Any) -> None:
    x = cl.full((1, 1, 3, 3), -5.0, dtype=dtype)
    assert (F.max_pool2d(x, 3, 2, padding=1).numpy() == -5).all()


@BOTH
def test_indices_name_the_pixels_of_the_image_without_its_padding(dtype: Any) -> None:
    x = cl.tensor([[[[1, 2, 3], [6, 5, 4], [7, 9, 8]]]]).to(dtype)
    y, indices = F.max_pool2d(x, 3, 2, 1, return_indices=True)
    assert y.tolist() == [[[[6, 5], [9, 9]]]]
    assert indices.tolist() == [[[[3, 4], [7, 7]]]]
    assert indices.dtype == np.int64
    alone = F.max_pool2d(x[0], 3, 2, 1, return_indices=True)[1]
    assert alone.tolist() == indices[0].tolist()


def test_a_pooling_shifts_with_its_input() -> None:
    """The pooled image moves by 1 when the image moves by the stride; inside, exactly."""
    x = cl.randn(1, 2, 8, 12)
    moved = cl.zeros(1, 2, 8, 12)
    moved[:, :, :, 2:] = x[:, :, :, :-2]
    a, b = F.max_pool2d(x, 2).numpy(), F.max_pool2d(moved, 2).numpy()
    np.testing.assert_array_equal(b[..., 1:], a[..., :-1])


def test_overlapping_windows_as_in_alexnet() -> None:
    assert F.max_pool2d(cl.zeros(1, 96, 55, 55), 3, 2).shape == (1, 96, 27, 27)


def test_ceil_mode_keeps_the_last_window() -> None:
    x = cl.arange(5).float().reshape(1, 1, 1, 5)
    assert F.max_pool2d(x, (1, 2)).tolist() == [[[[1, 3]]]]
    assert F.max_pool2d(x, (1, 2), ceil_mode=True).tolist() == [[[[1, 3, 4]]]]


def test_a_window_larger_than_its_input_in_ceil_mode() -> None:
    """As in torch: the one window that there is ends beyond the input."""
    assert F.max_pool2d(cl.ones(1, 1, 2, 2), 3, 2, ceil_mode=True).shape == (1, 1, 1, 1)


def test_one_image_without_a_batch() -> None:
    assert F.max_pool2d(cl.zeros(3, 8, 8), 2).shape == (3, 4, 4)
    assert F.max_pool1d(cl.zeros(3, 8), 2).shape == (3, 4)
    assert F.max_pool3d(cl.zeros(3, 8, 8, 8), 2).shape == (3, 4, 4, 4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: F.max_pool2d(x, 9), ShapeError, ["height", "covers 9", "only 8"]),
        (lambda x: F.max_pool2d(x, 3, dilation=4), ShapeError, ["covers 9"]),
        (lambda x: F.max_pool2d(x, 0), ArgumentError, ["kernel is 0"]),
        (lambda x: F.max_pool2d(x, 2, 0), ArgumentError, ["stride is 0"]),
        (lambda x: F.max_pool2d(x, 2, -1), ArgumentError, ["stride is -1"]),
        (lambda x: F.max_pool2d(x, 2, padding=-1), ArgumentError, ["must not be negative"]),
        (
            lambda x: F.max_pool2d(x, 2, padding=2),
            ArgumentError,
            ["half of kernel size", "padding 2"],
        ),
        (lambda x: F.max_pool2d(x, (2, 2, 2)), ArgumentError, ["kernel_size is (2, 2, 2)"]),
        (lambda x: F.max_pool2d(x[0, 0], 2), ShapeError, ["dimensions"]),
        (lambda x: F.max_pool2d(x.long(), 2), TypeError, ["int64"]),
        (lambda x: F.max_pool2d(cl.zeros(1, 1, 0, 4), 2, 1, 1), ShapeError, []),
    ],
    ids=range(11),
)
def test_refusals(call: Any, error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        call(cl.zeros(1, 2, 8, 8))
    for word in words:
        assert word in str(caught.value)
