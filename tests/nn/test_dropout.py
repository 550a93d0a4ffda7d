"""Dropout layers: at work in training only; of elements, of channels, and in other scalings."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError


def test_training_and_evaluation() -> None:
    layer = nn.Dropout(0.25)
    x = cl.ones(10_000)
    y = layer(x).numpy()
    assert 0.2 < (y == 0).mean() < 0.3
    np.testing.assert_array_equal(np.unique(y), np.array([0, 1 / 0.75], np.float32))
    assert layer.eval()(x) is x


def test_two_layers_drop_different_elements() -> None:
    cl.manual_seed(0)
    x = cl.ones(1000)
    assert (nn.Dropout()(x).numpy() != nn.Dropout()(x).numpy()).any()


def test_repr() -> None:
    assert repr(nn.Dropout(0.3)) == "Dropout(p=0.3)"


CHANNELS = {1: nn.Dropout1d, 2: nn.Dropout2d, 3: nn.Dropout3d}


@pytest.mark.parametrize("rank", CHANNELS)
def test_whole_channels_are_dropped(rank: int) -> None:
    layer = CHANNELS[rank](0.25)
    x = cl.randn(40, 50, *(3,) * rank)
    y = layer(x).numpy().reshape(2000, -1)
    kept = (y != 0).any(axis=1)
    assert 0.70 < kept.mean() < 0.80
    expected = x.numpy().reshape(2000, -1) * np.float32(1 / 0.75) * kept[:, None]
    np.testing.assert_array_equal(y, expected)
    assert layer.eval()(x) is x


@pytest.mark.parametrize("rank", [1, 3])
def test_one_image_without_a_batch(rank: int) -> None:
    y = CHANNELS[rank]()(cl.ones(1000, *(2,) * rank)).numpy().reshape(1000, -1)
    assert set(np.unique(y.min(axis=1) - y.max(axis=1))) == {0.0}
    assert 400 < np.count_nonzero(y[:, 0]) < 600


def test_gradients_pass_where_a_channel_stayed() -> None:
    x = cl.ones(4, 8, 3, requires_grad=True)
    y = nn.Dropout1d()(x)
    y.sum().backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())


def test_three_axes_in_two_dimensions_warn_as_in_torch() -> None:
    x = cl.ones(50, 20, 3)
    with pytest.warns(UserWarning, match=r"taken as \[N, C, W\]"):
        y = nn.Dropout2d()(x).numpy()
    assert (y.min(axis=2) == y.max(axis=2)).all()


@pytest.mark.parametrize(("rank", "shape"), [(2, (3, 4)), (2, (1,) * 5), (3, (2, 3, 4))])
def test_other_ranks_warn(rank: int, shape: tuple[int, ...]) -> None:
    with pytest.warns(UserWarning, match="deprecated, as in torch"):
        assert CHANNELS[rank]()(cl.ones(*shape)).shape == shape


@pytest.mark.parametrize("shape", [(3,), (1, 2, 3, 4)])
def test_one_dimension_takes_no_other_rank(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="dropout1d: Expected 2D or 3D input"):
        nn.Dropout1d()(cl.ones(*shape))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if len(shape) < 2:
            with pytest.raises(ShapeError, match="at least 2 dimensions"):
                nn.Dropout2d()(cl.ones(*shape))


EVERY = (nn.Dropout, *CHANNELS.values(), nn.AlphaDropout, nn.DropoutScaledAtTest)


@pytest.mark.parametrize("layer", EVERY, ids=lambda layer: layer.__name__)
def test_shares_that_are_none(layer: Any) -> None:
    for p in (-0.1, 1.1, float("nan")):
        with pytest.raises(ArgumentError, match="must be a probability"):
            layer(p)
    shape = (2, 3, *(2,) * {nn.Dropout1d: 1, nn.Dropout3d: 3}.get(layer, 2))
    assert (layer(1.0)(cl.ones(*shape)).numpy() == 0).all()
    assert (layer(0.0)(cl.ones(*shape)).numpy() == 1).all()
    assert repr(layer(0.3)) == f"{layer.__name__}(p=0.3)"


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_alpha_dropout_keeps_mean_and_variance(p: float) -> None:
    cl.manual_seed(1)
    x = cl.randn(400_000)
    y = nn.AlphaDropout(p)(x).numpy().astype(np.float64)
    # Five deviations of a mean over so many draws; squares of the wide draws vary a few times more.
    assert abs(y.mean()) < 5 / np.sqrt(y.size)
    assert abs(y.var() - 1) < 30 / np.sqrt(y.size)
    saturated = np.unique(y, return_counts=True)[1].max() / y.size
    assert saturated == pytest.approx(p, abs=0.01)
    layer = nn.AlphaDropout(p).eval()
    assert layer(x) is x


def test_alpha_dropouts_gradient() -> None:
    x = cl.randn(1000, requires_grad=True)
    y = nn.AlphaDropout(0.4)(x)
    y.sum().backward()
    assert x.grad is not None
    slopes = np.unique(x.grad.numpy())
    a = 1 / np.sqrt(0.6 * (1 + 0.4 * 1.7580993408473766**2))
    np.testing.assert_allclose(slopes, [0, a], rtol=1e-6)


def test_the_paper_scales_at_test_time() -> None:
    """In training nothing is scaled; at test time all is halved: the expectations agree."""
    layer = nn.DropoutScaledAtTest(0.5)
    x = cl.full((10_000,), 6.0)
    y = layer(x).numpy()
    assert set(np.unique(y)) == {0.0, 6.0}
    assert y.mean() == pytest.approx(3.0, abs=0.15)
    assert set(layer.eval()(x).tolist()) == {3.0}
    again = nn.Dropout(0.5).eval()
    assert (layer(x) * 2).tolist() == again(x).tolist()
