"""Transposed convolution: its definition, number by number, and what it is the transpose of."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import ops
from convolens.errors import ArgumentError
from convolens.nn import functional as F
from convolens.ops import ConvTranspose
from convolens.ops._conv_geometry import ConvGeometry
from convolens.ops._op import shared
from convolens.ops._taps import Window, transposed
from convolens.spec import TensorSpec


@st.composite
def calls(draw: st.DrawFn) -> tuple[ConvTranspose, list[np.ndarray]]:
    rank = draw(st.sampled_from((1, 2, 2, 3)))
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    kernel, stride, dilation, padding, extra, sizes = [], [], [], [], [], []
    for _ in range(rank):
        k, s, d = (draw(st.integers(1, high)) for high in (3, 3, 3))
        size = draw(st.integers(1, 4))
        room = (size - 1) * s + d * (k - 1)  # cells that may go, but one
        before = draw(st.integers(0, min(3, room)))
        after = draw(st.integers(0, min(3, room - before)))
        kernel.append(k)
        stride.append(s)
        dilation.append(d)
        padding.append((before, after))
        extra.append(draw(st.integers(0, max(s, d) - 1)))
        sizes.append(size)
    op = ConvTranspose(tuple(stride), tuple(padding), tuple(dilation), groups, tuple(extra))
    c, k = (groups * draw(st.integers(1, 2)) for _ in range(2))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    shapes = [(draw(st.integers(1, 2)), c, *sizes), (c, k // groups, *kernel), (k,)]
    return op, [random.standard_normal(shape) for shape in shapes]


def by_hand(op: ConvTranspose, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Add a scaled kernel for each input, one number at a time."""
    y = np.zeros(op.infer(*map(spec_of, (x, weight, bias))).shape)
    y += bias.reshape(-1, *(1,) * op.rank)
    inputs, outputs = weight.shape[0] // op.groups, weight.shape[1]
    before = [pair[0] for pair in op.padding]
    for n, c in product(range(x.shape[0]), range(x.shape[1])):
        for k, i, r in product(
            range(outputs), np.ndindex(*x.shape[2:]), np.ndindex(*weight.shape[2:])
        ):
            place = [
                a * s + t * d - b
                for a, s, t, d, b in zip(i, op.stride, r, op.dilation, before, strict=True)
            ]
            if all(0 <= p < size for p, size in zip(place, y.shape[2:], strict=True)):
                y[(n, c // inputs * outputs + k, *place)] += weight[(c, k, *r)] * x[(n, c, *i)]
    return y


def spec_of(array: np.ndarray) -> TensorSpec:
    return TensorSpec(array.shape, array.dtype)


@given(calls())
@settings(max_examples=60)
def test_the_definition(call: tuple[ConvTranspose, list[np.ndarray]]) -> None:
    op, arrays = call
    np.testing.assert_allclose(op.reference(*arrays), by_hand(op, *arrays), rtol=1e-12, atol=1e-12)


@given(calls())
@settings(max_examples=100)
def test_it_is_the_adjoint_of_the_convolution(
    call: tuple[ConvTranspose, list[np.ndarray]],
) -> None:
    """<conv(y), x> = <y, convT(x)>, for the outputs that belong to x."""
    op, (x, weight, _) = call
    big = op.reference(x, weight)
    y = np.random.default_rng(1).standard_normal(big.shape)
    read = ops.Conv(**shared(op, ConvGeometry)).reference(y, weight)
    own = read[(..., *(slice(size) for size in x.shape[2:]))]
    scale = np.abs(y).sum() * np.abs(weight).max() * np.abs(x).max() + 1
    assert abs(np.vdot(own, x) - np.vdot(y, big)) <= 1e-13 * scale


@given(calls())
@settings(max_examples=60)
def test_sizes_are_those_of_the_tap_table(
    call: tuple[ConvTranspose, list[np.ndarray]],
) -> None:
    op, (x, weight, _) = call
    sizes = op.infer(spec_of(x), spec_of(weight)).shape[2:]
    for axis, size in enumerate(sizes):
        before, after = op.padding[axis]
        if before == after:
            table = transposed(
                x.shape[2 + axis],
                weight.shape[2 + axis],
                op.stride[axis],
                before,
                op.dilation[axis],
                op.output_padding[axis],
            )
            assert len(table) == size


def test_where_the_input_gradient_is_defined_both_are_one() -> None:
    random = np.random.default_rng(0)
    x, weight = random.standard_normal((2, 4, 3, 5)), random.standard_normal((4, 3, 3, 3))
    op = ConvTranspose((2, 1), ((1, 1), (0, 2)), (1, 2), 2, (1, 0))
    sizes = op.infer(spec_of(x), spec_of(weight)).shape[2:]
    gradient = ops.ConvInputGrad(**shared(op, ConvGeometry), sizes=sizes)
    np.testing.assert_array_equal(op.reference(x, weight), gradient.reference(weight, x))


#: input, kernel, stride, padding, output_padding -> outputs. Dumoulin and Visin's animations.
ANIMATIONS = {
    "no padding, no strides": (2, 3, 1, 0, 0, 4),
    "arbitrary padding": (6, 4, 1, 2, 0, 5),
    "half padding": (5, 3, 1, 1, 0, 5),
    "full padding": (7, 3, 1, 2, 0, 5),
    "no padding, strides": (2, 3, 2, 0, 0, 5),
    "padding, strides": (3, 3, 2, 1, 0, 5),
    "padding, strides, odd": (3, 3, 2, 1, 1, 6),
}


@pytest.mark.parametrize("case", ANIMATIONS.values(), ids=list(ANIMATIONS))
def test_sizes_of_the_animations(case: tuple[int, ...]) -> None:
    size, kernel, stride, padding, extra, outputs = case
    y = F.conv_transpose2d(
        cl.zeros(1, 1, size, size), cl.zeros(1, 1, kernel, kernel), None, stride, padding, extra
    )
    assert y.shape == (1, 1, outputs, outputs)
    assert F.conv2d(y, cl.zeros(1, 1, kernel, kernel), None, stride, padding).shape[2] == size


def test_the_shape_comes_back_but_not_the_values() -> None:
    x = cl.randn(1, 1, 5, 5)
    weight = cl.randn(1, 1, 3, 3)
    back = F.conv_transpose2d(F.conv2d(x, weight, stride=2), weight, stride=2)
    assert back.shape == x.shape
    assert np.abs(back.numpy() - x.numpy()).max() > 0.1


def test_output_padding_adds_cells_that_only_the_bias_fills() -> None:
    x, weight, bias = cl.ones(1, 1, 2), cl.ones(1, 1, 2), cl.full((1,), 7.0)
    plain = F.conv_transpose1d(x, weight, bias, stride=3)
    longer = F.conv_transpose1d(x, weight, bias, stride=3, output_padding=2)
    assert plain.tolist() == [[[8, 8, 7, 8, 8]]]
    assert longer.tolist() == [[[8, 8, 7, 8, 8, 7, 7]]]


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_stride_beyond_the_kernel_leaves_gaps(stride: int) -> None:
    y = F.conv_transpose2d(cl.ones(1, 3, 4, 4), cl.ones(3, 2, 1, 1), stride=stride)
    expected = np.zeros((3 * stride + 1, 3 * stride + 1))
    if stride == 1:
        expected = np.zeros((4, 4))
    expected[::stride, ::stride] = 3
    assert y[0, 1].tolist() == expected.tolist()


ALGORITHMS = ("product", "direct", "gather", "scatter", "row_scatter", "reference")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("groups", [1, 2])
def test_every_algorithm_adds_the_bias(algorithm: str, groups: int) -> None:
    if algorithm in ("product", "row_scatter") and groups == 2:
        pytest.skip(f"{algorithm} has one group")
    kernel, stride = ((1, 1), (1, 1)) if algorithm == "product" else ((3, 2), (2, 1))
    op = ConvTranspose(stride, ((0, 0), (0, 0)), (1, 1), groups)
    random = np.random.default_rng(0)
    x, weight, bias = (
        random.standard_normal(shape).astype(np.float32)
        for shape in ((2, 6, 5, 4), (6, 34 // groups, *kernel), (34,))
    )
    with cl.algorithm(algorithm):
        computed = F.conv_transpose2d(
            cl.tensor(x), cl.tensor(weight), cl.tensor(bias), stride, groups=groups
        )
    wide = [a.astype(np.float64) for a in (x, weight, bias)]
    length = op.cost(*map(spec_of, (x, weight, bias))).sum_length
    limit = length * 2**-24 * 1.01 * op.reference(*map(np.abs, wide))
    assert (np.abs(computed.numpy() - op.reference(*wide)) <= limit).all()


def test_two_derivatives() -> None:
    """By finite differences of the gradient, in all inputs at once."""
    random = np.random.default_rng(3)
    arrays = [random.standard_normal(s) for s in ((1, 2, 3, 2), (2, 2, 2, 3), (2,))]
    directions = [random.standard_normal(a.shape) for a in arrays]

    def slope(step: float) -> tuple[float, Any]:
        inputs = [
            cl.tensor(a + step * d, requires_grad=True)
            for a, d in zip(arrays, directions, strict=True)
        ]
        y = F.conv_transpose2d(*inputs, stride=2, padding=(0, 1), output_padding=1)
        first = cl.autograd.grad((y * y * y).sum(), inputs, create_graph=True)
        total = sum((g * cl.tensor(d)).sum() for g, d in zip(first, directions, strict=True))
        return total.item(), (total, inputs)

    _, (total, inputs) = slope(0.0)
    second = cl.autograd.grad(total, inputs)
    computed = sum(float((g.numpy() * d).sum()) for g, d in zip(second, directions, strict=True))
    step = 1e-5
    measured = (slope(step)[0] - slope(-step)[0]) / (2 * step)
    assert measured == pytest.approx(computed, rel=1e-7)


def test_an_empty_batch() -> None:
    x = cl.zeros(0, 2, 3, 3, requires_grad=True)
    weight = cl.ones(2, 4, 2, 2, requires_grad=True)
    y = F.conv_transpose2d(x, weight, cl.ones(4), stride=2)
    assert y.shape == (0, 4, 6, 6)
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.shape == x.shape
    assert weight.grad is not None
    assert (weight.grad.numpy() == 0).all()


def test_cost_counts_the_products_that_reach_the_output() -> None:
    op = ConvTranspose((2,), ((1, 1),), (1,))
    x, weight = TensorSpec((1, 2, 4)), TensorSpec((2, 3, 3))
    table = Window(3, 2, (1, 1)).taps(7)
    assert op.cost(x, weight).multiply_adds == int((table >= 0).sum()) * 2 * 3
    padded = ConvTranspose((1, 1), ((0, 0), (0, 0)), (1, 1))
    image, square = TensorSpec((1, 8, 5, 5)), TensorSpec((8, 4, 3, 3))
    assert padded.cost(image, square).multiply_adds == prod((8, 4, 25, 9))


def test_equal_attributes_are_equal_operators() -> None:
    pads = ((0, 0),)
    assert ConvTranspose((1,), pads, (1,)) == ConvTranspose((1,), pads, (1,), 1, (0,))


@pytest.mark.parametrize("name", ["same", "valid", "full"])
def test_paddings_have_no_names(name: str) -> None:
    with pytest.raises(TypeError, match="takes whole numbers"):
        F.conv_transpose2d(cl.zeros(1, 1, 2, 2), cl.zeros(1, 1, 2, 2), padding=name)  # type: ignore[arg-type]


def test_three_entries_for_two_axes() -> None:
    with pytest.raises(ArgumentError, match=r"output_padding is \(1, 1, 1\)"):
        F.conv_transpose2d(
            cl.zeros(1, 1, 2, 2), cl.zeros(1, 1, 2, 2), stride=2, output_padding=(1, 1, 1)
        )
