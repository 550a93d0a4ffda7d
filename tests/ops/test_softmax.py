"""Softmax and its logarithm: shares, extremes, every axis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import IndexRangeError
from convolens.ops import LogSoftmax, Softmax
from convolens.spec import DType, float32, float64
from tolerance import assert_within

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
@settings(max_examples=80)
def test_every_axis(shape: list[int], data: st.DataObject) -> None:
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    dtype = data.draw(st.sampled_from([float32, float64]))
    x = np.asarray(np.random.default_rng(1).standard_normal(shape), dtype)
    shares, logs = cl.tensor(x).softmax(dim).numpy(), cl.tensor(x).log_softmax(dim).numpy()
    assert_within(Softmax(dim % len(shape)), [x], shares, dtype)
    assert_within(LogSoftmax(dim % len(shape)), [x], logs, dtype)
    np.testing.assert_allclose(shares.sum(axis=dim), 1, rtol=8 * np.finfo(dtype).eps)


@BOTH
def test_extremes(dtype: DType) -> None:
    x = cl.tensor(np.array([[1e4, -1e4], [-1e4, -1e4], [1e4, 1e4 + 1]], dtype))
    share = 1 / (1 + np.e)
    np.testing.assert_allclose(
        x.softmax(1).numpy(), [[1, 0], [0.5, 0.5], [share, 1 - share]], rtol=1e-6
    )
    np.testing.assert_allclose(
        x.log_softmax(1).numpy(),
        [[0, -2e4], [np.log(0.5)] * 2, [np.log(share), np.log(1 - share)]],
        rtol=1e-6,
    )


@BOTH
def test_infinities_and_nan(dtype: DType) -> None:
    rows = np.array([[0, -np.inf], [np.inf, 0], [-np.inf, -np.inf], [np.nan, 0]], dtype)
    shares = cl.tensor(rows).softmax(1).numpy()
    np.testing.assert_array_equal(shares[0], [1, 0])
    assert np.isnan(shares[1]).any()
    assert np.isnan(shares[2:]).all()
    logs = cl.tensor(rows).log_softmax(1).numpy()
    np.testing.assert_array_equal(logs[0], [0, -np.inf])
    assert np.isnan(logs[2:]).all()


@BOTH
def test_shifting_all_numbers_changes_nothing(dtype: DType) -> None:
    x = np.arange(6, dtype=dtype).reshape(2, 3)
    np.testing.assert_array_equal(
        cl.tensor(x).softmax(1).numpy(), cl.tensor(x + 64).softmax(1).numpy()
    )


def test_a_single_number() -> None:
    assert cl.tensor(3.0).softmax(0).item() == 1.0
    assert cl.tensor(3.0).log_softmax(-1).item() == 0.0


def test_no_such_axis() -> None:
    with pytest.raises(IndexRangeError, match="dim is 2, but must be from -2 to 1"):
        cl.ones(2, 3).softmax(2)
