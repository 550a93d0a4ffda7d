"""Transposed convolution layers: arguments, ``output_size``, and what they show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convolens as cl
from convolens import nn
from convolens.errors import ArgumentError, ShapeError

LAYERS = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
EACH = pytest.mark.parametrize("rank", LAYERS)


@EACH
def test_a_layer_is_its_function(rank: int) -> None:
    layer = LAYERS[rank](4, 6, 3, stride=2, padding=1, output_padding=1, groups=2, dilation=2)
    assert layer.weight.shape == (4, 3, *(3,) * rank)
    assert layer.bias.shape == (6,)
    assert layer.transposed
    x = cl.randn(2, 4, *(4,) * rank)
    function = getattr(nn.functional, f"conv_transpose{rank}d")
    expected = function(x, layer.weight, layer.bias, 2, 1, 1, 2, 2)
    np.testing.assert_array_equal(layer(x).detach().numpy(), expected.detach().numpy())
    np.testing.assert_array_equal(layer(x[0]).detach().numpy(), layer(x[:1])[0].detach().numpy())


@EACH
def test_it_undoes_the_shape_of_the_convolution(rank: int) -> None:
    conv = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[rank](3, 5, 3, stride=2, padding=1)
    back = LAYERS[rank](5, 3, 3, stride=2, padding=1)
    for size in (6, 7):
        x = cl.zeros(1, 3, *(size,) * rank)
        small = conv(x)
        assert back(small, output_size=x.shape).shape == x.shape
        assert back(small, output_size=x.shape[2:]).shape == x.shape
        assert back(small[0], output_size=x.shape[1:]).shape == x.shape[1:]


def test_gradients_reach_the_parameters() -> None:
    layer = nn.ConvTranspose2d(2, 3, 2)
    layer(cl.ones(2, 2, 4, 4)).sum().backward()
    assert layer.bias.grad.tolist() == [2 * 25] * 3
    assert (layer.weight.grad.numpy() == 2 * 16).all()


def test_fans_are_torchs() -> None:
    """fan_in is weight.shape[1] times the taps: K, not C."""
    cl.manual_seed(0)
    layer = nn.ConvTranspose2d(2, 100, 5)
    bound = 1 / np.sqrt(100 * 25)
    for parameter in (layer.weight, layer.bias):
        values = np.abs(parameter.detach().numpy())
        assert values.max() <= bound
        assert values.max() > 0.9 * bound


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"in_channels": 0}, "in_channels is 0"),
        ({"out_channels": 0}, "out_channels is 0"),
        ({"groups": 0}, "groups is 0"),
        ({"groups": 3}, "in_channels 4 cannot be divided into 3 groups"),
        ({"groups": 4}, "out_channels 6 cannot be divided into 4 groups"),
        ({"kernel_size": 0}, "kernel is 0"),
        ({"stride": -1}, "stride is -1"),
        ({"dilation": 0}, "dilation is 0"),
        ({"padding": -1}, "must not be negative"),
        ({"padding": "same"}, "padding is 'same'"),
        ({"output_padding": 1}, "output_padding is 1, but must be at least 0 and smaller"),
        ({"output_padding": -1, "stride": 2}, "output_padding is -1"),
        ({"output_padding": (0, 0, 0)}, "output_padding is (0, 0, 0)"),
        ({"padding_mode": "reflect"}, 'Only "zeros" padding mode is supported for ConvTranspose2d'),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_bad_arguments_are_refused_at_once(options: Any, words: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        nn.ConvTranspose2d(**{"in_channels": 4, "out_channels": 6, "kernel_size": 3, **options})
    assert words in str(caught.value)


def test_sizes_that_a_stride_cannot_give() -> None:
    layer = nn.ConvTranspose2d(4, 6, 3, stride=(2, 3), padding=1)
    x = cl.zeros(1, 4, 5, 5)
    assert layer(x, output_size=(10, 15)).shape == (1, 6, 10, 15)
    with pytest.raises(ArgumentError) as caught:
        layer(x, output_size=(11, 13))
    assert str(caught.value).splitlines()[0] == (
        "requested an output size of (11, 13), but valid sizes range from [9, 13] to [10, 15] "
        "(for an input of [5, 5])"
    )
    for wrong in ((9,), (1, 9, 13), (1, 1, 1, 9, 13)):
        with pytest.raises(ArgumentError, match=r"output_size must have 2 or 4 elements"):
            layer(x, output_size=wrong)


def test_the_wrong_number_of_channels() -> None:
    with pytest.raises(ShapeError, match="input has 3 channels, but the weight expects 4"):
        nn.ConvTranspose2d(4, 6, 3)(cl.zeros(1, 3, 8, 8))


def test_attributes_changed_later_take_effect() -> None:
    layer = nn.ConvTranspose2d(1, 1, 3)
    assert layer(cl.zeros(1, 1, 4, 4)).shape == (1, 1, 6, 6)
    layer.stride = (2, 2)
    assert layer(cl.zeros(1, 1, 4, 4)).shape == (1, 1, 9, 9)


def test_what_it_shows() -> None:
    layer = nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, 2, False, (2, 1))
    assert repr(layer) == (
        "ConvTranspose2d(4, 6, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), "
        "dilation=(2, 1), output_padding=(1, 1), groups=2, bias=False)"
    )
    assert repr(nn.ConvTranspose1d(1, 1, 3)) == (
        "ConvTranspose1d(1, 1, kernel_size=(3,), stride=(1,))"
    )
