"""Regular numbers: values beside NumPy's, types, ends, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, MemoryLimitError, ShapeError


@given(
    st.integers(-50, 50),
    st.integers(-50, 50),
    st.integers(1, 9),
    st.sampled_from([None, "float32", "float64", "int32"]),
)
def test_steps_of_whole_numbers(start: int, end: int, step: int, dtype: str | None) -> None:
    step = step if end >= start else -step
    x = cl.arange(start, end, step, dtype=dtype)
    assert x.dtype == (dtype or "int64")
    assert x.tolist() == list(range(start, end, step))


def test_steps_of_other_numbers() -> None:
    assert cl.arange(0.5, 2).tolist() == [0.5, 1.5]
    assert cl.arange(1.0).dtype == cl.arange(0, 1, 0.25).dtype == "float32"
    assert cl.arange(0, 1, 0.25).tolist() == [0, 0.25, 0.5, 0.75]
    assert cl.arange(1, -1, -0.5).tolist() == [1, 0.5, 0, -0.5]
    assert cl.arange(0.5, 3, dtype="int64").tolist() == [0, 1, 2]
    assert cl.arange(0).shape == cl.arange(3, 3).shape == (0,)
    assert cl.arange(3.0, requires_grad=True).requires_grad


@given(
    st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.integers(0, 40), st.sampled_from(["f4", "f8"])
)
def test_equal_parts(start: float, end: float, steps: int, dtype: str) -> None:
    x = cl.linspace(start, end, steps, dtype=dtype)
    assert x.dtype == dtype
    assert x.shape == (steps,)
    np.testing.assert_array_equal(x.numpy(), np.linspace(start, end, steps).astype(dtype))
    if steps > 1:
        assert x[0].item() == np.dtype(dtype).type(start)
        assert x[-1].item() == np.dtype(dtype).type(end)


def test_parts_in_another_type() -> None:
    assert cl.linspace(0, 5, 4, dtype="int64").tolist() == [0, 1, 3, 5]
    assert cl.linspace(3, 5, 1).tolist() == [3]
    assert cl.linspace(0, 1, 2, requires_grad=True).requires_grad


@pytest.mark.parametrize("sizes", [(3,), (2, 3), (3, 2), (0,), (0, 3), (1, 1)], ids=str)
def test_the_unit_matrix(sizes: tuple[int, ...]) -> None:
    for dtype in ("float32", "int64", "bool"):
        x = cl.eye(*sizes, dtype=dtype)
        assert x.dtype == dtype
        np.testing.assert_array_equal(x.numpy(), np.eye(*sizes, dtype=dtype))
    assert cl.eye(*sizes, requires_grad=True).requires_grad


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: cl.arange(0, 3, 0), ArgumentError, "steps of 0"),
        (lambda: cl.arange(3, 0), ArgumentError, "from 3 to 0"),
        (lambda: cl.arange(0, 3, -1), ArgumentError, "steps of -1"),
        (lambda: cl.arange(math.inf), ArgumentError, "from 0 to inf"),
        (lambda: cl.arange(math.nan), ArgumentError, "from 0 to nan"),
        (lambda: cl.arange(0, 1, math.nan), ArgumentError, "steps of nan"),
        (lambda: cl.arange(2**63, 2**63 + 2), ArgumentError, "do not fit 64 bits"),
        (lambda: cl.arange(2**62), MemoryLimitError, "no memory"),
        (lambda: cl.linspace(0, 1, 2**63 - 1), ShapeError, "bytes"),
        (lambda: cl.linspace(0, 1, 2**45), MemoryLimitError, "no memory"),
        (lambda: cl.arange("a"), TypeError, "str"),
        (lambda: cl.linspace(0, 1, -1), ArgumentError, "steps is -1"),
        (lambda: cl.linspace(0, 1, 2.5), TypeError, "float"),
        (lambda: cl.eye(-1), ArgumentError, "-1 and -1"),
        (lambda: cl.eye(2, -3), ArgumentError, "2 and -3"),
        (lambda: cl.eye(2.5), DTypeError, "whole numbers"),
        (lambda: cl.eye(2**40, 2**40), ShapeError, "64 bits|bytes"),
    ],
    ids=range(17),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
