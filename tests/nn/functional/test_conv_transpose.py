"""The functions of transposed convolution: torch's arguments in torch's order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, ShapeError
from convolens.nn import functional as F

FUNCTIONS = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
RANKS = pytest.mark.parametrize("rank", FUNCTIONS)


@RANKS
def test_one_image_is_a_batch_of_one(rank: int) -> None:
    x = cl.randn(4, *(3,) * rank)
    weight, bias = cl.randn(4, 3, *(2,) * rank), cl.randn(6)
    alone = FUNCTIONS[rank](x, weight, bias, 2, 0, 1, 2)
    batch = FUNCTIONS[rank](x.unsqueeze(0), weight, bias, 2, 0, 1, 2)
    assert alone.shape == (6, *(7,) * rank)
    np.testing.assert_array_equal(alone.numpy(), batch[0].numpy())


@RANKS
def test_positions_of_arguments(rank: int) -> None:
    x, weight = cl.randn(1, 2, *(4,) * rank), cl.randn(2, 3, *(3,) * rank)
    named = FUNCTIONS[rank](
        x, weight, None, stride=1, padding=1, output_padding=1, groups=1, dilation=2
    )
    placed = FUNCTIONS[rank](x, weight, None, 1, 1, 1, 1, 2)
    np.testing.assert_array_equal(named.numpy(), placed.numpy())
    assert placed.shape == (1, 3, *(7,) * rank)


X, W = cl.zeros(1, 4, 5, 5), cl.zeros(4, 6, 3, 3)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: F.conv_transpose2d(X, cl.zeros(4, 6, 3)), ShapeError, "3 dimensions, but 4"),
        (lambda: F.conv_transpose1d(X[0, :, 0], W), ShapeError, "conv_transpose1d: the weight"),
        (lambda: F.conv_transpose2d(X[0, 0], W), ShapeError, "dimensions"),
        (lambda: F.conv_transpose2d(X, W, stride=0), ArgumentError, "stride is 0"),
        (lambda: F.conv_transpose2d(X, W, dilation=0), ArgumentError, "dilation is 0"),
        (lambda: F.conv_transpose2d(X, W, padding=-1), ArgumentError, "must not be negative"),
        (lambda: F.conv_transpose2d(X, W, padding=4), ShapeError, "along the height"),
        (lambda: F.conv_transpose2d(X, W, groups=0), ArgumentError, "groups is 0"),
        (lambda: F.conv_transpose2d(X, W.double()), TypeError, "different data types"),
        (lambda: F.conv_transpose2d(X.long(), W), TypeError, "int64"),
        (lambda: F.conv_transpose2d(X, W, padding=2**62), ValueError, ""),
        (lambda: F.conv_transpose2d(X, W, stride=2**40), ValueError, "2**63"),
    ],
    ids=range(12),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)
