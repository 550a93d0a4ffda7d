"""Convolution layers: their arguments, checked before any weight is made, and what they show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError

LAYERS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
EACH = pytest.mark.parametrize("rank", LAYERS)


@EACH
def test_a_layer_is_its_function(rank: int) -> None:
    layer = LAYERS[rank](4, 6, 3, stride=2, padding=1, dilation=2, groups=2)
    assert layer.weight.shape == (6, 2, *(3,) * rank)
    assert layer.bias.shape == (6,)
    x = cl.randn(2, 4, *(9,) * rank)
    function = getattr(nn.functional, f"conv{rank}d")
    expected = function(x, layer.weight, layer.bias, 2, 1, 2, 2)
    np.testing.assert_array_equal(layer(x).detach().numpy(), expected.detach().numpy())
    assert layer(x[0]).shape == expected.shape[1:]


@EACH
def test_gradients_reach_the_parameters(rank: int) -> None:
    layer = LAYERS[rank](2, 3, 2)
    layer(cl.ones(2, 2, *(4,) * rank)).sum().backward()
    outputs = 2 * 3**rank
    assert layer.bias.grad.tolist() == [outputs] * 3
    assert (layer.weight.grad.numpy() == outputs).all()


@EACH
def test_without_a_bias(rank: int) -> None:
    layer = LAYERS[rank](2, 3, 1, bias=False)
    assert layer.bias is None
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    assert (layer(cl.zeros(1, 2, *(2,) * rank)).detach().numpy() == 0).all()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"in_channels": 0}, ArgumentError, "in_channels is 0"),
        ({"out_channels": -2}, ArgumentError, "out_channels is -2"),
        ({"groups": 0}, ArgumentError, "groups"),
        ({"groups": 3}, ArgumentError, "in_channels 4 cannot be divided into 3 groups"),
        ({"groups": 4}, ArgumentError, "out_channels 6 cannot be divided into 4 groups"),
        ({"kernel_size": 0}, ArgumentError, "kernel is 0"),
        ({"kernel_size": -1}, ArgumentError, "kernel is -1"),
        ({"kernel_size": (3, 3, 3)}, ArgumentError, "kernel_size"),
        ({"kernel_size": 1.5}, ArgumentError, "kernel_size"),
        ({"kernel_size": "3"}, ArgumentError, "kernel_size"),
        ({"kernel_size": None}, ArgumentError, "kernel_size"),
        ({"stride": 0}, ArgumentError, "stride is 0"),
        ({"stride": 1.5}, ArgumentError, "stride"),
        ({"dilation": 0}, ArgumentError, "dilation is 0"),
        ({"padding": -1}, ArgumentError, "padding"),
        ({"padding": 1.5}, ArgumentError, "padding"),
        ({"padding": "half"}, ArgumentError, "'half'"),
        ({"padding": "SAME"}, ArgumentError, "Hint: write 'same'"),
        ({"padding": "same", "stride": 2}, ArgumentError, "strided convolutions"),
        ({"padding_mode": "mirror"}, ArgumentError, "'zeros', 'reflect', 'replicate', 'circular'"),
        ({"kernel_size": 2**40}, ValueError, ""),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_bad_arguments_are_refused_at_once(options: Any, error: Any, words: str) -> None:
    with pytest.raises(error) as caught:
        nn.Conv2d(**{"in_channels": 4, "out_channels": 6, "kernel_size": 3, **options})
    assert words in str(caught.value)


def test_whole_numbers_of_numpy() -> None:
    layer = nn.Conv2d(
        np.int64(2), np.int64(4), np.int64(3), stride=np.int64(2), padding=np.int64(1)
    )
    assert layer(cl.zeros(1, 2, 8, 8)).shape == (1, 4, 4, 4)
    assert nn.Conv2d(1, 1, (np.int64(3), 1)).kernel_size == (3, 1)


def test_the_wrong_number_of_channels() -> None:
    with pytest.raises(ShapeError, match="input has 3 channels, but the weight expects 4"):
        nn.Conv2d(4, 6, 3)(cl.zeros(1, 3, 8, 8))


def test_the_tutorials_listing() -> None:
    """A fixed kernel written into a layer: 24 in the middle of -1, which sums to 0."""
    conv = nn.Conv2d(1, 2, (5, 5), bias=False)
    ker = np.full((5, 5), -1.0, np.float32)
    ker[2, 2] = 24
    conv.weight.data[0] = cl.tensor(ker).reshape(1, 5, 5)
    y = conv(cl.full((1, 1, 28, 28), 7.0))
    assert y.shape == (1, 2, 24, 24)
    assert (y[0, 0].detach().numpy() == 0).all()


def test_weights_set_from_outside_train_on() -> None:
    layer = nn.Conv2d(3, 2, 3)
    optimizer = cl.optim.SGD(layer.parameters(), lr=0.5, momentum=0.9)
    layer.weight.data = cl.from_numpy(np.ones((2, 3, 3, 3), np.float32))
    for _ in range(2):
        optimizer.zero_grad()
        layer(cl.ones(1, 3, 3, 3)).sum().backward()
        optimizer.step()
    assert layer.weight[0, 0, 0, 0].item() == pytest.approx(1 - 0.5 - 0.95)


def test_repr() -> None:
    assert repr(nn.Conv2d(1, 2, 3)) == "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))"
    assert repr(nn.Conv1d(2, 4, 3, 2, 1, 2, 2, bias=False)) == (
        "Conv1d(2, 4, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(2,), groups=2, "
        "bias=False)"
    )
    assert repr(nn.Conv2d(1, 2, 3, padding="same")) == (
        "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=same)"
    )
