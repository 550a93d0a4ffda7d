"""True convolution: flipped, commutative and associative, as cross-correlation is not."""

from __future__ import annotations

import numpy as np
import pytest

import convolens as cl
from convolens.errors import ShapeError
from convolens.nn import functional as F

RANKS = pytest.mark.parametrize("rank", [1, 2, 3])
CORRELATIONS = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def draw(*shape: int, seed: int = 0) -> cl.Tensor:
    """Small whole numbers: sums of their products are exact in float64."""
    return cl.tensor(np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float64))


def along(weight: cl.Tensor, other: cl.Tensor) -> cl.Tensor:
    """Convolve each of the kernels [M, C, *R] with those of [K, M, *S]: [K, C, *(R + S - 1)]."""
    order = (1, 0, *range(2, weight.ndim))
    return F.convolve(weight.permute(order), other, padding="full").permute(order)


@RANKS
def test_it_is_the_cross_correlation_with_the_flipped_kernel(rank: int) -> None:
    x, weight = draw(2, 4, *(6,) * rank), draw(6, 2, *range(2, 2 + rank), seed=1)
    turned = np.flip(weight.numpy(), range(2, rank + 2)).copy()
    for options in ({}, {"stride": 2, "padding": 1}, {"dilation": 2, "padding": "full"}):
        expected = CORRELATIONS[rank](x, cl.tensor(turned), groups=2, **options)
        computed = F.convolve(x, weight, groups=2, **options)
        np.testing.assert_array_equal(computed.numpy(), expected.numpy())


def test_as_numpy_convolves() -> None:
    x, weight = draw(1, 1, 9), draw(1, 1, 4, seed=1)
    for numpy_mode, padding in (("full", "full"), ("valid", 0)):
        expected = np.convolve(x.numpy()[0, 0], weight.numpy()[0, 0], numpy_mode)  # type: ignore[call-overload]
        np.testing.assert_array_equal(
            F.convolve(x, weight, padding=padding)[0, 0].numpy(), expected
        )


@RANKS
def test_associative(rank: int) -> None:
    """(x * a) * b = x * (a * b): two filters are one filter."""
    x = draw(2, 3, *(5,) * rank)
    a, b = draw(2, 3, *(3,) * rank, seed=1), draw(4, 2, *(2,) * rank, seed=2)
    twice = F.convolve(F.convolve(x, a, padding="full"), b, padding="full")
    once = F.convolve(x, along(a, b), padding="full")
    np.testing.assert_array_equal(twice.numpy(), once.numpy())


@RANKS
def test_cross_correlation_is_not_associative(rank: int) -> None:
    correlate = CORRELATIONS[rank]
    x, a, b = draw(1, 1, *(5,) * rank), draw(1, 1, *(3,) * rank, seed=1), draw(1, 1, *(2,) * rank)
    twice = correlate(correlate(x, a, padding="full"), b, padding="full")
    once = correlate(x, correlate(a, b, padding="full"), padding="full")
    assert twice.shape == once.shape
    assert np.abs(twice.numpy() - once.numpy()).max() >= 1


def test_commutative() -> None:
    a, b = draw(1, 1, 4, 5), draw(1, 1, 3, 2, seed=1)
    np.testing.assert_array_equal(
        F.convolve(a, b, padding="full").numpy(), F.convolve(b, a, padding="full").numpy()
    )


def test_gradients_reach_the_unflipped_kernel() -> None:
    x, weight = draw(1, 1, 5, 5), draw(1, 1, 3, 3, seed=1)
    weight.requires_grad_()
    F.convolve(x, weight)[0, 0, 0, 0].backward()
    assert weight.grad is not None
    np.testing.assert_array_equal(
        weight.grad[0, 0].numpy(), np.flip(x[0, 0, :3, :3].numpy(), (0, 1))
    )


def test_one_image_and_the_bias() -> None:
    y = F.convolve(cl.zeros(3, 5, 5), cl.zeros(2, 3, 3, 3), cl.tensor([1.0, 2.0]))
    assert y.shape == (2, 3, 3)
    assert y[:, 0, 0].tolist() == [1, 2]


@pytest.mark.parametrize("rank", [2, 6])
def test_kernels_of_no_image(rank: int) -> None:
    with pytest.raises(ShapeError, match=f"the weight has {rank} dimensions"):
        F.convolve(cl.zeros(1, 1, 5), cl.zeros(*(1,) * rank))
