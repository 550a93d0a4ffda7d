"""Layer normalisation: each row by itself, whichever way it lies in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional as F
from convolens.spec import float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


@BOTH
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_each_row_has_mean_0_and_variance_1(dims: int, dtype: Any) -> None:
    x = cl.randn(3, 4, 5, 6).to(dtype) * 3 + 7
    y = F.layer_norm(x, x.shape[-dims:], eps=1e-20).numpy().reshape(*x.shape[:-dims], -1)
    tolerance = 1e-5 if dtype == float32 else 1e-12
    assert np.abs(y.mean(axis=-1)).max() < tolerance
    assert np.abs(y.var(axis=-1) - 1).max() < tolerance


@BOTH
def test_weight_and_bias_are_those_of_places(dtype: Any) -> None:
    x = cl.tensor([[1, 3], [30, 10]]).to(dtype)
    weight, bias = cl.tensor([2, 3]).to(dtype), cl.tensor([0, 100]).to(dtype)
    assert F.layer_norm(x, (2,), weight, bias, 1e-20).tolist() == [[-2, 103], [2, 97]]
    assert F.layer_norm(x, (2,), weight, eps=1e-20).tolist() == [[-2, 3], [2, -3]]
    assert F.layer_norm(x, (2,), None, bias, 1e-20).tolist() == [[-1, 101], [1, 99]]


@BOTH
def test_over_all_axes_but_the_first_it_is_one_group(dtype: Any) -> None:
    x = cl.randn(3, 4, 5, 6).to(dtype)
    rows, groups = F.layer_norm(x, (4, 5, 6)), F.group_norm(x, 1)
    np.testing.assert_allclose(rows.numpy(), groups.numpy(), atol=1e-6)


@BOTH
def test_rows_without_numbers_and_no_rows(dtype: Any) -> None:
    for shape in ((3, 0), (0, 4)):
        x = cl.zeros(*shape, dtype=dtype, requires_grad=True)
        weight = cl.ones(shape[1], dtype=dtype, requires_grad=True)
        y = F.layer_norm(x, shape[1:], weight)
        assert y.shape == shape
        y.sum().backward()
        assert weight.grad is not None
        assert weight.grad.tolist() == [0] * shape[1]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: F.layer_norm(x, (3,)), ShapeError, "ends in [4], but normalized_shape is [3]"),
        (lambda x: F.layer_norm(x, ()), ArgumentError, "normalized_shape is empty"),
        (lambda x: F.layer_norm(x[0], (3, 4)), ShapeError, "ends in [4]"),
        (lambda x: F.layer_norm(x, (4,), cl.ones(3)), ShapeError, "weight has shape [3]"),
        (lambda x: F.layer_norm(x, (4,), None, cl.ones(3)), ShapeError, "bias has shape [3]"),
        (lambda x: F.layer_norm(x.long(), (4,)), TypeError, "int64"),
    ],
    ids=range(6),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        call(cl.randn(2, 4))
    assert words in str(caught.value)
