"""Convolution: the book's numbers, its identities, and a loop over every index."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import nn
from convolens.backends.isa import isa
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional as F
from convolens.ops import Conv, ConvInputGrad, ConvWeightGrad
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.spec import TensorSpec, float32, float64
from tolerance import assert_close

PATTERN = [[1, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]]
FILTER = [[2, 0, 1], [0, 1, 2], [1, 0, 2]]
BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


def images(*numbers: Any, dtype: Any = float32) -> list[cl.Tensor]:
    return [cl.tensor([[array]]).to(dtype) for array in numbers]


@BOTH
def test_the_book(dtype: Any) -> None:
    x, w = images(PATTERN, FILTER, dtype=dtype)
    assert F.conv2d(x, w).tolist() == [[[[15, 16], [6, 15]]]]
    bias = cl.tensor([3.0]).to(dtype)
    assert F.conv2d(x, w, bias).tolist() == [[[[18, 19], [9, 18]]]]
    padded = [[7, 12, 10, 2], [4, 15, 16, 10], [10, 6, 15, 6], [8, 10, 4, 3]]
    assert F.conv2d(x, w, padding=1).tolist() == [[padded]]
    assert F.conv2d(x, w, padding="same").tolist() == [[padded]]


@BOTH
def test_the_book_with_a_stride(dtype: Any) -> None:
    pattern = [
        [(column - row) % 4 + 1 if (column - row) % 4 != 3 else 0 for column in range(7)]
        for row in range(7)
    ]
    assert [row[:4] for row in pattern[:4]] == PATTERN
    x, w = images(pattern, FILTER, dtype=dtype)
    expected = [[15, 17, 15], [17, 15, 17], [15, 17, 15]]
    assert F.conv2d(x, w, stride=2).tolist() == [[expected]]


def test_sizes_of_the_tutorials() -> None:
    assert nn.Conv2d(1, 30, 5)(cl.zeros(10, 1, 28, 28)).shape == (10, 30, 24, 24)
    assert F.conv2d(cl.zeros(1, 1, 5, 5), cl.zeros(1, 1, 3, 3), stride=2).shape == (1, 1, 2, 2)
    back = ConvInputGrad((2, 2), ((0, 0),) * 2, (1, 1), 1, (5, 5))
    specs = TensorSpec((1, 1, 3, 3)), TensorSpec((1, 1, 2, 2))
    assert back.infer(*specs).shape == (1, 1, 5, 5)
    same = nn.Conv2d(3, 2, 3, padding=1, bias=False)
    assert same(cl.zeros(1, 3, 300, 300)).shape == (1, 2, 300, 300)
    assert same.weight.numel() == 54


def test_numbers_of_weights() -> None:
    def weights(*layers: nn.Module) -> int:
        return sum(layer.weight.numel() for layer in layers)

    assert weights(nn.Conv2d(16, 32, 3, bias=False)) == 4608
    separable = nn.Conv2d(16, 16, 3, groups=16, bias=False), nn.Conv2d(16, 32, 1, bias=False)
    assert weights(*separable) == 656


def test_an_even_kernel_pads_below_and_right() -> None:
    x, w = cl.ones(1, 1, 3, 3), cl.ones(1, 1, 2, 2)
    expected = [[4, 4, 2], [4, 4, 2], [2, 2, 1]]
    assert F.conv2d(x, w, padding="same").tolist() == [[expected]]


def loop(x: np.ndarray, w: np.ndarray, op: Conv) -> np.ndarray:
    """The definition, one product at a time."""
    n, _, *sizes = x.shape
    k, group_channels, *kernel = w.shape
    rank = len(kernel)
    outputs = [
        (size + sum(p) - d * (r - 1) - 1) // s + 1
        for size, p, d, r, s in zip(sizes, op.padding, op.dilation, kernel, op.stride, strict=True)
    ]
    y = np.zeros((n, k, *outputs))
    for place in itertools.product(*map(range, y.shape)):
        image, filter_, *out = place
        first = filter_ // (k // op.groups) * group_channels
        for c, *tap in itertools.product(range(group_channels), *map(range, kernel)):
            at = [
                out[a] * op.stride[a] + tap[a] * op.dilation[a] - op.padding[a][0]
                for a in range(rank)
            ]
            if all(0 <= i < size for i, size in zip(at, sizes, strict=True)):
                y[place] += w[(filter_, c, *tap)] * x[(image, first + c, *at)]
    return y


@st.composite
def convolutions(draw: st.DrawFn, ranks: tuple[int, ...] = (1, 2, 3)) -> tuple[Conv, Any, Any]:
    rank = draw(st.sampled_from(ranks))

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(low, high)) for _ in range(rank))

    groups = draw(st.integers(1, 3))
    c, k = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel, dilation = each(1, 3), each(1, 2)
    padding = tuple(zip(each(0, 2), each(0, 2), strict=True))
    op = Conv(each(1, 3), padding, dilation, groups)
    sizes = [
        max(1, d * (r - 1) + 1 - sum(p)) + draw(st.integers(0, 2))
        for d, r, p in zip(dilation, kernel, padding, strict=True)
    ]
    return op, (draw(st.integers(1, 2)), c, *sizes), (k, c // groups, *kernel)


def draw_arrays(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    random = np.random.default_rng(17)
    return [random.standard_normal(shape) for shape in shapes]


@given(convolutions())
@settings(max_examples=120, derandomize=True)
def test_the_definition_is_the_loop(case: tuple[Conv, Any, Any]) -> None:
    op, *shapes = case
    x, w = draw_arrays(*shapes)
    length, magnitude = op.cost(*map(TensorSpec, shapes)).sum_length, loop(abs(x), abs(w), op)
    assert_close(op.reference(x, w), loop(x, w, op), length, magnitude, np.float64)


@given(convolutions())
@settings(max_examples=200)
def test_both_gradients_are_the_transposes(case: tuple[Conv, Any, Any]) -> None:
    """<g, conv(x, w)> = <x, input grad(w, g)> = <w, weight grad(x, g)>."""
    op, x_shape, w_shape = case
    attributes = shared(op, ConvGeometry)
    g_shape = op.infer(TensorSpec(x_shape), TensorSpec(w_shape)).shape
    x, w, g = draw_arrays(x_shape, w_shape, g_shape)
    dx = ConvInputGrad(**attributes, sizes=x_shape[2:]).reference(w, g)
    dw = ConvWeightGrad(**attributes, kernel=w_shape[2:]).reference(x, g)
    expected = np.vdot(g, op.reference(x, w))
    magnitude = np.vdot(abs(g), op.reference(abs(x), abs(w)))
    length = g.size + w.size + x.size
    for inner in (np.vdot(x, dx), np.vdot(w, dw)):
        assert_close(np.asarray(inner), np.asarray(expected), length, magnitude, np.float64)


@given(convolutions())
@settings(max_examples=100)
def test_the_cost_counts_products_with_real_inputs(case: tuple[Conv, Any, Any]) -> None:
    op, x_shape, w_shape = case
    ones = loop(np.ones(x_shape), np.ones(w_shape), op)
    assert op.cost(TensorSpec(x_shape), TensorSpec(w_shape)).multiply_adds == ones.sum()


@BOTH
def test_dilation_is_a_kernel_with_zeros_between(dtype: Any) -> None:
    x, w = (cl.tensor(a).to(dtype) for a in draw_arrays((2, 3, 11, 9), (4, 3, 3, 3)))
    wide = cl.zeros(4, 3, 5, 5, dtype=dtype)
    wide[:, :, ::2, ::2] = w
    close(
        F.conv2d(x, w, dilation=2),
        F.conv2d(x, wide),
        F.conv2d(absolute(x), absolute(w), dilation=2),
        28,
    )


@BOTH
@pytest.mark.parametrize("groups", [2, 3, 6])
def test_groups_are_a_block_diagonal(groups: int, dtype: Any) -> None:
    x, w = (cl.tensor(a).to(dtype) for a in draw_arrays((2, 6, 7, 8), (12, 6 // groups, 3, 2)))
    dense = cl.zeros(12, 6, 3, 2, dtype=dtype)
    rows, columns = 12 // groups, 6 // groups
    for g in range(groups):
        part = slice(g * rows, (g + 1) * rows)
        dense[part, g * columns : (g + 1) * columns] = w[part]
    magnitude = F.conv2d(absolute(x), absolute(dense))
    close(F.conv2d(x, w, groups=groups), F.conv2d(x, dense), magnitude, 36)


def test_pointwise_is_a_linear_layer_at_each_pixel() -> None:
    x, w = map(cl.tensor, draw_arrays((2, 5, 4, 3), (7, 5, 1, 1)))
    rows = cl.tensor(np.moveaxis(x.numpy(), 1, -1).reshape(-1, 5))
    expected = F.linear(rows, w.reshape(7, 5)).numpy().reshape(2, 4, 3, 7)
    magnitude = np.abs(x.numpy()).sum() * np.abs(w.numpy()).max()
    assert_close(F.conv2d(x, w).numpy(), np.moveaxis(expected, -1, 1), 5, magnitude, np.float64)


@BOTH
@pytest.mark.parametrize("shift", [1, 2, 3])
def test_translation_moves_the_output(shift: int, dtype: Any) -> None:
    """At stride 1, away from the border; with stride 2 only for even shifts.

    Exactly, but for float32 without AVX-512: tiles of few registers add up the products of
    neighbouring outputs in another order.
    """
    x, w = (cl.tensor(a).to(dtype) for a in draw_arrays((1, 3, 16, 16), (4, 3, 3, 3)))
    moved = cl.zeros(1, 3, 16, 16, dtype=dtype)
    moved[:, :, :, shift:] = x[:, :, :, :-shift]
    exactly = dtype == float64 or isa() == "avx512"
    magnitude = 0.0 if exactly else float(F.conv2d(absolute(x), absolute(w)).max())

    def same(a: np.ndarray, b: np.ndarray) -> None:
        assert_close(a, b, w[0].numel(), magnitude, dtype)

    y, z = F.conv2d(x, w).numpy(), F.conv2d(moved, w).numpy()
    same(z[..., shift:], y[..., :-shift])
    y, z = F.conv2d(x, w, stride=2).numpy(), F.conv2d(moved, w, stride=2).numpy()
    if shift % 2 == 0:
        same(z[..., shift // 2 :], y[..., : -shift // 2])
    else:
        step = (shift + 1) // 2
        assert np.abs(z[..., step:] - y[..., :-step]).max() > 0.1


def test_rank_1_is_rank_2_with_one_row() -> None:
    x, w, b = (cl.tensor(a).float() for a in draw_arrays((3, 4, 19), (6, 2, 3), (6,)))
    line = F.conv1d(x, w, b, stride=2, padding=1, dilation=2, groups=2)
    image = F.conv2d(
        x.unsqueeze(2), w.unsqueeze(2), b, stride=(1, 2), padding=(0, 1), dilation=(1, 2), groups=2
    )
    np.testing.assert_array_equal(line.numpy(), image.numpy()[:, :, 0])


def test_one_image_without_a_batch() -> None:
    x, w = (cl.tensor(a).float() for a in draw_arrays((3, 8, 9), (4, 3, 3, 3)))
    y = F.conv2d(x, w)
    assert y.shape == (4, 6, 7)
    np.testing.assert_array_equal(y.numpy(), F.conv2d(x.unsqueeze(0), w).numpy()[0])


def absolute(t: cl.Tensor) -> cl.Tensor:
    return cl.tensor(np.abs(t.numpy()))


def close(a: cl.Tensor, b: cl.Tensor, magnitude: cl.Tensor, length: int) -> None:
    assert_close(a.numpy(), b.numpy(), length, magnitude.numpy(), a.dtype)


X, W = cl.zeros(1, 4, 8, 8), cl.zeros(6, 4, 3, 3)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: F.conv2d(cl.zeros(1, 3, 8, 8), W), ShapeError, ["3 channels", "expects 4"]),
        (lambda: F.conv2d(X, cl.zeros(6, 4, 9, 3)), ShapeError, ["height", "covers 9", "only 8"]),
        (lambda: F.conv2d(X, cl.zeros(6, 4, 3, 9)), ShapeError, ["width", "covers 9", "only 8"]),
        (lambda: F.conv2d(X, W, dilation=4), ShapeError, ["covers 9 inputs", "dilation  4"]),
        (lambda: F.conv2d(X, W, stride=0), ArgumentError, ["stride is 0"]),
        (lambda: F.conv2d(X, W, stride=(1, -2)), ArgumentError, ["stride is -2"]),
        (lambda: F.conv2d(X, W, dilation=0), ArgumentError, ["dilation is 0"]),
        (lambda: F.conv2d(X, W, padding=-1), ArgumentError, ["must not be negative"]),
        (lambda: F.conv2d(X, W, groups=0), ArgumentError, ["groups is 0"]),
        (lambda: F.conv2d(X, W, groups=3), ShapeError, ["4 channels", "expects 12"]),
        (lambda: F.conv2d(X, cl.zeros(6, 1, 3, 3), groups=4), ShapeError, ["6 output", "4 groups"]),
        (lambda: F.conv2d(X, W, cl.zeros(5)), ShapeError, ["bias has shape [5]"]),
        (lambda: F.conv2d(X, W, stride=2, padding="same"), ArgumentError, ["strided convolutions"]),
        (lambda: F.conv2d(X, W, padding="half"), ArgumentError, ["'half'"]),
        (lambda: F.conv2d(X, W, padding=(1, 1, 1)), ArgumentError, ["3 entries"]),
        (lambda: F.conv2d(X, W, stride=(1, 2, 3)), ArgumentError, ["stride is (1, 2, 3)"]),
        (lambda: F.conv2d(X, cl.zeros(4, 4, 3)), ShapeError, ["3 dimensions"]),
        (lambda: F.conv2d(cl.zeros(8, 8), W), ShapeError, ["dimensions"]),
        (lambda: F.conv2d(X.double(), W), TypeError, ["different data types"]),
        (lambda: F.conv2d(X.long(), W), TypeError, ["int64"]),
        (lambda: F.conv2d(X, cl.zeros(0, 4, 3, 3)), ShapeError, ["0 output channels"]),
        (lambda: F.conv2d(X, cl.zeros(6, 4, 0, 3)), ArgumentError, ["kernel is 0"]),
        (
            lambda: F.conv1d(cl.zeros(1, 1, 1), cl.zeros(1, 1, 1), padding=2**61),
            ValueError,
            ["2**63"],
        ),
        (lambda: F.conv2d(X, W, padding=2**40), ValueError, ["2**63"]),
        (lambda: F.conv2d(X, cl.zeros(6, 4, 3, 2), dilation=2**62), ValueError, []),
        (lambda: F.conv2d(X, W, padding=2**62), ValueError, ["64 bits"]),
    ],
    ids=lambda value: None if callable(value) and not isinstance(value, type) else "",
)
def test_refusals(call: Any, error: type[Exception], words: list[str]) -> None:
    with pytest.raises(error) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


def test_an_empty_batch() -> None:
    x = cl.zeros(0, 4, 8, 8, requires_grad=True)
    w = cl.ones(6, 4, 3, 3, requires_grad=True)
    y = F.conv2d(x, w)
    assert y.shape == (0, 6, 6, 6)
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.shape == x.shape
    assert w.grad is not None
    assert (w.grad.numpy() == 0).all()


def test_far_padding_and_wide_dilation_are_computed() -> None:
    """However far the windows reach, only real inputs take part."""
    x, w = cl.ones(1, 1, 1, 1), cl.tensor(np.arange(9.0).reshape(1, 1, 3, 3)).float()
    for far in (2**10, 2**20, 2**30):
        assert F.conv2d(x, w, dilation=far, padding=far).tolist() == [[[[4.0]]]]
        tall = F.conv2d(x, cl.ones(1, 1, 1, 1), stride=far, padding=far)
        assert tall.tolist() == [[[[0, 0, 0], [0, 1, 0], [0, 0, 0]]]]
