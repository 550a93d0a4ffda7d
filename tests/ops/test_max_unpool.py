"""Max unpooling: there and back again, sizes that are not known, and indices that name no pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, IndexRangeError, ShapeError
from convolens.nn import functional as F
from convolens.spec import float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


@BOTH
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_the_largest_numbers_come_back_and_the_others_are_zero(rank: int, dtype: Any) -> None:
    x = cl.randn(2, 17, *(7, 6, 4)[:rank]).to(dtype)
    pool, unpool = getattr(F, f"max_pool{rank}d"), getattr(F, f"max_unpool{rank}d")
    y, indices = pool(x, 2, return_indices=True)
    back = unpool(y, indices, 2, output_size=x.shape)
    assert back.shape == x.shape
    kept = back.numpy() != 0
    assert kept.sum() == y.numel()
    np.testing.assert_array_equal(back.numpy()[kept], x.numpy()[kept])
    np.testing.assert_array_equal(pool(back.relu(), 2).numpy(), y.relu().numpy())


@BOTH
def test_gradients_go_back_to_their_places(dtype: Any) -> None:
    y = cl.tensor([[[[5, 7]]]]).to(dtype).requires_grad_()
    image = F.max_unpool2d(y, cl.tensor([[[[3, 4]]]]), (2, 2), output_size=(2, 4))
    assert image.tolist() == [[[[0, 0, 0, 5], [7, 0, 0, 0]]]]
    (image * cl.arange(8).to(dtype).reshape(1, 1, 2, 4)).sum().backward()
    assert y.grad is not None
    assert y.grad.tolist() == [[[[3, 4]]]]


@BOTH
def test_the_last_of_several_numbers_for_one_place_stays(dtype: Any) -> None:
    y = cl.tensor([[[1, 2]]]).to(dtype)
    assert F.max_unpool1d(y, cl.tensor([[[1, 1]]]), 2).tolist() == [[[0, 2, 0, 0]]]


def test_several_sizes_are_pooled_to_one() -> None:
    y, indices = cl.ones(1, 1, 2, 2), cl.zeros(1, 1, 2, 2).long()
    assert F.max_unpool2d(y, indices, 3, 2).shape == (1, 1, 5, 5)
    assert F.max_unpool2d(y, indices, 3, 2, 1).shape == (1, 1, 3, 3)
    assert F.max_unpool2d(y, indices, 3, 2, output_size=(6, 4)).shape == (1, 1, 6, 4)
    assert F.max_unpool2d(y, indices, 3, 2, output_size=(1, 1, 6, 4)).shape == (1, 1, 6, 4)
    assert F.max_unpool2d(y[0], indices[0], 2).shape == (1, 4, 4)
    assert F.max_unpool2d(y[:0], indices[:0], 2).shape == (0, 1, 4, 4)


def unpool(y: Any, indices: Any, *arguments: Any, **options: Any) -> Any:
    return F.max_unpool2d(y, indices, *arguments, **options)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda y, i: unpool(y, i + 16, 2), IndexRangeError, "index 16, but the image has 16"),
        (lambda y, i: unpool(y.double(), i - 1, 2), IndexRangeError, "invalid index -1"),
        (lambda y, i: unpool(y, i - 2**62, 2), IndexRangeError, "invalid index"),
        (lambda y, i: unpool(y, i.float(), 2), TypeError, "int64 is needed"),
        (lambda y, i: unpool(y, i[..., :1], 2), ShapeError, "indices have"),
        (lambda y, i: unpool(y, i, 2, 0), ArgumentError, "stride is 0"),
        (lambda y, i: unpool(y, i, 2, output_size=(6, 4)), ArgumentError, "must be from 3 to 5"),
        (lambda y, i: unpool(y, i, 2, output_size=(5,)), ArgumentError, "has 1 numbers"),
        (lambda y, i: unpool(y, i, 2, padding=3), ArgumentError, "output_size is -2"),
        (lambda y, i: unpool(y[0, 0], i[0, 0], 2), ShapeError, "dimensions"),
        (lambda y, i: unpool(y.long(), i, 2), TypeError, "int64"),
    ],
    ids=range(11),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        call(cl.ones(1, 1, 2, 2), cl.zeros(1, 1, 2, 2).long())
    assert words in str(caught.value)


def test_a_wrong_index_in_the_backward_pass_is_refused_too() -> None:
    from convolens import ops
    from convolens.tensor import apply

    g = cl.ones(1, 1, 4, 4)
    with pytest.raises(IndexRangeError, match="index 16"):
        apply(ops.MaxUnpoolGrad((4, 4)), cl.full((1, 1, 2, 2), 16).long(), g)
