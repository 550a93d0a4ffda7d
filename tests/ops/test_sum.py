"""Sums and means: every set of axes, long sums, whole numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import convolens as cl
from convolens.errors import IndexRangeError, ShapeError
from convolens.ops import Mean, Sum
from convolens.spec import DType, float32, float64
from tolerance import assert_within, rounding

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)
SHAPES = [(2, 3, 4, 5), (3, 1, 2), (5, 7), (4,), (), (2, 3, 2, 2, 3)]


@BOTH
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_set_of_axes(shape: tuple[int, ...], dtype: DType) -> None:
    x = np.asarray(np.random.default_rng(1).standard_normal(shape), dtype)
    rank = len(shape)
    for count in range(rank + 1):
        for axes in itertools.combinations(range(rank), count):
            for keepdim in (False, True):
                # Every other axis counted from the end, in any order.
                dims = [a - rank if a % 2 else a for a in reversed(axes)] if axes else None
                own = tuple(range(rank)) if dims is None else axes
                total = cl.tensor(x).sum(dims, keepdim).numpy()
                assert_within(Sum(own, keepdim), [x], total, dtype)
                mean = cl.tensor(x).mean(dims, keepdim).numpy()
                assert_within(Mean(own, keepdim), [x], mean, dtype)


@pytest.mark.parametrize("size", [10**3, 10**5, 3 * 10**6 + 1])
def test_long_sums_stay_exact(size: int) -> None:
    """Chunks of 4,096 are summed in 16 or more partial sums, then the chunks' sums likewise.

    So no number takes part in more than some 2 x 256 additions. One after the other, the largest
    of these sums would be wrong by several per cent.
    """
    x = np.full(size, 0.1, np.float32)
    exact = float(np.float32(0.1)) * size
    bound = (2 * 256 + 16) * rounding(np.float32)
    assert cl.from_numpy(x).sum().item() == pytest.approx(exact, rel=bound)
    assert cl.from_numpy(x).mean().item() == pytest.approx(exact / size, rel=bound)


def test_no_dim_or_no_dims_is_all() -> None:
    x = cl.ones(2, 3)
    assert x.sum().item() == x.sum(dim=()).item() == x.sum(dim=None).item() == 6


def test_whole_numbers_and_truths_sum_to_int64() -> None:
    assert (cl.tensor([1.0, 2.0, 2.0]) == 2).sum().item() == 2
    assert (cl.tensor([1.0, 2.0]) == 2).sum().dtype == "int64"
    assert cl.arange(5).sum().item() == 10
    assert cl.full((300,), 255, dtype="uint8").sum().item() == 76500
    assert cl.arange(6).reshape(2, 3).sum(0).tolist() == [3, 5, 7]


def test_single_numbers_have_the_axes_0_and_minus_1() -> None:
    x = cl.tensor(3.0)
    for dim in (0, -1):
        assert x.sum(dim).item() == 3
        assert x.mean(dim).item() == 3
    with pytest.raises(IndexRangeError):
        x.sum(1)


@pytest.mark.parametrize("dim", [np.int64(0), np.int32(1), np.int64(-1)])
def test_numpys_whole_numbers_are_axes(dim: int) -> None:
    assert cl.ones(2, 3).sum(dim).tolist() == cl.ones(2, 3).sum(int(dim)).tolist()


@pytest.mark.parametrize("dim", [2, -3, (0, 2), (0, 0), (0, -2), 2**40])
def test_no_such_axes(dim: int | tuple[int, ...]) -> None:
    with pytest.raises((IndexRangeError, RuntimeError)):
        cl.ones(2, 3).sum(dim)


def test_the_sum_of_nothing_is_zero_and_its_mean_is_refused() -> None:
    assert cl.zeros(0, 3).sum().item() == 0
    assert cl.zeros(0, 3).sum(0).tolist() == [0, 0, 0]
    assert cl.zeros(0, 3).sum(1).shape == (0,)
    with pytest.raises(ShapeError, match="nothing to average"):
        cl.zeros(0, 3).mean()


def test_gradients_repeat_the_upstream() -> None:
    for shape in SHAPES:
        x = cl.ones(shape, requires_grad=True)
        (x.sum() * 3 + x.mean() * x.numel()).backward()
        assert x.grad is not None
        np.testing.assert_allclose(x.grad.numpy(), 4.0, rtol=1e-6)
