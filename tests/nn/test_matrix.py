"""Convolution as a matrix: the same numbers, its transpose, its rank, and what can be undone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError
from convolens.nn.matrix import SparseMatrix

CONVS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSES = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}


def check(layer: Any, shape: tuple[int, ...]) -> SparseMatrix:
    """Compare y = A x + bias with the layer, within the rounding of both sums."""
    layer.double()
    matrix = nn.conv_matrix(layer, shape)
    x = cl.randn(*shape).double()
    y = layer(x).detach().numpy()
    bias = layer.bias.detach().numpy().reshape(-1, *(1,) * layer.rank)
    flat = x.numpy().reshape(-1)
    absolute = SparseMatrix(matrix.shape, matrix.rows, matrix.columns, np.abs(matrix.values))
    length = 2 * (np.bincount(matrix.rows, minlength=1).max(initial=0) + 1)
    magnitude = (absolute @ np.abs(flat)).reshape(y.shape) + np.abs(bias)
    difference = np.abs((matrix @ flat).reshape(y.shape) + bias - y)
    assert (difference <= length * 2**-53 * 1.01 * magnitude).all()
    np.testing.assert_allclose(matrix.dense() @ flat, matrix @ flat, rtol=1e-12, atol=1e-12)
    return matrix


@given(st.data())
@settings(max_examples=60)
def test_any_convolution(data: st.DataObject) -> None:
    rank = data.draw(st.sampled_from((1, 2, 2, 3)))
    groups = data.draw(st.integers(1, 2))
    mode = data.draw(st.sampled_from(("zeros", "zeros", "reflect", "replicate", "circular")))
    padding = data.draw(st.sampled_from((0, 1, 2, "full", "valid", "same_tf", "same_fixed")))
    layer = CONVS[rank](
        2 * groups,
        groups,
        tuple(data.draw(st.integers(1, 3)) for _ in range(rank)),
        tuple(data.draw(st.integers(1, 3)) for _ in range(rank)),
        padding,
        data.draw(st.integers(1, 2)),
        groups,
        padding_mode=mode,
    )
    check(layer, (2 * groups, *(data.draw(st.integers(5, 7)) for _ in range(rank))))


@given(st.data())
@settings(max_examples=60)
def test_any_transposed_convolution(data: st.DataObject) -> None:
    rank = data.draw(st.sampled_from((1, 2, 2, 3)))
    groups, stride, dilation = (data.draw(st.integers(1, 3)) for _ in range(3))
    layer = TRANSPOSES[rank](
        groups,
        2 * groups,
        tuple(data.draw(st.integers(1, 3)) for _ in range(rank)),
        stride,
        data.draw(st.integers(0, 1)),
        data.draw(st.integers(0, max(stride, dilation) - 1)),
        groups,
        dilation=dilation,
    )
    check(layer, (groups, *(data.draw(st.integers(3, 4)) for _ in range(rank))))


@pytest.mark.parametrize("rank", CONVS)
def test_the_transposed_convolution_is_the_transpose(rank: int) -> None:
    """Entry for entry, with the same weight: [K, C, *R] there is [C, K, *R] here."""
    options = {"stride": 2, "padding": 1, "groups": 2}
    conv = CONVS[rank](4, 6, 3, **options)
    back = TRANSPOSES[rank](6, 4, 3, **options)
    back.weight.data = conv.weight.data
    forth = nn.conv_matrix(conv, (4, *(5,) * rank)).dense()
    np.testing.assert_array_equal(nn.conv_matrix(back, (6, *(3,) * rank)).dense(), forth.T)


def test_connections_are_sparse() -> None:
    """5x5 with a 3x3 kernel and stride 2: 4x25, of rank 4, 36 % of it not zero."""
    matrix = nn.conv_matrix(nn.Conv2d(1, 1, 3, stride=2), (1, 5, 5))
    assert matrix.shape == (4, 25)
    assert matrix.density == 0.36
    assert np.count_nonzero(matrix.dense()) == 36
    assert np.linalg.matrix_rank(matrix.dense()) == 4
    assert repr(matrix) == "SparseMatrix(4x25, 36 entries)"
    assert matrix.T.T.dense().tolist() == matrix.dense().tolist()


def test_products_with_columns() -> None:
    matrix = nn.conv_matrix(nn.Conv1d(1, 2, 3), (1, 6))
    x = np.random.default_rng(0).standard_normal((6, 4))
    np.testing.assert_allclose(matrix @ x, matrix.dense() @ x, rtol=1e-12, atol=1e-12)
    with pytest.raises(ShapeError, match=r"6 columns, but the vector has shape \[5\]"):
        matrix @ x[:5, 0]


def recovered(layer: Any, x: cl.Tensor) -> Any:
    return nn.deconvolve(layer, layer(x), x.shape)


def test_a_full_convolution_can_be_undone() -> None:
    """8x8 through a full-padded 3x3 kernel: the error is that of the matrix' condition."""
    cl.manual_seed(3)
    layer, x = nn.Conv2d(1, 1, 3, padding="full").double(), cl.randn(1, 8, 8).double()
    found = recovered(layer, x)
    assert found.unique
    assert (found.rank, found.unknowns) == (64, 64)
    error = np.abs(found.input.numpy() - x.numpy()).max()
    condition = np.linalg.cond(nn.conv_matrix(layer, x.shape).dense())
    assert error <= 10 * condition * np.finfo(float).eps * np.abs(x.numpy()).max()
    assert error < 1e-13
    assert found.residual < 1e-13
    assert "determines the input" in found.explain()


