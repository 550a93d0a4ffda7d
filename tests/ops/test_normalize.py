"""Normalisations of channels: by hand, with running averages, and at the edges of floats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ArgumentError, DTypeError, ShapeError
from convolens.nn import functional as F
from convolens.spec import float32, float64

BOTH = pytest.mark.parametrize("dtype", [float32, float64], ids=str)


def sets(x: np.ndarray, groups: int) -> list[tuple[Any, ...]]:
    """Return an index of x for each set of numbers that has a mean of its own."""
    n, c = x.shape[:2]
    if groups == 0:
        return [(slice(None), channel) for channel in range(c)]
    width = c // groups
    return [(i, slice(g * width, (g + 1) * width)) for i in range(n) for g in range(groups)]


@BOTH
@pytest.mark.parametrize("groups", [0, 1, 2, 6])
@pytest.mark.parametrize("shape", [(3, 6), (2, 6, 5), (4, 6, 3, 5), (2, 6, 2, 3, 2)])
def test_each_set_has_mean_0_and_variance_1(
    shape: tuple[int, ...], groups: int, dtype: Any
) -> None:
    if groups == 6 and len(shape) == 2:
        return  # one number each
    x = cl.randn(*shape).to(dtype) * 3 + 7
    if groups == 0:
        y = F.batch_norm(x, None, None, training=True, eps=1e-20)
    elif groups == 6:
        y = F.instance_norm(x, eps=1e-20)
    else:
        y = F.group_norm(x, groups, eps=1e-20)
    tolerance = 1e-5 if dtype == float32 else 1e-12
    for index in sets(x.numpy(), groups):
        assert abs(y.numpy()[index].mean()) < tolerance
        assert abs(y.numpy()[index].var() - 1) < tolerance


@BOTH
def test_weight_and_bias_are_those_of_channels(dtype: Any) -> None:
    x = cl.tensor([[1, 10], [3, 30]]).to(dtype)
    weight, bias = cl.tensor([2, 3]).to(dtype), cl.tensor([0, 100]).to(dtype)
    options = {"training": True, "eps": 1e-20}
    y = F.batch_norm(x, None, None, weight, bias, **options)
    assert y.tolist() == [[-2, 97], [2, 103]]
    assert F.batch_norm(x, None, None, weight, **options).tolist() == [[-2, -3], [2, 3]]
    assert F.batch_norm(x, None, None, None, bias, **options).tolist() == [[-1, 99], [1, 101]]


@BOTH
def test_a_large_mean_cancels(dtype: Any) -> None:
    """The variance is that of deviations, not a difference of large squares."""
    x = cl.tensor(np.array([[1e6 + 1], [1e6 + 2], [1e6 + 3]])).to(dtype)
    y = F.batch_norm(x, None, None, training=True, eps=1e-12)
    np.testing.assert_allclose(y.numpy()[:, 0], [-np.sqrt(1.5), 0, np.sqrt(1.5)], rtol=1e-6)


@BOTH
def test_the_gradient_has_no_part_along_mean_and_variance(dtype: Any) -> None:
    """y does not change where x is moved or stretched, so its gradient is orthogonal to both."""
    x = cl.randn(4, 3, 5, 5).to(dtype).requires_grad_()
    g = cl.randn(4, 3, 5, 5).to(dtype)
    F.batch_norm(x, None, None, training=True, eps=1e-20).backward(g)
    assert x.grad is not None
    slope, numbers = x.grad.numpy(), x.detach().numpy()
    limit = 1e-4 if dtype == float32 else 1e-12
    assert np.abs(slope.sum(axis=(0, 2, 3))).max() < limit
    assert np.abs((slope * numbers).sum(axis=(0, 2, 3))).max() < limit


@BOTH
def test_running_averages_move_and_are_used(dtype: Any) -> None:
    x = cl.tensor([[1], [3]]).to(dtype)
    mean, var = cl.zeros(1, dtype=dtype), cl.ones(1, dtype=dtype)
    F.batch_norm(x, mean, var, training=True, momentum=0.5)
    assert (mean.item(), var.item()) == (1, 1.5)  # the variance as that of a sample: 2
    y = F.batch_norm(cl.full((1, 1), 4.0, dtype=dtype), mean, var, eps=0.0)
    np.testing.assert_allclose(y.item(), 3 / np.sqrt(1.5), rtol=1e-6)
    assert (mean.item(), var.item()) == (1, 1.5)


@BOTH
def test_running_averages_of_images(dtype: Any) -> None:
    x = cl.tensor([[[1, 3]], [[10, 30]]]).to(dtype)
    mean, var = cl.zeros(1, dtype=dtype), cl.zeros(1, dtype=dtype)
    F.instance_norm(x, mean, var, momentum=1.0)
    np.testing.assert_allclose([mean.item(), var.item()], [11, 101], rtol=1e-6)
    y = F.instance_norm(x, mean, var, use_input_stats=False, eps=0.0)
    np.testing.assert_allclose(y.numpy()[0, 0, 0], -10 / np.sqrt(101), rtol=1e-6)


def test_a_refused_batch_leaves_running_averages_alone() -> None:
    mean, var = cl.zeros(2), cl.ones(2)
    with pytest.raises(ShapeError):
        F.batch_norm(cl.randn(4, 2), mean, var, cl.ones(3), training=True)
    assert mean.tolist() == [0, 0]
    assert var.tolist() == [1, 1]


@BOTH
def test_an_empty_batch_gives_an_empty_one(dtype: Any) -> None:
    weight = cl.ones(3, dtype=dtype, requires_grad=True)
    mean, var = cl.zeros(3, dtype=dtype), cl.ones(3, dtype=dtype)
    for shape in ((0, 3, 4, 4), (2, 3, 0, 4)):
        x = cl.zeros(*shape, dtype=dtype, requires_grad=True)
        for y in (
            F.batch_norm(x, mean, var, weight, training=True),
            F.batch_norm(x, mean, var, weight),
            F.group_norm(x, 3, weight),
            F.instance_norm(x, weight=weight),
        ):
            assert y.shape == shape
            y.sum().backward()
    assert mean.tolist() == [0] * 3
    assert weight.grad is not None
    assert weight.grad.tolist() == [0] * 3


def batch(x: Any, **options: Any) -> Any:
    given = {"running_mean": cl.zeros(4), "running_var": cl.ones(4)} | options
    return F.batch_norm(x, **given)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: batch(x[:1, :, :1], training=True), ArgumentError, "more than 1 value"),
        (lambda x: batch(x, running_mean=cl.zeros(3)), ShapeError, "contain 4 elements, not 3"),
        (lambda x: batch(x, running_var=cl.ones(5)), ShapeError, "running_var should"),
        (lambda x: batch(x, running_var=None), ArgumentError, "must both be None"),
        (
            lambda x: batch(x, running_mean=None, running_var=None),
            ArgumentError,
            "defined in evaluation mode",
        ),
        (lambda x: batch(x, eps=-1.0), ArgumentError, "eps is -1.0"),
        (lambda x: batch(x, training=True, eps=0.0), ArgumentError, "eps is 0.0"),
        (lambda x: batch(x, weight=cl.ones(3)), ShapeError, "weight has shape [3]"),
        (lambda x: batch(x, bias=cl.ones(5)), ShapeError, "bias has shape [5]"),
        (lambda x: batch(x.double()), DTypeError, "running_mean is float32"),
        (lambda x: batch(x, weight=cl.ones(4).double()), DTypeError, "float64"),
        (lambda x: batch(x[0, 0]), ShapeError, "1 dimensions"),
        (lambda x: F.group_norm(x, 3), ArgumentError, "4 channels cannot be divided into 3"),
        (lambda x: F.group_norm(x, -1), ArgumentError, "-1 groups"),
        (lambda x: F.group_norm(x[0, 0], 1), ShapeError, "at least 2 dimensions"),
        (lambda x: F.group_norm(x[:1, :, 0], 4), ArgumentError, "more than 1 value"),
        (lambda x: F.instance_norm(x[..., :1]), ArgumentError, "more than 1 spatial"),
        (lambda x: F.instance_norm(x, use_input_stats=False), ArgumentError, "to be defined"),
        (lambda x: F.group_norm(x.long(), 2), TypeError, "int64"),
    ],
    ids=range(19),
)
def test_refusals(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        call(cl.randn(2, 4, 3))
    assert words in str(caught.value)
