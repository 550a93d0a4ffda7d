"""Labels as rows with a single 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

import convolens as cl
from convolens.errors import DTypeError, IndexRangeError, ShapeError
from convolens.nn.functional import one_hot


@given(array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4), st.integers(1, 6))
def test_a_one_at_each_label(shape: tuple[int, ...], classes: int) -> None:
    labels = np.asarray(np.random.default_rng(0).integers(0, classes, shape), np.int64)
    rows = one_hot(cl.tensor(labels), classes)
    assert rows.dtype == "int64"
    np.testing.assert_array_equal(rows.numpy(), np.eye(classes, dtype=np.int64)[labels])
    if labels.size:
        assert one_hot(cl.tensor(labels)).shape == (*shape, labels.max() + 1)


@pytest.mark.parametrize(
    ("labels", "classes", "error", "words"),
    [
        (cl.tensor([0.0]), 2, DTypeError, "float32"),
        (cl.tensor([0], dtype="int32"), 2, DTypeError, "int32"),
        (cl.tensor([0, 2]), 2, IndexRangeError, "label 2 .* 2 classes"),
        (cl.tensor([0, -1]), 2, IndexRangeError, "label -1"),
        (cl.tensor([-1]), -1, IndexRangeError, "label -1"),
        (cl.tensor([0]), -2, ShapeError, "num_classes is -2"),
        (cl.zeros(0, dtype="int64"), -1, ShapeError, "from no label"),
        (cl.zeros(0, dtype="int64"), 0, ShapeError, "num_classes is 0"),
    ],
    ids=range(8),
)
def test_refusals(labels: cl.Tensor, classes: int, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        one_hot(labels, classes)