def test_a_strided_one_cannot() -> None:
    layer, x = nn.Conv2d(1, 1, 3, stride=2).double(), cl.randn(1, 5, 5).double()
    found = recovered(layer, x)
    assert not found.unique
    assert (found.rank, found.unknowns) == (4, 25)
    text = found.explain()
    assert "rank 4, but the input has 25 numbers" in text
    assert "cannot be undone" in text
    assert "21 dimensions" in text
    np.testing.assert_allclose(
        layer(found.input).detach().numpy(), layer(x).detach().numpy(), rtol=0, atol=1e-13
    )
    assert np.linalg.norm(found.input.numpy()) < np.linalg.norm(x.numpy())


def test_the_transposed_convolution_restores_the_shape_alone() -> None:
    layer, x = nn.Conv2d(1, 1, 3, padding="full").double(), cl.randn(1, 8, 8).double()
    back = nn.ConvTranspose2d(1, 1, 3, padding=2, bias=False).double()
    back.weight.data = layer.weight.data
    y = back(layer(x))
    assert y.shape == x.shape
    assert np.abs(y.detach().numpy() - x.numpy()).max() > 0.1


def test_types_and_bias() -> None:
    layer = nn.Conv1d(2, 3, 3, padding="full")
    x = cl.randn(2, 6)
    found = recovered(layer, x)
    assert found.input.dtype == cl.float32
    assert found.input.shape == (2, 6)
    assert np.abs(found.input.numpy() - x.numpy()).max() < 1e-4
    transpose = nn.ConvTranspose2d(1, 2, 2, stride=2).double()
    x = cl.randn(1, 3, 3).double()
    np.testing.assert_allclose(recovered(transpose, x).input.numpy(), x.numpy(), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: nn.conv_matrix(nn.Linear(1, 1), (1, 5)), TypeError, "no convolution layer"),  # type: ignore[arg-type]
        (lambda: nn.conv_matrix(nn.Conv2d(2, 1, 3), (1, 5, 5)), ShapeError, "1 channel,"),
        (
            lambda: nn.conv_matrix(nn.Conv2d(1, 1, 3), (1, 1, 5, 5)),
            ShapeError,
            "4 dimensions, but 3",
        ),
        (lambda: nn.conv_matrix(nn.Conv2d(64, 64, 3), (64, 99, 99)), ArgumentError, "entries"),
        (lambda: nn.conv_matrix(nn.Conv2d(1, 1, 9), (1, 5, 5)), ShapeError, "covers 9 inputs"),
        (lambda: nn.conv_matrix(nn.ConvTranspose2d(2, 1, 3), (1, 5, 5)), ShapeError, "1 channels"),
        (
            lambda: nn.deconvolve(nn.Conv2d(1, 1, 3), cl.zeros(1, 4, 4), (1, 5, 5)),
            ShapeError,
            "16 numbers, but the layer gives 9",
        ),
        (
            lambda: nn.deconvolve(nn.Conv2d(1, 1, 3), cl.zeros(1, 98, 98), (1, 100, 100)),
            ArgumentError,
            "too large",
        ),
    ],
    ids=range(8),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)
